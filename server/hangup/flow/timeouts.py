"""Time limits of calls: given with the call, or set on the object that it is a method of."""

from __future__ import annotations

from hangup.facts.expressions import Attribute, Await, Call, Constant, Enter, Expression, dotted
from hangup.facts.model import Binding
from hangup.flow.analysis import Flow
from hangup.knowledge.schema import Call as Entry
from hangup.resolve.names import reaching
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted


def gives_timeout(entry: Entry, call: Expression) -> bool | None:
    """Whether a call passes the timeout parameter: True, False, or None when a `*` or `**` hides it."""
    if entry.timeout is None or not isinstance(call, Call):
        return False
    if entry.timeout.parameter is not None and (value := call.keyword(entry.timeout.parameter)) is not None:
        return not (isinstance(value, Constant) and value.value is None)
    if entry.timeout.position is not None and (value := call.positional(entry.timeout.position)) is not None:
        return not (isinstance(value, Constant) and value.value is None)
    return None if call.has_splat("**") or call.has_splat("*") else False


def has_object_timeout(flow: Flow, scope: Scope, call: Expression) -> bool:
    """Whether the object that a method is called on was surely given a time limit in the same function.

    By the call that made it (`create_connection(address, timeout=3)`), or by its `settimeout`.
    """
    function = call.function if isinstance(call, Call) else call
    receiver = dotted(function.value) if isinstance(function, Attribute) else None
    if receiver is None:
        return False
    found = reaching(scope, receiver, call.start)
    made = [each.value for each in found[1] if isinstance(each, Binding)] if found is not None else []
    if made and all(_is_made_with_timeout(flow, scope, value) for value in made):
        return True
    return any(_sets_timeout(site.expression, receiver) for site in scope.unit.sites if site.kind == "call")


def _is_made_with_timeout(flow: Flow, scope: Scope, value: Expression | None) -> bool:
    while isinstance(value, Enter | Await):
        value = value.value
    if not isinstance(value, Call):
        return False
    names = [f.name for f in flow.evaluator.values(scope, value.function) if isinstance(f, Dotted)]
    entries = [entry for name in names for entry in flow.catalogue.calls(name)]
    return bool(entries) and all(gives_timeout(entry, value) is True for entry in entries)


def _sets_timeout(call: Expression, receiver: str) -> bool:
    if not isinstance(call, Call) or dotted(call.function) != f"{receiver}.settimeout":
        return False
    given = call.positional(0)
    return given is not None and not (isinstance(given, Constant) and given.value is None)
