"""`hangup knowledge measure`: what it says about a knowledge file, and what it writes into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hangup.cli.main import main

RIGHT = '''# A comment that stays.

[library]
name = "socket as we know it"
imports = ["socket"]
base = ["OSError"]

[library.drive]
protocol = "raw"

[classes."socket.socket"]
make = "socket.create_connection((host, port), timeout)"

# --- The calls ---

[[calls]]
match = ["socket.create_connection"]
drive = "$call((host, port), timeout)"

[calls.raises]
refused = "ConnectionRefusedError"
dns = "socket.gaierror"
connect_hang = "TimeoutError"
rst_on_accept = ["ConnectionResetError"]

[calls.silent]
rst_on_accept = "a race: returns a socket"
{silent}
[[calls]]
match = ["socket.socket#recv"]
drive = {{ rst_after_request = """
it.sendall(b"x")
$call(1)
""", hang_before_response = """
it.sendall(b"x")
$call(1)
""" }}

[calls.raises]
rst_after_request = {reset}
hang_before_response = "TimeoutError"
'''
CONNECTED = [
    "fin_on_accept",
    "hang_on_accept",
    "rst_after_request",
    "rst_mid_body",
    "fin_before_response",
    "fin_mid_body",
    "hang_before_response",
    "hang_mid_body",
    "garbage",
]
SILENT = "".join(f'{fault} = "returns a socket"\n' for fault in CONNECTED)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own.toml"


def test_a_right_file_is_right(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(RIGHT.format(silent=SILENT, reset='"ConnectionResetError"'), "utf-8")
    assert main(["knowledge", "measure", str(file)]) == 0
    assert "15 cells of 2 calls measured, 0 differences" in capsys.readouterr().out


def test_a_wrong_cell_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(RIGHT.format(silent=SILENT, reset='"BrokenPipeError"'), "utf-8")
    assert main(["knowledge", "measure", str(file)]) == 1
    out = capsys.readouterr().out
    assert (
        "socket.socket#recv: rst_after_request: raises ConnectionResetError; the file says raises BrokenPipeError"
        in out
    )


def test_a_cell_that_cannot_come_about_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = RIGHT.format(silent=SILENT, reset='"ConnectionResetError"')
    text = text.replace("drive = { rst", 'drive = { refused = "$call(1)", rst').replace(
        'hang_before_response = "TimeoutError"', 'hang_before_response = "TimeoutError"\nrefused = "OSError"'
    )
    file.write_text(text, "utf-8")
    assert main(["knowledge", "measure", str(file), "--fault", "refused", "--only", "recv"]) == 1
    assert "socket.socket#recv: refused: the file has a cell, but the call is never reached" in capsys.readouterr().out


def test_what_is_missing_is_written_and_nothing_else_changes(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = RIGHT.format(silent="", reset='"BrokenPipeError"')
    file.write_text(text, "utf-8")
    assert main(["knowledge", "measure", str(file), "--write"]) == 1
    written = file.read_text("utf-8")
    assert "# A comment that stays." in written
    assert "# --- The calls ---" in written
    assert 'rst_after_request = "ConnectionResetError"' in written
    assert "measured = [{version" in written
    assert main(["knowledge", "measure", str(file)]) == 0
    capsys.readouterr()
    assert main(["knowledge", "measure", str(file), "--write"]) == 0
    assert file.read_text("utf-8") == written


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[library]\nname = 'x'\nimports = ['socket']\n", "nothing to measure"),
        ("[library]\nname = 'x'\n", "missing required field `imports`"),
        ("[library]\nname = 'x'\nimports = ['nowhere_at_all']\ndistribution = 'nowhere-at-all'\n[library.drive]\n"
         "[[calls]]\nmatch = ['nowhere_at_all.f']\ndrive = '$call()'\n", "nowhere-at-all is not installed"),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_told(
    file: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(text, "utf-8")
    assert main(["knowledge", "measure", str(file)]) == 2
    assert message in capsys.readouterr().err


def test_an_unknown_library_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["knowledge", "measure", "nothing"]) == 2
    assert "nothing" in capsys.readouterr().err
