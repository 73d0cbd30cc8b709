"""What a new version of a module changes: as little as can be told to be enough.

Most edits stay inside a function and change nothing that others can see of it. Then only what is known of that
function, and of those that run it, is forgotten. Everything else that a fresh look would find is found the same.
"""

from __future__ import annotations

from collections.abc import Hashable

import msgspec

from hangup.facts.expressions import Attribute, Call, dotted
from hangup.facts.model import Definition, ModuleFacts, Unit
from hangup.flow.analysis import Flow
from hangup.resolve.delegation import METHOD
from hangup.resolve.project import Module, Scope


def renew(flow: Flow, module: Module, facts: ModuleFacts) -> bool:
    """Bring a flow in step with a new version of one of its modules, in place.

    False when the flow is of no use any more: the module has other units, or shows other things to the outside. The
    module then has its new facts only if it has the same units; make it, and the flow, afresh.
    """
    if not _same_units(module.facts.unit, facts.unit):
        return False
    changed = _changed(module.scope, facts.unit)
    if any(flow.project.copies_of(scope) for scope in changed):
        return False
    before = {scope: _shown(flow, scope) for scope in changed}
    runners = _runners(flow, changed)
    module.facts = facts
    _give(module.scope, facts.unit, 0)
    for copy in flow.project.copies:
        if copy.module is module and copy.copy_of is not None:
            _give(copy, copy.copy_of.unit, copy.copy_of.start)
    flow.forget(changed, runners)
    if not flow.effects.sieve.covers(changed):
        return False
    return all(_shown(flow, scope) == before[scope] for scope in changed)


def _same_units(old: Unit, new: Unit) -> bool:
    if old is new:
        return True
    if (old.kind, old.name, len(old.definitions)) != (new.kind, new.name, len(new.definitions)):
        return False
    if old.kind in ("module", "class") and _names(old) != _names(new):
        return False
    pairs = list(zip(old.definitions, new.definitions, strict=True))
    return all(_manner(a) == _manner(b) and _same_units(a.unit, b.unit) for a, b in pairs)


def _names(unit: Unit) -> set[str]:
    return {binding.target for binding in unit.bindings} | {imported.binding for imported in unit.imports}


def _changed(scope: Scope, unit: Unit) -> list[Scope]:
    """The scopes whose own unit is another one; that of a class or module is, when one inside it is."""
    if scope.unit is unit:
        return []
    found = [scope]
    for child, definition in zip(scope.children, unit.definitions, strict=True):
        found += _changed(child, definition.unit)
    return found


def _manner(definition: Definition) -> tuple[Hashable, ...]:
    """Decorators and bases as far as anybody looks at them, wherever they stand."""
    bases = (dotted(part.function if isinstance(part, Call) else part) for part in definition.bases)
    return (*(_shape(each) for each in definition.decorators), *bases)


def _shape(expression: object) -> Hashable:
    """An expression without its offsets."""
    if isinstance(expression, tuple):
        return tuple(_shape(each) for each in expression)
    if not isinstance(expression, msgspec.Struct):
        return str(expression)
    names = (name for name in expression.__struct_fields__ if name not in ("start", "end", "name_start"))
    return (type(expression).__name__, *(_shape(getattr(expression, name)) for name in names))


def _give(scope: Scope, unit: Unit, start: int) -> None:
    """Give the scopes of a tree their new units and places; those that only moved keep their unit."""
    children = scope.children
    if scope.unit is not unit or scope.start != start:
        definition = scope.definition if scope.parent is None else scope.parent.unit.definitions[scope.index]
        scope.renew(unit, start, definition)
    for child, definition in zip(children, unit.definitions, strict=True):
        _give(child, definition.unit, start + definition.start)
        child.definition = definition


def _shown(flow: Flow, scope: Scope) -> Hashable:
    """What other scopes can see of one: values, not where they come from."""
    evaluator, unit = flow.evaluator, scope.unit
    if unit.kind in ("function", "lambda"):
        own = unit.parameters[0].name + "." if unit.parameters else "."
        attributes = {
            name: evaluator.bound(scope, origins)
            for name, origins in scope.names.items()
            if name.startswith(own) or name.endswith(("[]", "{}"))
        }
        inner = (
            {name: evaluator.name(scope, name) for name in scope.names if "." not in name} if unit.definitions else {}
        )
        result = evaluator.result(scope) if unit.name != METHOD else _shape(unit.returns)
        shown: Hashable = (result, frozenset(attributes.items()), frozenset(inner.items()))
    else:
        shown = frozenset((name, evaluator.name(scope, name)) for name in scope.names if "." not in name)
    stars = tuple((i.module, i.level) for i in unit.imports if i.name == "*")
    decorators = tuple(dotted(each) for each in scope.definition.decorators) if scope.definition is not None else ()
    bases = flow.evaluator.members.order(scope) if unit.kind == "class" else ()
    return (shown, stars, decorators, bases, unit.is_async, unit.yields, unit.boundary, _passed(flow, scope))


def _passed(flow: Flow, scope: Scope) -> Hashable:
    """What a scope passes to functions that may be the project's: those know their parameters by it."""
    names = flow.effects.sieve.names
    passed = []
    for site in scope.unit.sites:
        call = site.expression
        if site.kind == "call" and isinstance(call, Call) and call.arguments:
            function = call.function
            name = function.name if isinstance(function, Attribute) else getattr(function, "id", None)
            if name in names:
                functions = flow.evaluator.values(scope, function)
                given = (
                    (each.keyword, each.splat, flow.evaluator.values(scope, each.value)) for each in call.arguments
                )
                passed.append((functions, tuple(given)))
    return frozenset(passed)


def _runners(flow: Flow, scopes: list[Scope]) -> set[Scope]:
    """The scopes that run some of `scopes`, directly or through others, and those themselves."""
    found = set(scopes)
    queue = list(scopes)
    for scope in queue:
        for caller in flow.callers.of(scope):
            if caller.scope not in found:
                found.add(caller.scope)
                queue.append(caller.scope)
    return found
