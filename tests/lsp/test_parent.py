"""The watch over the editor's process, where the system cannot tell of its end by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.mark.parametrize("waited_for", [True, False], ids=["gone", "not waited for"])
def test_looking_from_time_to_time_notices_it(waited_for: bool) -> None:
    """As on macOS and old kernels. The watched process starts the watcher, as an editor does its server."""
    watcher = (
        "import os, sys, time; from hangup.lsp import parent; sys.platform = 'other'; parent._PAUSE = 0.05; "
        "parent.end_with(os.getppid()); print('watching', flush=True); time.sleep(600)"
    )
    editor = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {watcher!r}]); time.sleep(600)"
    started = subprocess.Popen([sys.executable, "-c", editor], stdout=subprocess.PIPE)
    assert started.stdout is not None
    assert started.stdout.readline() == b"watching\n"
    started.kill()
    if waited_for:
        started.wait()
    began = time.monotonic()
    assert started.stdout.read() == b""  # ends when the watcher, which holds the pipe, has ended
    assert time.monotonic() - began < 20
    started.wait()
    started.stdout.close()


def test_it_does_not_watch_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import os, time; from hangup.lsp import parent; parent.end_with(os.getpid())"],
        timeout=30,
    )
    assert done.returncode == 0


def test_a_living_process_ends_nothing() -> None:
    other = subprocess.Popen(SLEEP)
    code = (
        "import sys, time; from hangup.lsp import parent; sys.platform = 'other'; parent._PAUSE = 0.01; "
        f"parent.end_with({other.pid}); time.sleep(0.3); print('alive')"
    )
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=30)
        assert done.stdout == b"alive" + os.linesep.encode()
        assert done.returncode == 0
    finally:
        other.kill()
        other.wait()
