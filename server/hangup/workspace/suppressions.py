"""Comments that hide findings: `# hangup: ignore[HUP101]` for a statement, `ignore-start` to `ignore-end` for lines,
`ignore-file` for a file, and `# noqa: HUP101` for those who have many of them;
and what such a comment does not hide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec
from tree_sitter import Tree

from hangup.rules.finding import Finding
from hangup.rules.registry import rule, rules
from hangup.syntax.source import Source
from hangup.syntax.tree import Node, node_at

_COMMENT = re.compile(
    rb"#[^\n\r]*?\b(?P<directive>hangup:\s*ignore(?:-(?P<kind>file|start|end)\b)?(?:\[(?P<codes>[^\]\n\r]*)\])?"
    rb"|noqa:\s*(?P<noqa>[A-Z0-9, ]*HUP[0-9]+[A-Z0-9, ]*))",
    re.IGNORECASE,
)
_UNUSED = "HUP901"


class Suppression(msgspec.Struct, frozen=True):
    """A comment that hides the findings of `codes` (all, when empty) that begin from `first` to `last`, zero-based
    lines.

    start, end: the range of its words in the module. is_noqa: it is one that other tools read as well.
    """

    codes: tuple[str, ...]
    start: int
    end: int
    first: int
    last: int
    is_noqa: bool = False

    def hides(self, code: str, line: int) -> bool:
        """Whether it hides a finding of a code that begins on a line."""
        return self.first <= line <= self.last and (not self.codes or any(code.startswith(c) for c in self.codes))


def suppressions(source: Source, tree: Tree) -> list[Suppression]:
    """The comments of a module, in order."""
    if b"hangup:" not in source.data and b"HUP" not in source.data:
        return []
    found: list[Suppression] = []
    for match in _COMMENT.finditer(source.data):
        comment = node_at(tree, match.start(), match.start() + 1)
        kind = (match["kind"] or b"").lower()
        if comment.type != "comment" or kind == b"end":
            continue
        codes = (match["codes"] or match["noqa"] or b"").decode("utf-8", "replace")
        listed = tuple(code.strip().upper() for code in codes.split(",") if code.strip())
        first, last = _lines(source, tree, match.start(), kind)
        start, end = match.span("directive")
        found.append(Suppression(listed, start, end, first, last, match["noqa"] is not None))
    return found


def _lines(source: Source, tree: Tree, at: int, kind: bytes) -> tuple[int, int]:
    """The lines that a comment speaks of."""
    line = source.lines.line_of(at)
    if kind == b"file":
        return 0, len(source.lines)
    if kind == b"start":
        ends = (m for m in _COMMENT.finditer(source.data, at) if (m["kind"] or b"").lower() == b"end")
        end = next(ends, None)
        return line, source.lines.line_of(end.start()) if end is not None else len(source.lines)
    before = source.slice(source.lines.start(line), at)
    if before.strip():
        return _statement(source, tree, line)
    following = line + 1
    while following < len(source.lines) and source.lines.text(following).lstrip()[:1] in (b"", b"#"):
        following += 1
    is_inside = node_at(tree, at, at + 1).parent
    if is_inside is not None and is_inside.type not in ("block", "module"):
        return _statement(source, tree, line)  # in the middle of a call or a display
    if following >= len(source.lines):
        return line, line
    return line, _statement(source, tree, following)[1]


def _statement(source: Source, tree: Tree, line: int) -> tuple[int, int]:
    """The first and last line of the simple statement, or of the head of the compound one, that holds a line."""
    start = source.lines.start(line)
    text = source.lines.text(line)
    node: Node | None = node_at(tree, start + len(text) - len(text.lstrip()))
    while node is not None and not node.type.endswith(("_statement", "_definition", "_clause")):
        node = node.parent
    if node is None:
        return line, line
    first, last = int(node.start_point.row), int(node.end_point.row)
    block = next((child for child in node.named_children if child.type == "block"), None)
    if block is not None:
        colon = next((c for c in reversed(node.children) if c.type == ":" and c.end_byte <= block.start_byte), None)
        last = int(colon.end_point.row) if colon is not None else first
    return (first, last) if first <= line <= last else (line, line)


def visible(findings: Iterable[Finding], source: Source, comments: list[Suppression]) -> list[Finding]:
    """The findings that no comment hides."""
    if not comments:
        return list(findings)
    line_of = source.lines.line_of
    return [f for f in findings if not any(c.hides(f.code, line_of(f.start)) for c in comments)]


def unused(
    findings: list[Finding], source: Source, comments: list[Suppression], wants: Callable[[str], bool]
) -> Iterator[Finding]:
    """A finding for each comment that hides nothing, or names codes by which it hides nothing.

    findings: all of them, before any was hidden. wants: whether a rule, or one whose code begins so, is looked for.
    """
    by_line = [(finding.code, source.lines.line_of(finding.start)) for finding in findings]
    for comment in comments:
        used = {code for code, line in by_line if comment.hides(code, line)}
        about = [code for code in comment.codes if code.startswith("HUP") and not _UNUSED.startswith(code)]
        looked_for = [code for code in about if wants(code) or not _exists(code)]
        idle = [code for code in looked_for if not any(each.startswith(code) for each in used)]
        if comment.codes and not idle:
            continue
        if not comment.codes and (used or not wants("HUP")):
            continue
        yield _report(comment, idle)


def _exists(beginning: str) -> bool:
    return any(each.code.startswith(beginning) for each in rules())


def _report(comment: Suppression, idle: list[str]) -> Finding:
    everything = len(idle) == len(comment.codes)
    known = rule(_UNUSED)
    what = (
        "this comment hides nothing"
        if everything
        else f"{', '.join(idle)} {'hide' if idle[1:] else 'hides'} nothing here"
    )
    return Finding(
        _UNUSED,
        known.name if known is not None else "",
        "information",
        comment.start,
        comment.end,
        f"{what}: there is no such {'finding any more' if any(map(_exists, idle or ['HUP'])) else 'rule'}",
        names=() if everything else tuple(idle),
    )
