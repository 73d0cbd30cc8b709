"""What the hover says about a retry: what is tried again, after what, how often, how long it waits, what comes out."""

from __future__ import annotations

from hangup.flow.classes import as_raised
from hangup.flow.retries.tried import Retry
from hangup.ide.symbols import Symbol
from hangup.rules.retry_report import calls, often, product, wait
from hangup.rules.rule import Context


def retry_card(context: Context, symbol: Symbol) -> str | None:
    """The card of the retry whose name this is; None if it is none's."""
    for retry in context.retries:
        begin, end = retry.scope.start + retry.start, retry.scope.start + retry.end
        if retry.plan is not None and begin <= symbol.start and symbol.end == end:
            return "\n".join(_card(context, retry))
    return None


def _card(context: Context, retry: Retry) -> list[str]:
    lines = [f"**{retry.name}**: {_what(retry)}", ""]
    again, missed = _listed(context, _after(retry)), _listed(context, frozenset(retry.missed))
    if again:
        lines.append(f"- tries again after {again}")
    elif _is_of_results(retry):
        lines.append("- tries again after a result, never after an error")
    if missed:
        lines.append(f"- lets out at once {missed}")
    lines.append(f"- {_often(retry)}")
    waits = wait(retry.wait)
    if waits:
        lines.append(f"- waits: {'not at all' if retry.wait.is_none else _waits(retry, waits)}")
    if retry.limit.given is not False:
        lines.append(f"- in the end: {_end(context, retry)}")
    more, _ = product(context, retry)
    return [*lines, "", more.strip()] if more else lines


def _is_of_results(retry: Retry) -> bool:
    """Whether it looks at what is returned, and at no error."""
    return retry.kind != "policy" and retry.errors.known and not retry.errors.classes


def _what(retry: Retry) -> str:
    return f"tries {calls(retry)} again" if retry.tried or retry.kind == "policy" else "tries its function again"


def _after(retry: Retry) -> frozenset[str]:
    """The errors that are tried again: those of the calls, else the classes that it is told."""
    return frozenset(retry.retried) or (retry.errors.classes if retry.errors.known else frozenset())


def _often(retry: Retry) -> str:
    limit = retry.limit
    if limit.given is False:
        return "never gives up"
    if limit.tries is None and limit.seconds is None:
        return "how often is not said here"
    return f"{often(limit)} in all, the first one counted" if limit.tries is not None else often(limit)


def _waits(retry: Retry, waits: str) -> str:
    chance = ", by chance" if retry.wait.jitter and retry.wait.manner != "random" else ""
    return waits.removeprefix("after ") + chance


def _end(context: Context, retry: Retry) -> str:
    if retry.plan is not None and retry.plan.silent:
        return "no error comes out"
    if _is_of_results(retry):
        return "the last result is returned"
    wraps = retry.plan.wraps if retry.plan is not None else None
    escapes = frozenset(as_raised(name) for name in retry.escapes)
    names = _listed(context, escapes or (frozenset({wraps}) if wraps else frozenset()))
    return f"{names} comes out" if names else "the last error comes out"


def _listed(context: Context, names: frozenset[str]) -> str:
    classes = context.flow.classes
    return ", ".join(f"`{classes.display(name)}`" for name in classes.most_general(names))
