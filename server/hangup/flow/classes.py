"""Exception classes of libraries and of the project in one tree.

A class is named by a string: the canonical dotted name for a library's or Python's own, `Scope.identity` for the
project's.
"""

from __future__ import annotations

from hangup.resolve.evaluate import Evaluator
from hangup.resolve.project import Scope
from hangup.resolve.values import Defined, Dotted, Instance, Items, Many, ProjectInstance, Value, Values

_GROUP = "ExceptionGroup"


def in_group(name: str) -> str:
    """The name of an exception group that holds an error of a class, as a class of its own."""
    return name if grouped(name) is not None else f"{_GROUP}[{name}]"


def grouped(name: str) -> str | None:
    """The class inside a group that `in_group` names; None for any other class."""
    return name[len(_GROUP) + 1 : -1] if name.startswith(_GROUP + "[") else None


def wrapped(wrapper: str, name: str) -> str:
    """The name of an error that a retry raises in place of another (`tenacity.RetryError`), as a class of its own."""
    return f"{wrapper}[{unwrapped(name)}]"


def unwrapped(name: str) -> str:
    """The error that every try gave, of what `wrapped` names; any other class as it is."""
    head, bracket, inner = name.partition("[")
    return inner[:-1] if bracket and head != _GROUP else name


def as_raised(name: str) -> str:
    """The class of an error that a retry raises in place of another; any other class as it is."""
    head, bracket, _ = name.partition("[")
    return head if bracket and head != _GROUP else name


class ClassTree:
    """Answers what is a subclass of what. Good for one state of the project."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._catalogue = evaluator.catalogue
        self._scopes: dict[str, Scope] = {}
        self._ancestors: dict[str, tuple[str, ...]] = {}
        self._general: dict[frozenset[str], tuple[str, ...]] = {}

    def forget(self) -> None:
        """Forget the ancestors of the project's classes: one of them may have others now."""
        self._general.clear()
        for name in self._scopes:
            self._ancestors.pop(name, None)

    def named(self, values: Values) -> tuple[frozenset[str], bool]:
        """The classes that the values of an `except` expression name, and whether all of it was understood."""
        names: set[str] = set()
        complete = True
        for value in values:
            if isinstance(value, Items):
                parts = [self.named(item) for item in value.items]
            elif isinstance(value, Many):
                parts = [self.named(value.element)]
            else:
                name = self.identify(value)
                parts = [(frozenset({name}), self._is_understood(name))] if name else [(frozenset(), False)]
            for found, understood in parts:
                names |= found
                complete = complete and understood
        return frozenset(names), complete and bool(values)

    def _is_understood(self, name: str) -> bool:
        """Whether the name is surely one class: a known one, or one that is named like a class.

        What is named like a constant (`NETWORK_ERRORS`) may be a tuple of any classes.
        """
        if self.is_known(name):
            return True
        last = name.rpartition(".")[2]
        return "." in name and last[:1].isupper() and not last.isupper()

    def identify(self, value: Value) -> str | None:
        """The class that a value is; None if it is none."""
        if isinstance(value, Dotted):
            return value.name
        if isinstance(value, Defined) and value.scope.unit.kind == "class":
            self._scopes[value.scope.identity] = value.scope
            return value.scope.identity
        return None

    def raised(self, values: Values) -> tuple[str, ...]:
        """The classes of the errors that `raise` of these values raises: a class, or an object of one."""
        names: list[str] = []
        for value in values:
            if isinstance(value, Instance):
                names.append(value.of)
            elif isinstance(value, ProjectInstance):
                names.append(self.identify(Defined(value.of)) or "")
            elif (name := self.identify(value)) is not None:
                names.append(name)
        return tuple(dict.fromkeys(name for name in names if name and self.is_exception(name)))

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The class and all above it, nearest first."""
        known = self._ancestors.get(name)
        if known is None:
            scope = self._scopes.get(name)
            if "[" in name:
                known = (name, *self.ancestors(name.partition("[")[0]))
            else:
                known = self._catalogue.ancestors(name) if scope is None else self._of_project(scope)
            self._ancestors[name] = known
        return known

    def is_subclass(self, name: str, base: str) -> bool:
        """Whether class `name` is `base` or below it."""
        return base in self.ancestors(name)

    def is_namesake(self, name: str, error: str) -> bool:
        """Whether an unknown class has the name of `error`, or of one above it: it may be that, under another path."""
        if self.is_known(name):
            return False
        last = name.rpartition(".")[2]
        return any(base.rpartition(".")[2] == last for base in self.ancestors(error))

    def is_exception(self, name: str) -> bool:
        """Whether the class is known to be an exception."""
        return "BaseException" in self.ancestors(name)

    def is_known(self, name: str) -> bool:
        """Whether all of the class's ancestors are known, up to BaseException."""
        return name in self._scopes or self._catalogue.exception(name) is not None

    def display(self, name: str) -> str:
        """The name to show a person: dotted for a library's class, the bare class name for the project's."""
        scope = self._scopes.get(name)
        if "[" in name:
            return name.partition("[")[0]
        return scope.qualified_name if scope is not None else name

    def scope(self, name: str) -> Scope | None:
        """The scope of a project class."""
        return self._scopes.get(name)

    def most_general(self, names: frozenset[str]) -> tuple[str, ...]:
        """The classes without those that another of them already covers, sorted."""
        known = self._general.get(names)
        if known is None:
            kept = (n for n in names if names.isdisjoint(each for each in self.ancestors(n) if each != n))
            known = self._general[names] = tuple(sorted(kept))
        return known

    def _of_project(self, scope: Scope) -> tuple[str, ...]:
        order: list[str] = []
        for each in self._evaluator.members.order(scope):
            if isinstance(each, Scope):
                self._scopes[each.identity] = each
                order.append(each.identity)
            else:
                order += [name for name in self._catalogue.ancestors(each) if name not in order]
        return tuple(order)
