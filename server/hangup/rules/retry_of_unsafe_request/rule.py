"""HUP303: a request that must not be carried out twice is sent again when its answer was lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hangup.facts.expressions import Call, Constant, Expression, Table, parts_of
from hangup.flow.retries.plan import Plan
from hangup.flow.retries.tried import Retry, Tried
from hangup.flow.retries.written import argument, is_off, written
from hangup.resolve.project import Scope
from hangup.rules.finding import Finding
from hangup.rules.retry_report import after_sending, how_often, report
from hangup.rules.rule import Context, Rule

_KEY = re.compile(r"idempot|request[-_]?id|client[-_]?token|nonce|dedup|unique|uuid", re.I)
# What is sent with POST and can be carried out twice all the same.
_HARMLESS = re.compile(
    r"token|oauth|login|auth|graphql|search|query|quer|rpc|valid|check|lookup|translat|complet|embed|generat|predict"
    r"|infer|chat|count|status|sparql|ping|health|refresh|session|find|select|report|preview|parse|convert|analy",
    re.I,
)
_UNSAFE = ("POST", "PATCH")


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each call that is not idempotent and is repeated, and for each client told to repeat them."""
    told: set[int] = set()
    for retry in context.retries:
        if retry.kind == "policy" and retry.plan is not None:
            listed = _methods(retry.plan)
            if listed and not _HARMLESS.search(f"{retry.scope.module.name}.{retry.scope.qualified_name}"):
                message = (
                    f"{retry.name} sends {listed} again{how_often(retry.limit)} when an answer is lost: what was asked "
                    "for may then be done twice. Leave it out, or have the server tell repetitions by a key."
                )
                yield report(context, rule, retry, message, "information")
        for tried in retry.tried if retry.success != "never" else ():
            if id(tried.source.site) in told or tried.source.scope.module is not context.module:
                continue
            if _is_unsafe(tried) and _comes_after_sending(context, retry, tried) and not _has_key(tried):
                message = (
                    f"{tried.source.name} is sent again by {retry.name}{how_often(retry.limit)} when its answer is "
                    "lost: what it asks for may then be done twice. Send an idempotency key with it, or do it once."
                )
                told.add(id(tried.source.site))
                yield report(context, rule, retry, message, rule.severity, tried)


def _is_unsafe(tried: Tried) -> bool:
    call = tried.call
    if call is None or not tried.effect.certain or not tried.effect.entries:
        return False
    return all(entry.idempotent is False and "send" in entry.phase for _, entry in tried.effect.entries)


def _comes_after_sending(context: Context, retry: Retry, tried: Tried) -> bool:
    faults = {fault for name in tried.errors if name in retry.retried for fault in tried.errors[name]}
    return after_sending(context, faults)


def _has_key(tried: Tried) -> bool:
    """Whether the call has what looks like a key, is of a harmless kind, or is given headers that are not written
    out."""
    call, scope = tried.call, tried.source.scope
    if call is None or call.has_splat("**"):
        return True
    for each in call.arguments:
        if each.keyword is not None and _KEY.search(each.keyword):
            return True
        if each.keyword == "headers" and not isinstance(_read(scope, each.value), Table):
            return True
        for part in _parts(scope, each.value):
            text = part.value if isinstance(part, Constant) else getattr(part, "id", getattr(part, "name", None))
            if isinstance(text, str) and (_KEY.search(text) or _HARMLESS.search(text)):
                return True
    return bool(_HARMLESS.search(scope.unit.name))


def _read(scope: Scope, expression: Expression) -> Expression:
    return written(scope, expression)[1]


def _parts(scope: Scope, expression: Expression) -> Iterator[Expression]:
    for part in parts_of(expression):
        yield part
        found = _read(scope, part)
        if found is not part:
            yield from parts_of(found)


def _methods(plan: Plan) -> str:
    """The unsafe methods that a client is told to repeat."""
    for setting in plan.retrier.methods:
        given = argument(plan.expression, setting)
        if given is None or not isinstance(plan.expression, Call):
            continue
        _, found = written(plan.scope, given)
        if isinstance(found, Constant) and is_off(plan.scope, given):
            return "every method, POST and PATCH too,"
        texts = {part.value for part in parts_of(found) if isinstance(part, Constant)}
        return " and ".join(method for method in _UNSAFE if method in texts)
    return ""


RULE = Rule(
    "HUP303", "retry-of-unsafe-request", "information", "A request that must not be done twice is sent again", check
)
