"""Reads `cases.md` files: Markdown that is documentation and test at once.

A case is a `##` heading with its fences: `toml` (settings), `py` (a file; its path may follow), `fixed "Title"` (the
whole
file after the fix of that title), `hover` (the whole text over the place that `# hover: NAME` marks; a page with fences
of its own stands in a longer fence), `refused "Title"` (a fix whose title begins so is not offered; the fence holds the
reason that is given, if one is). In a `py` fence, `# error: [CODE] "part of the message"` stands on the line of an
expected finding of any severity, `# warning:` and `# information:` of just that one; two may follow each other.
A `py` fence without such a comment must give no finding. The comments are taken out before anything is analysed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(r"^(`{3,})(\w+)[ ]?([^\n]*)\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)
_EXPECTED = re.compile(r"#\s*(error|warning|information):\s*\[(HUP\d{3})\](?:\s*\"((?:[^\"\\]|\\.)*)\")?")
_COMMENTS = re.compile(r"[ \t]*#\s*(?:(?:error|warning|information):\s*\[HUP\d{3}\]|hover:).*$", re.MULTILINE)
_HOVER = re.compile(r"#\s*hover:\s*(\S+)")


@dataclass(frozen=True)
class Expected:
    """A finding that must be there: zero-based line, code, a part of the message; "error" stands for any severity."""

    line: int
    code: str
    message: str
    severity: str


@dataclass
class Case:
    """One heading of a cases file, with the file and line where it stands."""

    path: Path
    title: str
    line: int
    settings: str = ""
    files: dict[str, str] = field(default_factory=dict)
    expected: dict[str, list[Expected]] = field(default_factory=dict)
    fixed: list[tuple[str, str, str]] = field(default_factory=list)  # path, title, text
    refused: list[tuple[str, str]] = field(default_factory=list)  # beginning of the title, reason
    hovers: list[tuple[str, int, str]] = field(default_factory=list)  # path, line, name
    hover_texts: list[str] = field(default_factory=list)

    @property
    def identity(self) -> str:
        return f"{self.path.parent.name}:{self.line} {self.title}"


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of a file. Raises ValueError for one that has no Python, which could never fail."""
    text = path.read_text("utf-8")
    fences = [match.span() for match in _FENCE.finditer(text)]
    headings = (match.start() for match in re.finditer(r"^## ", text, re.MULTILINE))
    starts = [at for at in headings if not any(start < at < end for start, end in fences)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        section = text[start:end]
        case = Case(path, section.partition("\n")[0][3:].strip(), text.count("\n", 0, start) + 1)
        for match in _FENCE.finditer(section):
            _add(case, match.group(2), match.group(3).strip(), match.group(4))
        if not case.files:
            raise ValueError(f"{path}:{case.line}: the case has no `py` fence")
        if len(case.hovers) != len(case.hover_texts):
            raise ValueError(f"{path}:{case.line}: every `# hover:` needs one `hover` fence, in order")
        yield case


def _add(case: Case, kind: str, words: str, body: str) -> None:
    if kind == "toml":
        case.settings = body
    elif kind == "py":
        name = words or "main.py"
        case.expected[name] = [
            Expected(line, code, message.replace('\\"', '"'), severity)
            for line, text in enumerate(body.split("\n"))
            for severity, code, message in _EXPECTED.findall(text)
        ]
        case.hovers += [
            (name, line, found) for line, text in enumerate(body.split("\n")) for found in _HOVER.findall(text)
        ]
        case.files[name] = _COMMENTS.sub("", body)
    elif kind == "fixed":
        match = re.match(r"\"([^\"]*)\"\s*(\S*)$", words)
        if match is None:
            raise ValueError(f'{case.path}:{case.line}: write ```fixed "Title of the fix"')
        case.fixed.append((match.group(2) or next(iter(case.files)), match.group(1), body))
    elif kind == "refused":
        case.refused.append((words.strip('"'), body.strip()))
    elif kind == "hover":
        case.hover_texts.append(body)
