"""HUP302: a failed call is made again and again, and nothing ends it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.flow.retries.tried import Retry
from hangup.rules.finding import Finding
from hangup.rules.retry_report import calls, makes_connections, report, wait
from hangup.rules.rule import Context, Rule


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each retry that never gives up, where success would end it."""
    for retry in context.retries:
        if retry.limit.given is False and retry.tried and retry.retried and _is_sure(retry):
            pause = wait(retry.wait)
            message = (
                f"{retry.name} tries {calls(retry)} again for ever{', ' + pause if pause else ''}: while the peer is "
                "down, whoever waits for this waits too, and no error tells why. Give up after some tries or some time."
            )
            yield report(context, rule, retry, message, rule.severity)


def _is_sure(retry: Retry) -> bool:
    return retry.kind != "loop" or (retry.success == "always" and makes_connections(retry) and not retry.opaque)


RULE = Rule("HUP302", "retry-without-limit", "information", "A failed call is made again for ever", check)
