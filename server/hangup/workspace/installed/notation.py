"""Values and scopes of a package, written as knowledge files write names and types."""

from __future__ import annotations

from hangup.facts.expressions import dotted
from hangup.resolve.project import Scope
from hangup.resolve.values import (
    Defined,
    Dotted,
    Instance,
    Items,
    Managed,
    Many,
    Nothing,
    ProjectInstance,
    Value,
    Values,
)

_MOST_MEMBERS = 4
_DEEPEST = 3


class Notation:
    """Writes names and types."""

    def name(self, scope: Scope) -> str:
        """The dotted name of a function or class."""
        return f"{scope.module.name}.{scope.qualified_name}"

    def class_name(self, value: Value) -> str:
        """The dotted name of a class."""
        if isinstance(value, Defined):
            return self.name(value.scope)
        return value.name if isinstance(value, Dotted) else "object"

    def decorators(self, scope: Scope) -> frozenset[str]:
        """The last names of a function's decorators."""
        decorators = scope.definition.decorators if scope.definition is not None else ()
        return frozenset((dotted(each) or "").rpartition(".")[2] for each in decorators)

    def written(self, values: Values) -> str | None:
        """The type of some values; None if nothing is known of them that anybody could use."""
        return self._written(values, 0)

    def _written(self, values: Values, depth: int) -> str | None:
        if depth > _DEEPEST:
            return None
        parts = [self._one(value, depth) for value in values]
        kept = list(dict.fromkeys(part for part in parts if part is not None))
        if not kept or len(kept) > _MOST_MEMBERS or kept == ["None"]:
            return None
        return " | ".join(kept)

    def _one(self, value: Value, depth: int) -> str | None:
        if isinstance(value, Instance):
            return value.of
        if isinstance(value, ProjectInstance):
            return self.name(value.of)
        if isinstance(value, Nothing):
            return "None"
        if isinstance(value, Defined) and value.scope.unit.kind == "class":
            return f"type[{self.name(value.scope)}]"
        if isinstance(value, Items):
            items = [self._written(item, depth + 1) or "object" for item in value.items]
            return f"tuple[{', '.join(items)}]" if items and set(items) != {"object"} else None
        element = value.element if isinstance(value, Many) and not value.keyed else None
        if isinstance(value, Managed):
            element = value.entered
        written = self._written(element, depth + 1) if element else None
        return f"list[{written}]" if written is not None else None
