"""HUP207: an error number or text that only one system has stands in a comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from hangup.facts.model import Handler
from hangup.knowledge.packs import read_errnos
from hangup.knowledge.schema import Platform
from hangup.resolve.project import Scope
from hangup.rules.finding import Finding, Severity
from hangup.rules.rule import Context, Rule
from hangup.syntax.tree import Node, ancestors, node_at

_NUMBER = re.compile(rb"(?<![\w.])\d{2,5}(?![\w.])")
_ASKS_SYSTEM = re.compile(rb"os\.name|platform|hasattr|getattr|WindowsError|(?i:windows|win32)")
_GROUPS = frozenset({"tuple", "list", "set", "parenthesized_expression"})
_SYSTEMS: dict[Platform, str] = {"linux": "Linux", "windows": "Windows", "macos": "macOS"}
_ALSO_OTHERS = frozenset({61, 35, 50, 64, 36, 37, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 52, 53, 55, 56, 58, 59})
"""Numbers of macOS that are common ones on Linux: they count only beside another of the network's."""


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each number, or text, that a comparison of a caught error names."""
    data = context.text.source.data
    if any(word in data for word in (b".errno", b".winerror", b"[0] ")):
        for match in _NUMBER.finditer(data):
            if int(match.group()) in _symbols():
                yield from _number(context, rule, match.start(), match.end())
    small = data.lower()
    for text in _texts():
        at = small.find(text)
        while at >= 0:
            yield from _text(context, rule, at, at + len(text))
            at = small.find(text, at + len(text))


@lru_cache(maxsize=1)
def _symbols() -> dict[int, str]:
    """What a number stands for: on Linux, else on Windows, else on macOS. Those that are the same everywhere are left
    out."""
    found: dict[int, str] = {}
    for system in _SYSTEMS:
        for name, entry in read_errnos().items():
            number = entry.value.get(system)
            if number is not None and len(set(entry.value.values())) > 1 and name not in ("EAGAIN", "ENONET"):
                found.setdefault(number, name)
    return found


@lru_cache(maxsize=1)
def _texts() -> frozenset[bytes]:
    """The system's words for the errors of the network, in small letters."""
    named = set(_symbols().values())
    return frozenset(entry.message.lower().encode() for name, entry in read_errnos().items() if name in named)


def _number(context: Context, rule: Rule, start: int, end: int) -> Iterator[Finding]:
    node = node_at(context.text.tree, start, end)
    comparison = _comparison(node) if node.type == "integer" else None
    if comparison is None:
        return
    number = int(context.text.source.slice(start, end))
    symbol = _symbols()[number]
    beside = {int(n.text or b"0") for n in _integers(comparison)}
    others = {_symbols().get(each) for each in beside - {number}} - {None}
    if number in _ALSO_OTHERS and not others:
        return
    values = read_errnos()[symbol].value
    if beside.issuperset(values.values()):
        return  # every system's number is there
    other = _other_side(comparison, node)
    way = _way(context, other) if other is not None else None
    if way is None or other is None or (way == "winerror" and _is_for_windows(comparison)):
        return
    systems = [word for key, word in _SYSTEMS.items() if values.get(key) == number]
    message = f"{number} is {symbol} on {' and '.join(systems)} only: compare with errno.{symbol}"
    severity: Severity = "warning"
    if way == "index":
        written = context.text.source.slice(other.start_byte, other.end_byte)
        message = f"an exception has no items, so {written} raises TypeError: compare its errno with errno.{symbol}"
    elif way == "winerror":
        message = (
            f"winerror exists on Windows only, elsewhere this raises AttributeError: compare errno with errno.{symbol}"
        )
    yield Finding(rule.code, rule.name, severity, start, end, message, replacement=symbol)


def _is_for_windows(node: Node) -> bool:
    """Whether a condition around a place, or beside it, asks for the system or the attribute first."""
    around = [each for each in ancestors(node) if each.type in ("boolean_operator", "if_statement", "elif_clause")]
    asked = [each if each.type == "boolean_operator" else each.child_by_field_name("condition") for each in around]
    return any(_ASKS_SYSTEM.search(each.text or b"") for each in asked if each is not None)


