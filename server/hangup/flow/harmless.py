"""Which outside callables surely do not touch the network: needed before saying that nothing in a `try` can raise."""

from __future__ import annotations

import sys

from hangup.knowledge.catalogue import Catalogue
from hangup.resolve.values import Dotted, Method, Value

# They run what they are given.
_RUNNERS = frozenset({"eval", "exec", "compile", "__import__", "getattr", "map", "filter", "super", "next", "iter"})
_STANDARD = frozenset(sys.stdlib_module_names)


def is_harmless(function: Value, catalogue: Catalogue) -> bool:
    """Whether calling `function` cannot raise a network error by itself, listed calls aside.

    A method of a class that a knowledge file describes is harmless if the file does not list it.
    """
    if isinstance(function, Method):
        return catalogue.class_(function.owner) is not None or catalogue.exception(function.owner) is not None
    if not isinstance(function, Dotted):
        return False
    root = function.name.partition(".")[0]
    if "." not in function.name:
        return function.name not in _RUNNERS
    return root in _STANDARD or catalogue.file_of(function.name) is not None
