"""Whether a module changes how a library's objects behave, so that what was measured need not hold."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import msgspec

from hangup.facts.expressions import Attribute, Call
from hangup.flow.effects import Effect
from hangup.resolve.values import Instance
from hangup.rules.rule import Context

_ADAPTER = "requests.adapters.HTTPAdapter"


class _Customised(msgspec.Struct, frozen=True):
    """replaced: classes outside of the project on objects of which a method is replaced. mounts: an adapter is
    mounted."""

    replaced: frozenset[str]
    mounts: bool


_KNOWN: WeakKeyDictionary[Context, _Customised] = WeakKeyDictionary()


def is_customised(context: Context, effect: Effect) -> bool:
    """Whether the module mounts an adapter of its own, or replaces a method, on objects of the class that is called."""
    owners = {qualified.partition("#")[0] for qualified, _ in effect.entries if "#" in qualified}
    if not owners:
        return False
    if context not in _KNOWN:
        _KNOWN[context] = _Customised(_replaced(context), _mounts_adapter(context))
    known = _KNOWN[context]
    if known.mounts and "requests.Session" in owners:
        return True
    catalogue = context.flow.catalogue
    return any(catalogue.is_subclass(replaced, owner) for replaced in known.replaced for owner in owners)


def _replaced(context: Context) -> frozenset[str]:
    """`session.request = ...`"""
    catalogue, evaluator = context.flow.catalogue, context.flow.evaluator
    found: set[str] = set()
    for scope in context.module.scopes:
        for binding in scope.unit.bindings:
            head, _, name = binding.target.rpartition(".")
            if head in ("", "self") or "." in head:
                continue
            for value in evaluator.name(scope, head, binding.start):
                if isinstance(value, Instance) and catalogue.calls(f"{value.of}#{name}"):
                    found.add(value.of)
    return frozenset(found)


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
