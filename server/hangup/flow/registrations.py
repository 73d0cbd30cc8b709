"""Functions that a framework takes by a decorator, and what an error does there."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Call, dotted
from hangup.knowledge.packs import read_boundaries
from hangup.resolve.project import Scope


def registered(scope: Scope) -> tuple[str, bool] | None:
    """What an error of a decorated function does, and whether that is certain; None if no framework takes it.

    A decorator is known by its last name, in a file that imports the framework: the object it is an attribute of
    (`app`, `router`, `blueprint`) often comes from far away.
    """
    definition = scope.definition
    if definition is None or not definition.decorators or scope.unit.kind != "function":
        return None
    names = {
        (dotted(each.function if isinstance(each, Call) else each) or "").rpartition(".")[2]
        for each in definition.decorators
    }
    entries = [entry for entry in read_boundaries().registrations if not names.isdisjoint(entry.names)]
    imports = set(_imports(scope)) if entries else set()
    return next(((each.outcome, each.certain) for each in entries if not imports.isdisjoint(each.imports)), None)


def _imports(scope: Scope) -> Iterator[str]:
    for imported in scope.module.scope.unit.imports:
        if not imported.level:
            yield imported.module
            yield imported.module.partition(".")[0]
