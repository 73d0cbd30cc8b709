"""Whether a module changes how a library's objects behave, so that what was measured need not hold."""

from __future__ import annotations

from hangup.facts.expressions import Attribute, Call
from hangup.flow.effects import Effect
from hangup.resolve.values import Instance
from hangup.rules.rule import Context

_ADAPTER = "requests.adapters.HTTPAdapter"


def is_customised(context: Context, effect: Effect) -> bool:
    """Whether the module mounts an adapter of its own, or replaces a method, on objects of the class that is called."""
    owners = {qualified.partition("#")[0] for qualified, _ in effect.entries if "#" in qualified}
    if not owners:
        return False
    return _replaces_method(context, owners) or ("requests.Session" in owners and _mounts_adapter(context))


def _replaces_method(context: Context, owners: set[str]) -> bool:
    """`session.request = ...`"""
    catalogue, evaluator = context.flow.catalogue, context.flow.evaluator
    for scope in context.module.scopes:
        for binding in scope.unit.bindings:
            head, _, name = binding.target.rpartition(".")
            if not head or "." in head or not any(catalogue.calls(f"{owner}#{name}") for owner in owners):
                continue
            for value in evaluator.name(scope, head, binding.start):
                if isinstance(value, Instance) and any(catalogue.is_subclass(value.of, owner) for owner in owners):
                    return True
    return False


def _mounts_adapter(context: Context) -> bool:
    """`session.mount(prefix, adapter)` with anything but the library's own adapter."""
    for scope in context.module.scopes:
        for site in scope.unit.sites:
            call = site.expression
            if isinstance(call, Call) and isinstance(call.function, Attribute) and call.function.name == "mount":
                adapter = call.positional(1) or call.keyword("adapter")
                values = context.flow.evaluator.values(scope, adapter) if adapter is not None else ()
                if any(value != Instance(_ADAPTER) for value in values):
                    return True
    return False
