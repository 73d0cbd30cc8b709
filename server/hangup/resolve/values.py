"""What an expression may stand for. A value is small, immutable and hashable."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from hangup.resolve.project import Scope


class Dotted(msgspec.Struct, frozen=True, gc=False):
    """A module, function or class outside the project, by canonical dotted name; a bare name is a builtin."""

    name: str


class Instance(msgspec.Struct, frozen=True, gc=False):
    """An object of a class outside the project."""

    of: str


class Method(msgspec.Struct, frozen=True, gc=False):
    """A method of an object of a class outside the project.

    overridden: the object is of a project class that overrides network calls of that class, which this one may use.
    """

    owner: str
    name: str
    overridden: bool = False

    @property
    def qualified(self) -> str:
        """`Class#method`, as knowledge files write it."""
        return f"{self.owner}#{self.name}"


class ProjectModule(msgspec.Struct, frozen=True, gc=False):
    """A module of the project."""

    name: str


class Defined(msgspec.Struct, frozen=True):
    """A function, class or lambda of the project; `receiver` is the class of the object that a method is bound to."""

    scope: Scope
    receiver: Scope | None = None


class ProjectInstance(msgspec.Struct, frozen=True):
    """An object of a class of the project."""

    of: Scope


class Super(msgspec.Struct, frozen=True):
    """`super()` in a method of the class `of`."""

    of: Scope


class Items(msgspec.Struct, frozen=True):
    """A tuple of known length: the values each item may have."""

    items: tuple[Values, ...]


class Many(msgspec.Struct, frozen=True):
    """Something to iterate over or index: the values an element may have. keyed: it is a mapping to them. made_by: the
    generator function that runs while it is iterated over; call: the qualified name of the library's call that does."""

    element: Values
    keyed: bool = False
    made_by: Scope | None = None
    call: str = ""


class Managed(msgspec.Struct, frozen=True):
    """What a generator function under `@contextmanager` gives; entering it gives `entered`."""

    entered: Values


class Nothing(msgspec.Struct, frozen=True):
    """None."""


class Unknown(msgspec.Struct, frozen=True):
    """Something that could not be resolved."""


Value: TypeAlias = (
    Dotted
    | Instance
    | Method
    | ProjectModule
    | Defined
    | ProjectInstance
    | Super
    | Items
    | Many
    | Managed
    | Nothing
    | Unknown
)
Values: TypeAlias = "tuple[Value, ...]"

UNKNOWN: Values = (Unknown(),)
NONE: Values = (Nothing(),)


def join(*parts: Values) -> Values:
    """All the values of several alternatives, each once, in order."""
    if len(parts) == 1 and len(parts[0]) < 2:
        return parts[0]
    return tuple(dict.fromkeys(value for part in parts for value in part))
