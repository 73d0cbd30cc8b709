"""Tells the client that makes a call to try again by itself, where the library can."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hangup.facts.expressions import Attribute, Call, Enter, Expression, dotted
from hangup.facts.model import Binding
from hangup.fixes.arguments import append_argument
from hangup.fixes.fix import Fix, FixContext, FixMaker, Kind
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import free_name, write_function
from hangup.fixes.policy import number
from hangup.fixes.retrial import is_unsafe
from hangup.fixes.retry_in_the_client.clients import BY_AIOHTTP_RETRY, CLIENTS, Client
from hangup.fixes.statements import place_of
from hangup.flow.holes import Hole
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted, Instance, Method
from hangup.syntax.edits import Edit

NAME = "retry-in-the-client"
KIND: Kind = "refactor.rewrite.hangup.retry"
_NAME = re.compile(r"<([\w.]+):(\w+)>")


def make(context: FixContext) -> Iterator[Fix]:
    """One change: the client is made with a policy. The finding stays, for the last attempt can fail as well."""
    hole = context.hole
    call = hole.site.expression if hole is not None else None
    if (
        hole is None
        or not isinstance(call, Call)
        or not isinstance(call.function, Attribute)
        or is_unsafe(hole.site, hole.effect)
    ):
        return
    if context.depends_on("aiohttp-retry", "aiohttp_retry") and _is_session(context, hole.scope, call.function.value):
        yield from _around_session(context, hole, call.function.value)
        return
    for scope, target, made in _makings(context, hole.scope, call.function.value):
        client = _kind(context, scope, made)
        if client is None or made.has_splat("**") or any(made.keyword(n) for n in (client.keyword, *client.instead_of)):
            continue
        value, modules = _written(context, scope, client.value)
        edits = list(_given(context, scope, target, made, client, value))
        if edits:
            title = f"Let the client try up to {context.policy.attempts} times ({client.repeats})"
            imports = add_imports(context.source, context.tree, [*modules])
            yield Fix(title, (*imports, *edits), NAME, applicability="unsafe", kind=KIND)
        return


def _around_session(context: FixContext, hole: Hole, receiver: Expression) -> Iterator[Fix]:
    """A client of aiohttp-retry in the line before, and the call made on that."""
    start, end = hole.scope.start + receiver.start, hole.scope.start + receiver.end
    place = place_of(context.source, context.tree, start, end)
    path = dotted(receiver)
    if place is None or place.colon is not None or path is None:
        return
    made = (each.start for each in hole.scope.names.get(path.partition(".")[0], ()) if isinstance(each, Binding))
    if any(place.start <= hole.scope.start + at < start for at in made):
        return  # the statement itself makes the session
    name = free_name(context, hole.scope, "retrying", "retry_client")
    session = context.source.slice(start, end)
    text, modules = _written(context, hole.scope, "\n".join(BY_AIOHTTP_RETRY).replace("{session}", session))
    lines = [place.step * line.count("+") + line.lstrip("+") for line in text.split("\n")]
    before = "".join(line + context.source.newline + place.indent for line in (f"{name} = {lines[0]}", *lines[1:]))
    edits = [*add_imports(context.source, context.tree, [*modules]), Edit(place.start, place.start, before)]
    title = f"Let the client try up to {context.policy.attempts} times (aiohttp-retry, what fails before the body)"
    yield Fix(title, (*edits, Edit(start, end, name)), NAME, applicability="unsafe", kind=KIND)


def _is_session(context: FixContext, scope: Scope, receiver: Expression) -> bool:
    """Whether a call is made on a session of aiohttp."""
    values = context.flow.evaluator.values(scope, receiver)
    session = context.flow.catalogue.canonical("aiohttp.ClientSession")
    return any(isinstance(value, Instance) and value.of == session for value in values)


def _makings(context: FixContext, scope: Scope, receiver: Expression) -> Iterator[tuple[Scope, str, Call]]:
    """The calls of this module whose result a receiver may be, with the name that it is given."""
    if isinstance(receiver, Call):
        yield scope, "", receiver
        return
    name = dotted(receiver)
    around: Scope | None = scope
    while name is not None and around is not None:
        places = [around, *(around.owner.children if around.owner is not None and "." in name else ())]
        for place in places:
            for binding in place.unit.bindings:
                value = binding.value.value if isinstance(binding.value, Enter) else binding.value
                if binding.target == name and isinstance(value, Call):
                    yield place, name, value
        around = None if name in around.names else around.parent


def _kind(context: FixContext, scope: Scope, made: Call) -> Client | None:
    for value in context.flow.evaluator.values(scope, made.function):
        name = value.name if isinstance(value, Dotted) else ""
        name = value.qualified.replace("#", ".") if isinstance(value, Method) else name
        name = value.of if isinstance(value, Instance) else name
        for client in CLIENTS:
            if context.flow.catalogue.canonical(name) in {context.flow.catalogue.canonical(n) for n in client.made_by}:
                return client
    return None


def _written(context: FixContext, scope: Scope, template: str) -> tuple[str, list[str]]:
    """The policy as the module can write it, and the modules to import for it."""
    policy = context.policy
    modules: list[str] = []

    def write(match: re.Match[str]) -> str:
        module, name = match.groups()
        for imported in context.module.scope.unit.imports:  # perhaps from where it is defined, deeper in the package
            if imported.name == name and imported.module.partition(".")[0] == module.partition(".")[0]:
                return imported.binding
        written = write_function(context, scope, module, name)
        if written.module is not None and "." in module:  # nobody writes `urllib3.util.Retry(...)`
            modules.append(f"{module}:{name}")
            return name
        modules.extend([written.module] if written.module is not None else [])
        return written.text

    numbers = {
        "retries": policy.attempts - 1,
        "attempts": policy.attempts,
        "base": number(policy.base),
        "cap": number(policy.cap),
    }
    return _NAME.sub(write, template.format(**numbers)), modules


def _given(context: FixContext, scope: Scope, target: str, made: Call, client: Client, value: str) -> Iterator[Edit]:
    """The edits that give a client its policy: as an argument, or for a session of requests in the lines behind it."""
    start, end = scope.start + made.start, scope.start + made.end
    if client.keyword:
        yield from append_argument(context.source, context.tree, end, f"{client.keyword}={value}")
        return
    place = place_of(context.source, context.tree, start, end)
    if place is None or not place.is_simple or place.colon is not None or not target or _is_mounted(context, target):
        return
    newline = context.source.newline
    lines = [f'{target}.mount("{scheme}://", {value})' for scheme in ("https", "http")]
    yield Edit(place.end, place.end, "".join(f"{newline}{place.indent}{line}" for line in lines))


def _is_mounted(context: FixContext, target: str) -> bool:
    """Whether the module gives a session adapters of its own."""
    sites = (site.expression for scope in context.module.scopes for site in scope.unit.sites)
    return any(isinstance(call, Call) and dotted(call.function) == f"{target}.mount" for call in sites)


FIX = FixMaker(NAME, frozenset({"HUP101"}), 35, make)
