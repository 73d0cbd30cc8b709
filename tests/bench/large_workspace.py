"""What an edit costs in a workspace of many files, as a ratio to the same edit in one of ten.

    python tests/bench/large_workspace.py [--files 10000] [--edits 15]

Two workspaces are edited in turn in one run, so that a busy machine slows both. The edit changes a function that others
call, in a file that others import; what is timed is the way from the new text to the findings of the file.
"""

from __future__ import annotations

import argparse
import statistics
import time

from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

_FETCH = """\
import requests


def fetch(url, number):
    return requests.get(url, timeout=3 + {number}).text


def quiet(url):
    try:
        return fetch(url, 0)
    except requests.RequestException:
        return None
"""
_USER = """\
from package{package}.fetch import fetch, quiet


class Page{number}:
    def __init__(self, url):
        self.url = url

    def text(self):
        return fetch(self.url, {number})

    def safe(self):
        return quiet(self.url)


def main():
    print(Page{number}("http://127.0.0.1").text())
"""


def workspace(files: int) -> Workspace:
    """A workspace of packages of ten files each, one of which all others of the package use; read to its end."""
    made = Workspace()
    for number in range(files):
        package, place = divmod(number, 10)
        if place == 0:
            made.update(f"package{package}/__init__.py", Source.from_text(""))
            made.update(f"package{package}/fetch.py", Source.from_text(_FETCH.format(number=0)))
        text = _USER.format(package=package, number=number)
        made.update(f"package{package}/page{number}.py", Source.from_text(text))
    made.findings("package0/fetch.py")
    return made


def edit(edited: Workspace, number: int) -> float:
    """Seconds from a new text to the findings."""
    source = Source.from_text(_FETCH.format(number=number))
    began = time.perf_counter()
    edited.update("package0/fetch.py", source)
    found = edited.findings("package0/fetch.py")
    took = time.perf_counter() - began
    assert found, "the benchmark's own program has no finding"
    return took


def main() -> None:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--edits", type=int, default=15)
    options = parser.parse_args()
    small, large = workspace(10), workspace(options.files)
    times: dict[str, list[float]] = {"small": [], "large": []}
    for number in range(1, options.edits + 1):
        times["small"].append(edit(small, number))
        times["large"].append(edit(large, number))
    few, many = (statistics.median(each) for each in (times["small"], times["large"]))
    print(f"10 files: {few * 1000:.2f} ms, {options.files} files: {many * 1000:.2f} ms, ratio {many / few:.2f}")


if __name__ == "__main__":
    main()
