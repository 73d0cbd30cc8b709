"""Which `except` clauses surely never match: shared by the rules that say so in different words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from weakref import WeakKeyDictionary

import msgspec

from hangup.facts.expressions import Attribute, Call, Name
from hangup.facts.model import Handler
from hangup.flow.classes import as_raised, grouped, unwrapped
from hangup.flow.clauses import TryBody
from hangup.flow.effects import Effect
from hangup.knowledge.schema import Call as Entry
from hangup.rules.customised import is_customised
from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule

# A builtin network class, and the categories of faults that would have shown it.
_SHOWN_BY = {
    "ConnectionError": {"reset", "refused"},
    "ConnectionResetError": {"reset"},
    "ConnectionAbortedError": {"reset"},
    "BrokenPipeError": {"reset"},
    "ConnectionRefusedError": {"refused"},
    "TimeoutError": {"timeout"},
    "asyncio.TimeoutError": {"timeout"},
    "socket.gaierror": {"dns"},
    "ssl.SSLError": {"tls"},
}

# What raises no OSError by itself.
_HARMLESS = frozenset(
    {"print", "len", "str", "int", "float", "dict", "list", "json", "format", "join", "append", "items"}
)


class DeadClause(msgspec.Struct, frozen=True):
    """A clause whose classes (`names`) cannot arrive, and what arrives instead (`arriving`)."""

    body: TryBody
    handler: Handler
    names: frozenset[str]
    arriving: frozenset[str]


_KNOWN: WeakKeyDictionary[Context, list[DeadClause]] = WeakKeyDictionary()


def dead_clauses(context: Context) -> list[DeadClause]:
    """The clauses of a module that name network errors none of which can rise in their `try`.

    Only where everything in the `try` is understood, and only classes that the measurements would have shown.
    """
    if context not in _KNOWN:
        _KNOWN[context] = list(_find(context))
    return _KNOWN[context]


def _find(context: Context) -> Iterator[DeadClause]:
    for body in context.try_bodies:
        if body.opaque or not body.calls:
            continue
        for handler in body.handlers:
            names, whole = context.flow.guards.caught(body.scope, handler)
            if whole and names and all(_is_dead(context, body, handler, name) for name in names):
                arriving = context.flow.connectivity(body.errors)
                if arriving and not any(is_customised(context, effect) for _, effect in body.calls):
                    yield DeadClause(body, handler, names, arriving)


def _is_dead(context: Context, body: TryBody, handler: Handler, name: str) -> bool:
    classes = context.flow.classes
    for error in body.errors:
        # An OSError may in truth be any builtin class below it, by its errno.
        by_errno = error == "OSError" and "." not in name and classes.is_subclass(name, error)
        inside = grouped(error) if handler.star else None
        if by_errno or classes.is_subclass(error, name) or (inside is not None and classes.is_subclass(inside, name)):
            return False
    if classes.is_subclass(name, "ConnectionError") and any(
        "." not in e and classes.is_subclass(e, "ConnectionError") for e in body.errors
    ):
        return False  # which of Python's own it is differs from system to system
    return not _has_own_below(context, body, name) and _would_have_shown(context, body, name)


def _has_own_below(context: Context, body: TryBody, name: str) -> bool:
    """Whether a library that is called has a class of its own below a builtin network error, for some rare case."""
    if "." in name or name in ("OSError", "ConnectionError", "TimeoutError"):
        return False
    packs = [context.flow.catalogue.pack_of(q) for _, effect in body.calls for q, _ in effect.entries]
    own = {each for pack in packs if pack is not None for each in pack.exceptions}
    return any(context.flow.classes.is_subclass(each, name) for each in own)


def _would_have_shown(context: Context, body: TryBody, name: str) -> bool:
    if name == "OSError":
        return _only_wrapped(context, body)
    categories = _SHOWN_BY.get(name)
    if categories == {"timeout"} and any("connect" in e.phase and _is_standard(context, q) for q, e in _entries(body)):
        return False  # the system gives up by itself on a peer that never answers
    if categories is not None:
        return all(_shows(context, effect, categories) for _, effect in body.calls)
    if wrapping(context, body.errors, name):
        return True
    file = context.flow.catalogue.file_of(name)
    if file is None or context.flow.catalogue.exception(name) is None or _is_standard(context, name):
        return False
    files = {context.flow.catalogue.file_of(q) for _, effect in body.calls for q, _ in effect.entries}
    if file in files:
        return len(files) == 1 and _is_another_timeout(context, body, name, file)
    # A library may let errors of one that it is built on through; those of the network, measured there, it does not.
    built_on = any(other is not None and file in context.flow.catalogue.mentions(other) for other in files)
    # What comes of a cut answer only may be about what an answer says.
    return not built_on or any("mid_body" not in fault for fault in context.flow.catalogue.causes(file, name))


def _only_wrapped(context: Context, body: TryBody) -> bool:
    """Whether all that the `try` does is calls of libraries that wrap every OSError of the network: no file, no process
    and no socket has to do with it."""
    for site in body.scope.unit.sites:
        if site.guard not in context.flow.guards.inside(body.scope, body.guard) or site.kind == "read":
            continue
        effect = context.flow.effects.of(body.scope, site)
        if effect.callees or not effect.entries or any(_is_standard(context, q) for q, _ in effect.entries):
            call = site.expression
            name = call.function.id if isinstance(call, Call) and isinstance(call.function, Name) else ""
            method = call.function.name if isinstance(call, Call) and isinstance(call.function, Attribute) else ""
            if name not in _HARMLESS and method not in _HARMLESS:
                return False
    return all(_shows(context, effect, {"reset", "refused"}) for _, effect in body.calls)


def _is_another_timeout(context: Context, body: TryBody, name: str, file: Path) -> bool:
    """Whether a library's class for timeouts was seen elsewhere, and these calls gave another one for theirs."""
    catalogue = context.flow.catalogue
    seen: set[str] = set()
    for each in catalogue.measured(file):
        if context.flow.classes.is_subclass(each, name):
            seen |= {catalogue.faults[f].category for f in catalogue.causes(file, each) if f in catalogue.faults}
    raising = [e for _, effect in body.calls for _, e in effect.entries]
    return seen == {"timeout"} and all(
        any(f in catalogue.faults and catalogue.faults[f].category == "timeout" for f in entry.raises)
        for entry in raising
    )


