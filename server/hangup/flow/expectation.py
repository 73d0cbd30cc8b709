"""The errors of a library call that a program has to expect of any peer."""

from __future__ import annotations

from hangup.facts.expressions import Attribute, Call, Expression, dotted
from hangup.facts.model import Binding, Site
from hangup.flow.analysis import Flow
from hangup.flow.effects import Effect, Failures
from hangup.flow.timeouts import gives_timeout, has_object_timeout
from hangup.knowledge.schema import Call as Entry
from hangup.resolve.names import reaching
from hangup.resolve.project import Scope

_GROUPS = ("ExceptionGroup", "BaseExceptionGroup")


def expected(flow: Flow, scope: Scope, effect: Effect, site: Site) -> Failures:
    """The errors of a site's library calls that a program has to expect.

    Timeouts count only where a timeout is set: a call that waits for ever does not raise one.
    """
    errors: Failures = {}
    is_local = bool(effect.entries) and _is_local(scope, site.expression)
    for qualified, entry in effect.entries:
        if not entry.phase:  # wait_for, TaskGroup: it raises what it runs raises
            continue
        timeouts = not _waits_for_ever(flow, scope, qualified, entry, site.expression)
        for name, causes in flow.catalogue.expected(entry, timeouts=timeouts).items():
            if name in _GROUPS:  # what is in the group comes out of the tasks that it was given
                continue
            if is_local and all(flow.catalogue.faults[each].category == "dns" for each in causes):
                continue
            errors[name] = errors[name] | causes if name in errors else causes
    return errors


def _is_local(scope: Scope, expression: Expression) -> bool:
    """Whether a method is called on a Unix socket that was made in the same function: no name is looked up for it."""
    function = expression.function if isinstance(expression, Call) else None
    receiver = dotted(function.value) if isinstance(function, Attribute) else None
    found = reaching(scope, receiver, expression.start) if receiver is not None else None
    made = [each.value for each in found[1] if isinstance(each, Binding)] if found is not None else []
    return bool(made) and all(
        isinstance(value, Call)
        and any((dotted(each.value) or "").rpartition(".")[2] == "AF_UNIX" for each in value.arguments)
        for value in made
    )


def _waits_for_ever(flow: Flow, scope: Scope, qualified: str, entry: Entry, call: Expression) -> bool:
    if entry.timeout is None or gives_timeout(entry, call) is True:
        return False
    default = entry.timeout.default
    if default == "object":  # as its construction has it, where that says something
        if has_object_timeout(flow, scope, call):
            return False
        made = [made.timeout.default for made in flow.catalogue.calls(qualified.partition("#")[0]) if made.timeout]
        default = made[0] if made else "none"
    return not isinstance(default, float | int)
