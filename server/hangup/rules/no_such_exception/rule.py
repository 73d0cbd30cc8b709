"""HUP204: a library has no exception of that name: looking it up raises AttributeError, often inside a handler."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from hangup.facts.expressions import Attribute, Call, Constant, Name
from hangup.knowledge.packs import read_errnos
from hangup.knowledge.schema import Pack
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted
from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule

_LOOKS_LIKE_ONE = re.compile(r"^[A-Z]\w*(Error|Exception|Timeout|Refused|Reset|Aborted|Disconnected|Warning)$")

_ERRNO = Dotted("errno")
# Symbols of some system that look like one of the network's.
_OTHER_ERRNOS = frozenset({"EBADE", "EBADFD", "EBADR", "ENOMEDIUM", "ENOTSUP", "ESPIPE"})


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each attribute of a known module that reads like an exception class and does not exist."""
    for scope in context.module.scopes:
        for attribute in _attributes(context, scope):
            for owner in context.flow.evaluator.values(scope, attribute.value):
                if isinstance(owner, Dotted) and _is_missing(context, owner.name, attribute.name):
                    yield _report(context, rule, scope, attribute, owner.name)
                    break
                if owner == _ERRNO and (symbol := _meant_errno(attribute.name)) is not None:
                    yield _report_errno(rule, scope, attribute, symbol)
                    break


def _attributes(context: Context, scope: Scope) -> Iterable[Attribute]:
    """The attributes that `except` clauses name, however they are spelled, and those that are read or called and look
    like exception classes, where an AttributeError is not expected."""
    found: dict[int, Attribute] = {}
    for guard in scope.unit.guards:
        for handler in guard.handlers:
            found.update((each.start, each) for each in handler.types if isinstance(each, Attribute))
    for site in scope.unit.sites:
        expression = site.expression
        if isinstance(expression, Call):
            expression = expression.function
        if (
            isinstance(expression, Attribute)
            and expression.name[:1].isupper()
            and (_LOOKS_LIKE_ONE.match(expression.name) or _looks_like_errno(expression))
            and not _is_asked_for(scope, expression.name)
            and context.flow.guards.follow(scope, site.guard, ("AttributeError",)).through
        ):
            found.setdefault(expression.start, expression)
    return found.values()


def _looks_like_errno(expression: Attribute) -> bool:
    named = isinstance(expression.value, Name) and "errno" in expression.value.id
    return named and expression.name[0] == "E" and expression.name.isupper()


def _meant_errno(name: str) -> str | None:
    """The errno symbol that a name which is none on any system was most likely meant to be."""
    known = read_errnos()
    if name in known or name in _OTHER_ERRNOS or not name.isupper():
        return None
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    return found[0] if found else None


def _report_errno(rule: Rule, scope: Scope, attribute: Attribute, symbol: str) -> Finding:
    start, end = scope.start + attribute.start, scope.start + attribute.end
    message = f"errno has no {attribute.name}: this raises AttributeError when it is reached; did you mean {symbol}?"
    return Finding(rule.code, rule.name, "error", start, end, message, replacement=f"errno.{symbol}")


def _is_asked_for(scope: Scope, name: str) -> bool:
    """Whether the scope asks first: `hasattr(module, "Name")`."""
    for site in scope.unit.sites:
        call = site.expression
        if isinstance(call, Call) and isinstance(call.function, Name) and call.function.id == "hasattr":
            asked = call.positional(1)
            if isinstance(asked, Constant) and asked.value == name:
                return True
    return False


def _is_missing(context: Context, module: str, name: str) -> bool:
    pack = context.flow.catalogue.pack_of(module)
    if pack is None or module not in pack.library.modules or name in pack.library.names:
        return False
    full = context.flow.catalogue.canonical(f"{module}.{name}")
    return context.flow.catalogue.exception(full) is None and context.flow.catalogue.class_(full) is None


def _report(context: Context, rule: Rule, scope: Scope, attribute: Attribute, module: str) -> Finding:
    pack = context.flow.catalogue.pack_of(module)
    close = _closest(pack, attribute.name)
    builtin = context.flow.catalogue.exception(attribute.name) is not None
    if close is not None and (not builtin or _stem(close) == _stem(attribute.name)):
        advice, builtin = f"did you mean {close}?", False
    elif builtin and pack is not None and not _raises(context, module, attribute.name):
        advice = f"{attribute.name} is a builtin, which {pack.library.name} never raises"
    elif builtin:
        advice = f"{attribute.name} is a builtin"
    else:
        advice = "it may be the name of another library's class"
    return Finding(
        rule.code,
        rule.name,
        "error",
        scope.start + attribute.start,
        scope.start + attribute.end,
        f"{module} has no {attribute.name}: this raises AttributeError when it is reached; {advice}",
        names=(attribute.name,) if builtin else (),
        replacement=module if builtin else close,
    )


def _raises(context: Context, module: str, name: str) -> bool:
    """Whether a call of the library was seen to raise the builtin, or a class below it."""
    path = context.flow.catalogue.file_of(module)
    catalogue = context.flow.catalogue
    return path is None or any(catalogue.is_subclass(each, name) for each in catalogue.measured(path))


def _closest(pack: Pack | None, name: str) -> str | None:
    """The library's exception whose name is most like `name`, one of the same stem first; None if none is like it."""
    public = [full for full in pack.exceptions if ".vendored." not in full] if pack is not None else []
    known = {full.rpartition(".")[2]: full for full in public}
    same = [full for last, full in known.items() if _stem(last) == _stem(name)]
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return same[0] if same else known[found[0]] if found else None


def _stem(name: str) -> str:
    """`Timeout` of `httpx.TimeoutException`."""
    return name.rpartition(".")[2].removesuffix("Exception").removesuffix("Error")


RULE = Rule(
    "HUP204",
    "no-such-exception",
    "error",
    "The library has no exception of that name: AttributeError when it is reached",
    check,
)
