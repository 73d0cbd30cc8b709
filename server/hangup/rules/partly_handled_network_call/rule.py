"""HUP102: the handlers around a network call stop some of its failures and miss others."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.rules.finding import Finding
from hangup.rules.hole_report import cause, report, subject
from hangup.rules.rule import Context, Rule
from hangup.rules.wording import listed


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each call of which some failures are handled, naming those that are not."""
    for hole in context.holes:
        if hole.caught:
            missed, caught = listed(context.flow, hole.missed), listed(context.flow, hole.caught)
            yield report(
                rule, hole, f"{subject(hole)} may raise {missed}{cause(hole)}: the handlers stop only {caught}"
            )


RULE = Rule(
    "HUP102",
    "partly-handled-network-call",
    "warning",
    "The handlers around a network call miss some of its failures",
    check,
)
