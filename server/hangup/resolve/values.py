"""What an expression may stand for. A value is small, immutable and hashable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from hangup.resolve.project import Scope


@dataclass(frozen=True, slots=True)
class Dotted:
    """A module, function or class outside the project, by canonical dotted name; a bare name is a builtin."""

    name: str


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class outside the project."""

    of: str


@dataclass(frozen=True, slots=True)
class Method:
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


@dataclass(frozen=True, slots=True)
class ProjectModule:
    """A module of the project."""

    name: str


@dataclass(frozen=True, slots=True)
class Defined:
    """A function, class or lambda of the project; `receiver` is the class of the object that a method is bound to."""

    scope: Scope
    receiver: Scope | None = None


@dataclass(frozen=True, slots=True)
class ProjectInstance:
    """An object of a class of the project."""

    of: Scope


@dataclass(frozen=True, slots=True)
class Super:
    """`super()` in a method of the class `of`."""

    of: Scope


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple of known length: the values each item may have."""

    items: tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """Something to iterate over or index: the values an element may have."""

    element: Values


@dataclass(frozen=True, slots=True)
class Nothing:
    """None."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that could not be resolved."""


Value: TypeAlias = (
    Dotted | Instance | Method | ProjectModule | Defined | ProjectInstance | Super | Items | Many | Nothing | Unknown
)
Values: TypeAlias = "tuple[Value, ...]"

UNKNOWN: Values = (Unknown(),)
NONE: Values = (Nothing(),)


def join(*parts: Values) -> Values:
    """All the values of several alternatives, each once, in order."""
    return tuple(dict.fromkeys(value for part in parts for value in part))
