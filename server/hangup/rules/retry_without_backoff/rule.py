"""HUP301: a failed call is made again at once."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.flow.retries.tried import Retry
from hangup.rules.finding import Finding
from hangup.rules.retry_report import calls, how_often, makes_connections, outcome, report
from hangup.rules.rule import Context, Rule


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each retry that does not wait between its tries."""
    for retry in context.retries:
        if retry.wait.is_none and _is_more_than_once(retry) and _is_sure(context, retry):
            what = calls(retry)
            message = (
                f"{retry.name} tries {what} again at once{how_often(retry.limit).rstrip(',')}: "
                "a peer that is down gets no time to come back. Wait before each new try, longer each time, by chance."
            )
            severity = "information" if retry.kind == "policy" else rule.severity
            yield report(context, rule, retry, message + outcome(context, retry), severity)


def _is_more_than_once(retry: Retry) -> bool:
    """A second try at once, after a kept connection has turned out to be dead, is what many libraries do."""
    return retry.limit.tries is None or retry.limit.tries > 2


def _is_sure(context: Context, retry: Retry) -> bool:
    if retry.kind == "policy":
        return True
    faults = context.flow.catalogue.faults
    causes = {faults[fault].category for names in retry.retried.values() for fault in names if fault in faults}
    by_hand = retry.kind in ("loop", "recursion")
    return bool(causes - {"timeout"}) and makes_connections(retry) and not (by_hand and retry.opaque)


RULE = Rule("HUP301", "retry-without-backoff", "warning", "A failed call is made again without waiting", check)
