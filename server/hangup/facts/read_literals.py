"""Reads literals: the values of strings and numbers, as far as a name or a number of seconds may be in them."""

from __future__ import annotations

import ast
import re

from tree_sitter import Node

from hangup.facts.expressions import Constant, Expression, Opaque
from hangup.facts.state import Reading

CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "none": None}
"""The kinds of nodes that are constants by name."""
_LONGEST_STRING = 500
_PLAIN_STRING = re.compile(r"""\"([^"\r\n\0]*)\"|'([^'\r\n\0]*)'|\"{3}([^"\r\0]*)\"{3}""")
_PLAIN_INTEGER = re.compile(r"0|[1-9][0-9]{0,18}")


def constant(state: Reading, node: Node) -> Expression:
    """True, False or None."""
    return Constant(*state.span(node), CONSTANTS[node.type])


def string(state: Reading, node: Node) -> Expression:
    """A string without interpolations; one that is long, or needs the language's escapes, is taken for unknown."""
    start, end = state.span(node)
    if end - start > _LONGEST_STRING:
        return Opaque(start, end)
    text = state.text(node)
    if "\\" in text:
        return Opaque(start, end)
    plain = _PLAIN_STRING.fullmatch(text)
    value = plain[plain.lastindex or 0] if plain is not None else _literal(text)
    return Constant(start, end, value) if isinstance(value, str) else Opaque(start, end)


def number(state: Reading, node: Node) -> Expression:
    """An integer or a float."""
    text = state.text(node)
    value = int(text) if _PLAIN_INTEGER.fullmatch(text) else _literal(text)
    return Constant(*state.span(node), value) if isinstance(value, (int, float)) else Opaque(*state.span(node))


def _literal(text: str) -> object:
    """The value of any other literal; None if it is none."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
