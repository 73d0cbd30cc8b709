"""Which bindings of a name can reach a use of it."""

from __future__ import annotations

from hangup.facts.expressions import Expression
from hangup.facts.model import Binding, Definition, Imported
from hangup.resolve.project import Origin, Origins, Scope


def reaching(scope: Scope, name: str, offset: int | None) -> tuple[Scope, Origins] | None:
    """The scope that binds `name` as seen from `scope`, and the bindings that may reach `offset` (None: any).

    `offset` counts in `scope`'s unit and matters only if the name is bound there: from inside another function, every
    binding may be the one that holds. Returns None if no scope binds the name: it is a builtin, or comes by a star
    import.
    """
    current: Scope | None = scope
    while current is not None:
        origins = current.names.get(name)
        if origins and name not in current.unit.outer_names:
            if current is scope:
                return current, origins if offset is None or len(origins) == 1 else _live(origins, offset)
            if current.unit.kind != "class":
                return current, origins
        current = current.parent
    return None


def narrowing(scope: Scope, path: str, offset: int) -> Expression | None:
    """The classes that `isinstance` has shown a name or attribute path to be of, at an offset; None if it has not, or
    if the path was bound again since."""
    for each in reversed(scope.narrowed.get(path, ())):
        if each.start <= offset < each.end:
            bound = (_start(origin) for origin in scope.names.get(path, ()))
            again = any(start is not None and each.start <= start < offset for start in bound)
            return None if again else each.classes
    return None


def _live(origins: Origins, offset: int) -> Origins:
    """Drop the bindings that a later one, sure to have run before `offset`, has replaced."""
    last = -1
    for index, origin in enumerate(origins):
        if isinstance(origin, Binding) and origin.end <= offset < origin.until:
            last = index
    if last < 0:
        return origins
    kept = [origins[last]]
    for origin in origins[last + 1 :]:
        position = _start(origin)
        if position is not None and position < offset:
            kept.append(origin)
    return kept


def _start(origin: Origin) -> int | None:
    return origin.start if isinstance(origin, Binding | Imported | Definition) else None
