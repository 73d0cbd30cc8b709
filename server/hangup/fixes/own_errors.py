"""The project's own exception class that a module would raise for a failure of the network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hangup.fixes.fix import FixContext
from hangup.resolve.project import Scope
from hangup.resolve.values import Defined

_NETWORK = re.compile(r"connect|network|request|transport|fetch|http|api|client|service|remote|unavailable", re.I)


def own_error(context: FixContext) -> str | None:
    """The name of a class of the project that the module defines or imports, and that says that something failed.

    One that is named for the network goes first, then the only one there is, or the one above all others. Not one that
    cannot be made of a message, and none that the function's callers in the workspace would not expect.
    """
    candidates = {name: scope for name, scope in _candidates(context) if _takes_message(context, scope)}
    if not candidates:
        return None
    named = [name for name in candidates if _NETWORK.search(name)]
    identities = {name: scope.identity for name, scope in candidates.items()}
    general = context.flow.classes.most_general(frozenset(identities.values()))
    above = [name for name, identity in identities.items() if identity in general]
    chosen = (named or (above if len(above) == 1 else []))[:1]
    return chosen[0] if chosen and _is_expected(context, candidates[chosen[0]]) else None


def _candidates(context: FixContext) -> Iterator[tuple[str, Scope]]:
    """The exception classes of the project by the names that the module has for them."""
    module = context.module.scope
    evaluator, classes = context.flow.evaluator, context.flow.classes
    for child in module.children:
        if child.unit.kind == "class" and _is_error(context, classes.identify(Defined(child))):
            yield child.unit.name, child
    for imported in module.unit.imports:
        for value in evaluator.imported(context.module, imported) if imported.name else ():
            if isinstance(value, Defined) and _is_error(context, classes.identify(value)):
                yield imported.binding, value.scope


def _is_error(context: FixContext, name: str | None) -> bool:
    ancestors = context.flow.classes.ancestors(name) if name is not None else ()
    return "Exception" in ancestors and "Warning" not in ancestors


def _takes_message(context: FixContext, scope: Scope) -> bool:
    """Whether the class can be made of one text: no constructor of the project's own says otherwise."""
    for each in context.flow.evaluator.members.order(scope):
        for child in each.children if isinstance(each, Scope) else ():
            if child.unit.name in ("__init__", "__new__"):
                parameters = child.unit.parameters[1:]
                needed = [p for p in parameters if p.default is None and not p.kind]
                return len(needed) <= 1 and bool(parameters)
    return True


def _is_expected(context: FixContext, error: Scope) -> bool:
    """Whether every caller of the function in the workspace handles the class; nobody in it calls a public function."""
    flow = context.flow
    for caller in flow.callers.of(context.scope):
        passage = flow.guards.follow(caller.scope, caller.guard, {error.identity})
        if caller.boundary is not None or passage.through or passage.explicit:
            return False
    return True
