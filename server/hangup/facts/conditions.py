"""What a handler asks of the error that it has caught, before it decides: `isinstance(e, X)`, `e.errno == EPIPE`."""

from __future__ import annotations

from typing import Union

import msgspec

from hangup.facts.expressions import Expression


class IsA(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`isinstance(e, classes)`."""

    classes: tuple[Expression, ...]


class Equals(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`e.path == value`, or `e.path in values` when there are several; path: `errno`, `args[0]`."""

    path: str
    values: tuple[Expression, ...]


class IsSet(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`e.path is not None`, or its bare truth."""

    path: str


class Not(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The contrary."""

    of: Condition


class All(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Each of them; with none, always."""

    of: tuple[Condition, ...]


class Unknown(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Something else decides."""


Condition = Union[IsA, Equals, IsSet, Not, All, Unknown]  # noqa: UP007 - as in expressions.py


def negated(condition: Condition) -> Condition:
    """The contrary of a condition, without a second negation."""
    return condition.of if isinstance(condition, Not) else Not(condition)


def both(first: Condition, second: Condition) -> Condition:
    """Both of two conditions."""
    parts = [
        *(first.of if isinstance(first, All) else (first,)),
        *(second.of if isinstance(second, All) else (second,)),
    ]
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def either(first: Condition, second: Condition) -> Condition:
    """One of two conditions."""
    return Not(both(negated(first), negated(second)))


def asks(condition: Condition) -> bool:
    """Whether anything in a condition is known to be asked of the error."""
    if isinstance(condition, Not):
        return asks(condition.of)
    if isinstance(condition, All):
        return any(asks(part) for part in condition.of)
    return not isinstance(condition, Unknown)
