"""Whether a text is Python, on every Python that the tests run on."""

from __future__ import annotations

import ast
import sys

from hangup.syntax.source import Source
from hangup.syntax.tree import parse


def is_python(source: Source) -> bool:
    """By Python's own parser; by ours for syntax that is newer than the Python that runs the tests (`except*`)."""
    if b"except*" in source.data and sys.version_info < (3, 11):
        return not parse(source).root_node.has_error
    try:
        ast.parse(source.data)
    except SyntaxError:
        return False
    return True
