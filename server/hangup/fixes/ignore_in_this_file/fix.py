"""Hides all findings of one rule in a file with a comment at its head."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.syntax.edits import Edit
from hangup.syntax.source import Source

NAME = "ignore-in-this-file"
_THERE = re.compile(rb"^#[^\n\r]*\bhangup:\s*ignore-file\[[^\]\n\r]+(?=\])", re.MULTILINE)
_FIRST = re.compile(rb"#!|#.*?coding[:=]|%%")
"""Lines that have to stay first: how the file is run, its encoding, a notebook cell's magic."""


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `# hangup: ignore-file[CODE]`, or the code added to the comment that is already there."""
    source, code = context.source, context.finding.code
    there = _THERE.search(source.data)
    if there is not None:
        edit = Edit(there.end(), there.end(), f", {code}")
    else:
        at = _behind_the_first(source)
        edit = Edit(at, at, f"# hangup: ignore-file[{code}]{source.newline}")
    yield Fix(f"Ignore {code} in this file", (edit,), NAME, applicability="unsafe")


def _behind_the_first(source: Source) -> int:
    """The start of the first line that something may be put before."""
    at = source.start
    for line in range(min(2, len(source.lines))):
        if not _FIRST.match(source.data[at : source.lines.end(line)]) or line + 1 >= len(source.lines):
            break
        at = source.lines.start(line + 1)
    return at


FIX = FixMaker(NAME, frozenset(), 95, make)
