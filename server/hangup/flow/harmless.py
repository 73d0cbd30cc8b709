"""Which outside callables surely do not touch the network: needed before saying that nothing in a `try` can raise."""

from __future__ import annotations

import logging
import sys

from hangup.facts.expressions import Attribute, Call
from hangup.knowledge.catalogue import Catalogue
from hangup.resolve.values import Dotted, Method, Value

# They run what they are given.
_RUNNERS = frozenset({"eval", "exec", "compile", "__import__", "getattr", "map", "filter", "super", "next", "iter"})
# Methods that lists, strings, dictionaries and loggers have: their receivers are often unknown. Left out are the names
# that clients have as well.
_EVERYDAY = frozenset(
    name
    for kind in (str, bytes, list, dict, set, int, logging.Logger)
    for name in vars(kind)
    if not name.startswith("_") and name not in ("get", "pop", "update", "clear", "remove", "copy", "handle")
)
_STANDARD = frozenset(sys.stdlib_module_names)


def is_everyday(call: Call) -> bool:
    """Whether a method that could not be resolved has a name that only everyday objects have."""
    return isinstance(call.function, Attribute) and call.function.name in _EVERYDAY


def is_harmless(function: Value, catalogue: Catalogue) -> bool:
    """Whether calling `function` cannot raise a network error by itself, listed calls aside.

    A method of a class that a knowledge file describes is harmless if the file does not list it.
    """
    if isinstance(function, Method):
        return not function.overridden and (
            catalogue.class_(function.owner) is not None or catalogue.exception(function.owner) is not None
        )
    if not isinstance(function, Dotted):
        return False
    root = function.name.partition(".")[0]
    if "." not in function.name:
        return function.name not in _RUNNERS
    return root in _STANDARD or catalogue.file_of(function.name) is not None
