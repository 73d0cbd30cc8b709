"""Open and edit to diagnostics, side by side in one run: hangup, ruff server, jedi-language-server.

    .venv/bin/python tests/bench/compare_servers.py [--lines 50 500 5000] [--edits 15]

An edit is a statement that is put into a function in the middle of the file. Machines are noisy: only the ratios of
one run mean anything. The servers do different work; this says how long a person
waits, not who is better. jedi-language-server publishes syntax errors only, after a pause that is set to nothing here.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from language_client import Server
from programs import program

BIN = Path(sys.executable).parent
SERVERS = {
    "hangup": ([sys.executable, "-m", "hangup", "serve"], False),
    "hangup (pull)": ([sys.executable, "-m", "hangup", "serve"], True),
    "ruff server": ([str(BIN / "ruff"), "server"], False),
    "jedi-language-server": ([str(BIN / "jedi-language-server")], False),
}


def measure(command: list[str], pull: bool, lines: int, edits: int) -> tuple[float, float, float]:
    """Milliseconds to the diagnostics of an opened file, the median of edits, and megabytes at the end."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "pyproject.toml").write_text("")
        text = program(lines)
        (root / "main.py").write_text(text)
        uri = (root / "main.py").as_uri()
        with Server(command, root, pull=pull) as server:
            opened = server.open(uri, text)
            starts = [number for number, each in enumerate(text.split("\n")) if each.startswith("def ")]
            line = starts[len(starts) // 2] + 1 if starts else lines - 1
            indent = "    " if starts else ""
            times = [server.edit(uri, version, line, f"{indent}x{version} = 1\n") for version in range(2, 2 + edits)]
            return opened * 1e3, statistics.median(times) * 1e3, server.memory()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[50, 500, 5000])
    parser.add_argument("--edits", type=int, default=15)
    options = parser.parse_args()
    print(f"{'server':22} {'lines':>6} {'open ms':>9} {'edit ms':>9} {'MB':>6} {'edit / ruff':>12}")
    for lines in options.lines:
        rows = {name: measure(*how, lines, options.edits) for name, how in SERVERS.items()}
        for name, (opened, edited, memory) in rows.items():
            ratio = edited / rows["ruff server"][1]
            print(f"{name:22} {lines:6} {opened:9.1f} {edited:9.1f} {memory:6.0f} {ratio:12.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
