"""Which entry of a knowledge file holds for a call: an entry with a condition (`stream=True`) needs its argument."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hangup.facts.expressions import Call as CallExpression
from hangup.facts.expressions import Constant, Expression
from hangup.knowledge.schema import Call

_LITERALS = {"True": True, "False": False, "None": None}


def applicable(entries: Iterable[Call], expression: Expression, *, reading: bool = False) -> tuple[Call, ...]:
    """The entries that may hold for a call, or for an attribute read when `reading`.

    A conditional entry that surely holds hides the plain ones; one that may hold stands beside them.
    """
    possible: list[Call] = []
    for entry in entries:
        if entry.property is not reading:
            continue
        given = holds(entry.when, expression) if entry.when else True
        if given is not False:
            possible.append(entry)
        if given is True:
            break
    return tuple(possible)


def is_generator(entry: Call, qualified: str) -> bool:
    """Whether a call of that name does nothing but give a generator, which fails where it is iterated over."""
    return bool(entry.generators) and re.split(r"[.#]", qualified)[-1] in entry.generators


def holds(condition: str, expression: Expression) -> bool | None:
    """Whether a call is given `keyword=literal`: True, False, or None where it cannot be told."""
    if not isinstance(expression, CallExpression):
        return False
    name, _, literal = condition.partition("=")
    given = expression.keyword(name.strip())
    if given is None:
        return False
    if not isinstance(given, Constant):
        return None
    wanted: object = _LITERALS.get(literal.strip(), literal.strip())
    return given.value == wanted or str(given.value) == wanted
