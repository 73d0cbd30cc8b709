"""`python -m hangup.faults`: a person points a program at a fault."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from verdict import TIMEOUT, outcome

import hangup.faults
from hangup.faults import FAULTS, FaultServer
from hangup.faults.__main__ import main

ROOT = Path(hangup.faults.__file__).parents[2]


def test_a_program_meets_the_fault_and_then_the_answer() -> None:
    command = [sys.executable, "-m", "hangup.faults", "rst_after_request", "--fail-first", "1", "--seconds", "30"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as running:
        try:
            assert running.stdout is not None
            url = running.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
            assert outcome(lambda: urllib.request.urlopen(url, timeout=TIMEOUT)) == "ConnectionResetError"
            with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
                assert response.read() == b"a proper answer\n"
        finally:
            running.terminate()


def test_it_stops_by_itself_and_reports(capsys: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    assert main(["fin_before_response", "--seconds", "0.1"]) == 0
    assert 0.1 <= time.monotonic() - started < 5.0
    said = capsys.readouterr()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", said.out)
    assert said.err == "0 connections, 0 requests, 0 faults\n"


def test_an_interruption_is_a_clean_end(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hangup.faults.__main__.time.sleep", interrupted)
    assert main(["rst_on_accept"]) == 0
    assert "0 connections" in capsys.readouterr().err


def test_behind_tls_it_names_the_authority(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["https_fin_mid_body", "--seconds", "0"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("https://127.0.0.1:")
    assert "test-ca.pem" in said.err


def test_a_taken_port_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with FaultServer("garbage") as server:
        assert main(["garbage", "--port", str(server.port)]) == 1
        assert f"cannot listen on port {server.port}" in capsys.readouterr().err


def test_help_names_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert [name for name, fault in FAULTS.items() if f"{name} " not in said or fault.summary not in said] == []


@pytest.mark.parametrize("arguments", [["rst_at_noon"], ["rst_mid_chunked", "--protocol", "raw"], []])
def test_wrong_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage:" in capsys.readouterr().err
