"""Expressions as data: just so much of Python's as resolving a receiver or an exception class takes.

Offsets count from the start of the unit that the expression stands in, so that a unit's facts stay valid when it moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

import msgspec


class Node(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A piece of an expression, from `start` to `end` (offsets in the unit)."""

    start: int
    end: int


class Name(Node, frozen=True, gc=False, tag=True):
    """A name that is read: `requests`."""

    id: str


class Attribute(Node, frozen=True, gc=False, tag=True):
    """`value.name`; `name_start` is where the name begins."""

    value: Expression
    name: str
    name_start: int


class Argument(msgspec.Struct, frozen=True, gc=False):
    """An argument of a call. `keyword` is None for a positional one; `*args` and `**kwargs` have `splat` "*" and
    "**"."""

    value: Expression
    keyword: str | None = None
    splat: str = ""


class Call(Node, frozen=True, gc=False, tag=True):
    """`function(arguments)`."""

    function: Expression
    arguments: tuple[Argument, ...]

    def keyword(self, name: str) -> Expression | None:
        """The value of the keyword argument `name`, if it is written out."""
        for argument in self.arguments:
            if argument.keyword == name:
                return argument.value
        return None

    def positional(self, index: int) -> Expression | None:
        """The positional argument at `index`, unless a `*args` before it hides which one that is."""
        at = 0
        for argument in self.arguments:
            if argument.keyword is not None or argument.splat == "**":
                continue
            if argument.splat:
                return None
            if at == index:
                return argument.value
            at += 1
        return None

    def has_splat(self, kind: str) -> bool:
        """Whether a `*` or `**` argument hides what is passed."""
        return any(a.splat == kind for a in self.arguments)


class Subscript(Node, frozen=True, gc=False, tag=True):
    """`value[index]`; `index` is the first one."""

    value: Expression
    index: Expression


class Await(Node, frozen=True, gc=False, tag=True):
    """`await value`."""

    value: Expression


class Constant(Node, frozen=True, gc=False, tag=True):
    """A literal: a string without its interpolations, a number, True, False, None or `...`."""

    value: str | int | float | bool | None


class Sequence(Node, frozen=True, gc=False, tag=True):
    """A tuple, list or set display; a starred item is a Splat."""

    items: tuple[Expression, ...]


class Table(Node, frozen=True, gc=False, tag=True):
    """A dict display or comprehension: its values, and the keys that are written out in it."""

    values: tuple[Expression, ...]
    keys: tuple[Expression, ...] = ()


class Splat(Node, frozen=True, gc=False, tag=True):
    """`*value` inside a display."""

    value: Expression


class Alternatives(Node, frozen=True, gc=False, tag=True):
    """One of several: `a or b`, `a if c else b`, `a | b` in an annotation; also `a + b`, since it joins tuples."""

    options: tuple[Expression, ...]
    operator: str


class Lambda(Node, frozen=True, gc=False, tag=True):
    """A lambda, by its index among the unit's definitions."""

    definition: int


class Enter(Node, frozen=True, gc=False, tag=True):
    """What `with value as x` binds to x."""

    value: Expression
    is_async: bool = False


class Element(Node, frozen=True, gc=False, tag=True):
    """What `for x in value` binds to x."""

    value: Expression
    is_async: bool = False


class Item(Node, frozen=True, gc=False, tag=True):
    """The item at `index` when `value` is unpacked."""

    value: Expression
    index: int


class Opaque(Node, frozen=True, gc=False, tag=True):
    """Anything else; `parts` are the expressions inside it."""

    parts: tuple[Expression, ...] = ()


Expression = Union[  # noqa: UP007 - msgspec resolves the forward references of this name
    Name,
    Attribute,
    Call,
    Subscript,
    Await,
    Constant,
    Sequence,
    Table,
    Splat,
    Alternatives,
    Lambda,
    Enter,
    Element,
    Item,
    Opaque,
]


def parts_of(expression: Expression) -> Iterator[Expression]:
    """An expression and all that it is made of."""
    stack: list[object] = [expression]
    while stack:
        each = stack.pop()
        if isinstance(each, tuple):
            stack.extend(each)
        elif isinstance(each, Argument):
            stack.append(each.value)
        elif isinstance(each, Node):
            yield each  # type: ignore[misc]
            stack.extend(getattr(each, name) for name in each.__struct_fields__[2:])


def dotted(expression: Expression) -> str | None:
    """`a.b.c` as text when the expression is a plain dotted name; otherwise None."""
    if isinstance(expression, Name):
        return expression.id
    if not isinstance(expression, Attribute):
        return None
    before = dotted(expression.value)
    return None if before is None else f"{before}.{expression.name}"