def _shows(context: Context, effect: Effect, categories: set[str]) -> bool:
    """Whether a call was driven against faults of some categories."""
    faults = context.flow.catalogue.faults
    return any(
        fault in faults and faults[fault].category in categories
        for _, entry in effect.entries
        for fault in (*entry.raises, *entry.silent)
    )


def wrapping(context: Context, errors: Iterable[str], name: str) -> str | None:
    """The class that retries raise in place of errors of a class; None if that is no reason why they do not arrive."""
    classes = context.flow.classes
    found = (error for error in errors if unwrapped(error) != error and classes.is_subclass(unwrapped(error), name))
    return next((as_raised(error) for error in found), None)


def _entries(body: TryBody) -> list[tuple[str, Entry]]:
    return [each for _, effect in body.calls for each in effect.entries]


def _is_standard(context: Context, name: str) -> bool:
    pack = context.flow.catalogue.pack_of(name)
    return pack is not None and pack.library.distribution is None


def report(rule: Rule, clause: DeadClause, reason: str, names: frozenset[str]) -> Finding:
    """A finding at the classes of the clause. names: what the fix is to look at first."""
    handler, scope = clause.handler, clause.body.scope
    return Finding(
        rule.code,
        rule.name,
        "warning",
        scope.start + handler.types_start,
        scope.start + handler.types_end,
        f"this clause never matches: {reason}",
        names=tuple(sorted(names)),
        arriving=tuple(sorted(clause.arriving)),
        anchor=scope.start + clause.body.calls[0][0].expression.start,
    )


def counterparts(context: Context, finding: Finding) -> frozenset[str]:
    """What arrives in the place of a dead clause's builtin classes: the errors that the same faults give."""
    faults = context.flow.catalogue.faults
    for clause in dead_clauses(context):
        if clause.body.scope.start + clause.handler.types_start == finding.start:
            wanted = {category for name in clause.names for category in _SHOWN_BY.get(name, ())}
            errors = clause.body.errors.items()
            shown = {e for e, causes in errors if any(f in faults and faults[f].category in wanted for f in causes)}
            return frozenset(context.flow.classes.most_general(frozenset(shown & clause.arriving)))
    return frozenset()


def namesakes(context: Context, clause: DeadClause) -> frozenset[str]:
    """The classes above what arrives that share their last name with a class of the clause."""
    last = {name.rpartition(".")[2] for name in clause.names}
    above = {base for error in clause.arriving for base in context.flow.classes.ancestors(error)}
    return frozenset(name for name in above if name.rpartition(".")[2] in last)
