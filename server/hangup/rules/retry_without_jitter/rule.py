"""HUP305: the wait between tries is the same for every client."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.rules.finding import Finding
from hangup.rules.retry_report import calls, makes_connections, often, report, wait
from hangup.rules.rule import Context, Rule

_EVEN = ("constant", "incrementing", "exponential")


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each retry of a library that waits, and in whose wait there is no chance."""
    for retry in context.retries:
        even = retry.wait.manner in _EVEN and not retry.wait.jitter and not retry.wait.is_none
        if retry.plan is None or not even or not retry.retried or not makes_connections(retry):
            continue
        message = (
            f"{retry.name} tries {calls(retry)} again {wait(retry.wait)}, {often(retry.limit)}: clients that failed "
            "together come back together. Let chance decide how long each waits (jitter)."
        )
        yield report(
            context, rule, retry, message, "information" if retry.kind in ("decorator", "attempts") else "hint"
        )


RULE = Rule("HUP305", "retry-without-jitter", "information", "All clients wait equally long before a new try", check)
