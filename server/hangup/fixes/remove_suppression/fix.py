"""Takes away a comment that hides nothing, or the codes in it by which it hides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.syntax.edits import Edit

NAME = "remove-suppression"
_CODES = re.compile(r"\[([^\]]*)\]|:\s*((?:[A-Z]+[0-9]+)(?:\s*,\s*[A-Z]+[0-9]+)*)", re.IGNORECASE)


def make(context: FixContext) -> Iterator[Fix]:
    """One fix."""
    finding, source = context.finding, context.source
    if finding.names:
        text = source.slice(finding.start, finding.end)
        match = _CODES.search(text)
        if match is None:
            return
        group = 1 if match.group(1) is not None else 2
        codes = [code.strip() for code in match.group(group).split(",")]
        kept = ", ".join(code for code in codes if code.upper() not in finding.names)
        edit = Edit(finding.start + match.start(group), finding.start + match.end(group), kept)
        yield Fix(
            f"Remove {', '.join(finding.names)} from the comment", (edit,), NAME, applicability="safe", preferred=True
        )
        return
    yield Fix("Remove the comment", (_whole(context),), NAME, preferred=True, applicability="safe")


def _whole(context: FixContext) -> Edit:
    """The comment with the white space before it; only its words where it says something else as well."""
    source, finding = context.source, context.finding
    line = source.lines.line_of(finding.start)
    start, end = source.lines.start(line), source.lines.end(line)
    before, after = source.slice(start, finding.start), source.slice(finding.end, end)
    sign = before.rstrip()
    if after.strip() or not sign.endswith("#"):
        gap = len(after.encode()) - len(after.lstrip().encode())
        is_alone = sign.endswith("#") and after.lstrip().startswith("#")
        begin = start + len(sign.removesuffix("#").encode()) if is_alone else finding.start
        return Edit(begin, finding.end + gap, "")
    code = sign[:-1].rstrip()
    if not code and line + 1 < len(source.lines):
        return Edit(start, source.lines.start(line + 1), "")
    return Edit(start + len(code.encode()), end, "")


FIX = FixMaker(NAME, frozenset({"HUP901"}), 10, make)
