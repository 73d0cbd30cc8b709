"""Calls that look like network calls, on objects of which nothing is known: there it is worth asking for the type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hangup.facts.expressions import Attribute, Call, dotted
from hangup.flow.analysis import Flow
from hangup.resolve.project import Module
from hangup.resolve.values import Unknown

_EVERYDAY = frozenset(
    name for kind in (dict, list, set, str, bytes, tuple) for name in dir(kind) if not name.startswith("_")
) | {
    *("read", "readline", "readlines", "write", "writelines", "flush", "close", "seek", "open", "search", "match"),
    *("info", "debug", "warning", "error", "exception", "critical", "log", "acquire", "release", "set", "is_set"),
    *("wait", "start", "join", "run", "result", "cancel", "done", "put"),
}
"""Methods that most objects have which have nothing to do with a network."""
_TELLING = frozenset({"timeout", "headers", "params", "json", "data", "stream", "verify", "auth", "proxies", "cookies"})
"""Arguments that hardly anything else takes."""


@dataclass(frozen=True)
class Question:
    """A receiver that could not be resolved. unit: the qualified name of the function it is used in. path: the name or
    attribute path (`self.client`). offset: where its last name begins, in the module."""

    unit: str
    path: str
    offset: int


def questions(flow: Flow, module: Module) -> Iterator[Question]:
    """The receivers in a module whose type would decide whether something is a network call; each path once a unit."""
    seen: set[tuple[str, str]] = set()
    for scope in module.scopes:
        for site in scope.unit.sites:
            call = site.expression
            if site.kind != "call" or not isinstance(call, Call) or not isinstance(call.function, Attribute):
                continue
            path = dotted(call.function.value)
            if path is None or not _is_telling(flow, call, call.function.name):
                continue
            key = (scope.qualified_name, path)
            values = flow.evaluator.values(scope, call.function.value)
            if key not in seen and values and all(isinstance(value, Unknown) for value in values):
                seen.add(key)
                receiver = call.function.value
                start = receiver.name_start if isinstance(receiver, Attribute) else receiver.start
                yield Question(*key, scope.start + start)


def _is_telling(flow: Flow, call: Call, name: str) -> bool:
    if name not in flow.effects.sieve.library_calls:
        return False
    return name not in _EVERYDAY or any(argument.keyword in _TELLING for argument in call.arguments)
