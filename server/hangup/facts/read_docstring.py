"""What a function without a body to follow says that it raises: a stub, an abstract method, a protocol."""

from __future__ import annotations

import re

from tree_sitter import Node

from hangup.facts.read_expressions import is_comment
from hangup.facts.state import Reading

_QUOTES = re.compile(r"^[A-Za-z]{0,2}(\"\"\"|'''|\"|')(.*)\1$", re.DOTALL)
_CLASS = re.compile(r"[A-Za-z_][\w.]*")


def declared_errors(state: Reading, body: Node | None) -> tuple[str, ...]:
    """The dotted names in the `Raises` section of a docstring, of Google's, NumPy's or Sphinx's form.

    Empty where the function does anything: then its body tells.
    """
    statements = [child for child in body.named_children if not is_comment(child)] if body is not None else []
    if not statements or not _is_text(statements[0]) or not all(_does_nothing(state, each) for each in statements[1:]):
        return ()
    written = _QUOTES.match(state.text(statements[0]))
    if written is None or "raise" not in written[2].lower():
        return ()
    return tuple(dict.fromkeys(_raised(written[2])))


def _raised(text: str) -> list[str]:
    import docstring_parser  # takes longer to import than most files to analyse, and is seldom needed

    try:
        entries = docstring_parser.parse(text).raises
    except docstring_parser.ParseError:
        return []
    return [name for entry in entries for name in _CLASS.findall(entry.type_name or "")]


def _is_text(node: Node) -> bool:
    return node.type == "expression_statement" and bool(node.named_children) and node.named_children[0].type == "string"


def _does_nothing(state: Reading, node: Node) -> bool:
    if node.type == "raise_statement":
        return state.text(node).split("(")[0].split()[-1] == "NotImplementedError"
    return node.type == "pass_statement" or state.text(node) == "..."