def _text(context: Context, rule: Rule, start: int, end: int) -> Iterator[Finding]:
    node = node_at(context.text.tree, start, end)
    while node.type in ("string_content", "escape_sequence") and node.parent is not None:
        node = node.parent
    comparison = _comparison(node) if node.type == "string" else None
    other = _other_side(comparison, node) if comparison is not None else None
    if other is None or not _speaks_of_error(context, other):
        return
    said = context.text.source.slice(start, end)
    symbol = next(n for n, entry in read_errnos().items() if entry.message.lower() == said.lower())
    exception = read_errnos()[symbol].exception
    better = f"catch {exception}" if exception != "OSError" else f"compare errno with errno.{symbol}"
    message = f"the text of an error differs from system to system and from library to library: {better}"
    yield Finding(
        rule.code, rule.name, "information", node.start_byte, node.end_byte, f"{message}, where it can be reached"
    )


def _comparison(node: Node) -> Node | None:
    """The comparison that a literal is a side of, by itself or in a display."""
    parent = node.parent
    while parent is not None and parent.type in _GROUPS:
        parent = parent.parent
    return parent if parent is not None and parent.type == "comparison_operator" else None


def _integers(comparison: Node) -> Iterator[Node]:
    stack = list(comparison.named_children)
    while stack:
        node = stack.pop()
        if node.type == "integer" and (node.text or b"").isdigit() and node.parent is not None:
            if node.parent.type in _GROUPS or node.parent == comparison:
                yield node
        elif node.type in _GROUPS:
            stack += node.named_children


def _other_side(comparison: Node, literal: Node) -> Node | None:
    sides = [child for child in comparison.named_children if child.type != "comment"]
    other = [s for s in sides if not (s.start_byte <= literal.start_byte and literal.end_byte <= s.end_byte)]
    return other[0] if len(sides) == 2 and len(other) == 1 else None


def _way(context: Context, node: Node) -> str | None:
    """How a number is taken out of an error: by `errno`, `args`, `winerror` or (which fails) an index."""
    if node.type == "attribute":
        name = node.child_by_field_name("attribute")
        word = (name.text or b"").decode() if name is not None else ""
        return word if word in ("errno", "winerror") else None
    value = node.child_by_field_name("value") if node.type == "subscript" else None
    index = node.child_by_field_name("subscript") if value is not None else None
    if value is None or index is None or index.text != b"0":
        return None
    if value.type == "attribute" and (value.text or b"").endswith(b".args"):
        inner = value.child_by_field_name("object")
        return "args" if inner is not None and _caught(context, inner) else None
    return "index" if _caught(context, value) else None


def _caught(context: Context, node: Node) -> bool:
    """Whether a name is that of the error which a clause around it has caught."""
    if node.type != "identifier":
        return False
    name = (node.text or b"").decode()
    return any(handler.name == name for handler in _handlers_around(context, node.start_byte))


def _handlers_around(context: Context, at: int) -> Iterator[Handler]:
    for scope in _scopes_at(context, at):
        for guard in scope.unit.guards:
            yield from (h for h in guard.handlers if h.body_start <= at - scope.start < h.body_end)


def _scopes_at(context: Context, at: int) -> list[Scope]:
    return [scope for scope in context.module.scopes if scope.start <= at < scope.start + scope.unit.length]


def _speaks_of_error(context: Context, node: Node) -> bool:
    """`str(e)`, `repr(e)`, `e.strerror`, `e.args[1]` of a caught error, perhaps in small letters."""
    stack, plain = [node], True
    names: list[Node] = []
    while stack:
        each = stack.pop()
        plain = plain and each.type in _SPEAKING
        names += [each] if each.type == "identifier" and each.text not in (b"str", b"repr") else []
        stack += [c for c in each.named_children if each.type != "attribute" or c == each.child_by_field_name("object")]
    return plain and len(names) == 1 and _caught(context, names[0])


_SPEAKING = frozenset({"call", "attribute", "subscript", "identifier", "argument_list", "integer"})

RULE = Rule(
    "HUP207",
    "errno-comparison",
    "warning",
    "An error number that only one system has stands in a comparison",
    check,
)
