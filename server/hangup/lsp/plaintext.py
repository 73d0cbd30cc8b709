"""Markdown as plain text, for editors that do not show Markdown. Knows the Markdown that our hovers are written in."""

from __future__ import annotations

import re
from itertools import count

_FENCE = re.compile(r"^\s*(```+|~~~+)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_RULE = re.compile(r"^\s*([-*_])(\s*\1){2,}\s*$")
_TABLE_RULE = re.compile(r"^\s*\|?(\s*:?-+:?\s*\|)+\s*(:?-+:?)?\s*$")
_LITERAL = re.compile(r"(`+)(?P<code>.+?)\1|\\(?P<escaped>[\\`*_{}\[\]()#+\-.!|<>])")
_KEPT = re.compile(r"\x00(\d+)\x00")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^()\s]*)\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])(.+?)(?<=[^\s*_])\1(?![\w*])")


def plaintext(markdown: str) -> str:
    """The text without its marks. Code, in blocks and in lines, stays as it is; links keep their address."""
    lines: list[str] = []
    fence: str | None = None
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if fence is not None:
            if mark is not None and line.strip() == mark.group(1) and mark.group(1).startswith(fence):
                fence = None
            else:
                lines.append(line)
        elif mark is not None:
            fence = mark.group(1)
        elif not _TABLE_RULE.match(line):
            lines.append(_line(line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _line(line: str) -> str:
    if _RULE.match(line):
        return ""
    heading = _HEADING.match(line)
    if heading is not None:
        line = heading.group(1)
    if line.lstrip().startswith("|"):
        line = "  ".join(cell.strip() for cell in line.strip().strip("|").split("|"))
    # Code between backquotes and what a backslash protects keep their marks: they are put aside for the time being.
    literals = [literal["code"] or literal["escaped"] for literal in _LITERAL.finditer(line)]
    numbers = count()
    line = _LITERAL.sub(lambda _: f"\x00{next(numbers)}\x00", line)
    return _KEPT.sub(lambda kept: literals[int(kept.group(1))], _prose(line)).rstrip()


def _prose(text: str) -> str:
    text = _LINK.sub(lambda m: m.group(1) if m.group(1) == m.group(2) else f"{m.group(1)} ({m.group(2)})", text)
    text = _STRONG.sub(r"\2", text)
    return _EMPHASIS.sub(r"\2", text)
