"""Where the time goes between a text and its diagnostics, stage by stage, in one process without an editor.

    .venv/bin/python tests/bench/stages.py [--lines 5000] [--runs 10] [FILE]

Milliseconds of processor time of the thread, the least of all runs: imports and knowledge files are loaded by then.
`unit` is a fixed piece of plain Python beside it: two outputs can be compared after dividing by it.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from programs import program

from hangup.knowledge.catalogue import Catalogue
from hangup.lsp.client import Client
from hangup.lsp.convert import fingerprint, to_diagnostic
from hangup.rules.registry import rules
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

T = TypeVar("T")
PATH, URI = "main.py", "file:///main.py"


class Stopwatch:
    """The least time of each stage, in the order in which they first came."""

    def __init__(self) -> None:
        self.least: dict[str, float] = {}

    def time(self, stage: str, work: Callable[[], T]) -> T:
        began = time.thread_time()
        result = work()
        took = (time.thread_time() - began) * 1e3
        self.least[stage] = min(took, self.least.get(stage, took))
        return result


def unit() -> None:
    seen: dict[int, str] = {}
    for number in range(20_000):
        seen[number & 255] = str(number)


def run(watch: Stopwatch, text: str, catalogue: Catalogue) -> int:
    """One look at a text that nobody has seen before; the number of findings."""
    workspace, source = Workspace(catalogue=catalogue), Source.from_text(text)
    document = workspace.update(PATH, source)
    watch.time("tree", lambda: document.tree)
    watch.time("facts", lambda: document.facts)
    flow = watch.time("project", lambda: workspace.flow)
    context = workspace.context(PATH)
    scopes = context.module.scopes
    watch.time("effects", lambda: [flow.effects.within(scope) for scope in scopes])
    watch.time("callers", lambda: flow.callers.of(context.module.scope))
    watch.time("holes", lambda: context.holes)
    for rule in rules():
        watch.time(rule.code, lambda rule=rule: list(rule.check(context, rule)))
    findings, client = workspace.findings(PATH), Client()
    items = watch.time(
        "convert", lambda: tuple(to_diagnostic(f, PATH, source, lambda _: (URI, source), client) for f in findings)
    )
    watch.time("fingerprint", lambda: fingerprint(items))
    return len(findings)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="a Python file; by default a program of --lines lines")
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    text = options.file.read_text("utf-8") if options.file else program(options.lines)
    watch, catalogue, found = Stopwatch(), Catalogue(), 0
    gc.set_threshold(100_000, 5, 2)  # as the server has it
    gc.freeze()
    for _ in range(options.runs):
        watch.time("unit", unit)
        found = run(watch, text, catalogue)
    for stage, took in watch.least.items():
        print(f"{stage:12} {took:8.1f}")
    stages = sum(watch.least.values()) - watch.least["unit"]
    print(f"{'all stages':12} {stages:8.1f}   {text.count(chr(10))} lines, {found} findings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
