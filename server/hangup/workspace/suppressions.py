"""Comments that hide findings: `# hangup: ignore[HUP101]`, and `# noqa: HUP101` for those who have many of them;
`# hangup: ignore-file[HUP101]` for a whole file."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
from tree_sitter import Tree

from hangup.rules.finding import Finding
from hangup.syntax.source import Source
from hangup.syntax.tree import node_at

_COMMENT = re.compile(
    rb"#[^\n\r]*?\b(?:hangup:\s*ignore(?P<file>-file\b)?(?:\[(?P<codes>[^\]\n\r]*)\])?"
    rb"|noqa:\s*(?P<noqa>[A-Z0-9, ]*HUP[0-9]+[A-Z0-9, ]*))",
    re.IGNORECASE,
)
_STATEMENTS = ("_statement", "_definition", "_clause")


class Suppression(msgspec.Struct, frozen=True):
    """A comment that hides the findings of `codes` (all, when empty) that begin from `first` to `last`, zero-based
    lines."""

    codes: tuple[str, ...]
    start: int
    end: int
    first: int
    last: int

    def hides(self, code: str, line: int) -> bool:
        """Whether it hides a finding of a code that begins on a line."""
        return self.first <= line <= self.last and (not self.codes or any(code.startswith(c) for c in self.codes))


def suppressions(source: Source, tree: Tree) -> list[Suppression]:
    """The comments of a module, in order."""
    if b"hangup:" not in source.data and b"HUP" not in source.data:
        return []
    found: list[Suppression] = []
    for match in _COMMENT.finditer(source.data):
        if node_at(tree, match.start(), match.start() + 1).type != "comment":
            continue
        codes = (match["codes"] or match["noqa"] or b"").decode("utf-8", "replace")
        last = source.lines.line_of(match.start())
        first = _first_line(source, tree, last)
        if match["file"]:
            first, last = 0, len(source.lines)
        listed = tuple(code.strip().upper() for code in codes.split(",") if code.strip())
        found.append(Suppression(listed, match.start(), match.end(), first, last))
    return found


def _first_line(source: Source, tree: Tree, line: int) -> int:
    """The first line of the simple statement that ends on `line`, so that a comment at its end covers all of it."""
    start = source.lines.start(line)
    text = source.lines.text(line)
    node = node_at(tree, start + len(text) - len(text.lstrip()))
    while node.parent is not None and not node.type.endswith(_STATEMENTS):
        node = node.parent
    if node.type.endswith("_statement") and not any(child.type == "block" for child in node.named_children):
        return min(line, int(node.start_point.row))
    return line


def visible(findings: Iterable[Finding], source: Source, comments: list[Suppression]) -> list[Finding]:
    """The findings that no comment hides."""
    if not comments:
        return list(findings)
    line_of = source.lines.line_of
    return [f for f in findings if not any(c.hides(f.code, line_of(f.start)) for c in comments)]
