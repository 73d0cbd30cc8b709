"""HUP101: nothing between a network call and the place where its failure ends something handles it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.rules.finding import Finding
from hangup.rules.hole_report import cause, report, subject
from hangup.rules.late_body import call_behind
from hangup.rules.rule import Context, Rule
from hangup.rules.wording import listed


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each call of which nothing handles any failure."""
    for hole in context.holes:
        if not hole.caught and call_behind(context, hole) is None:
            errors = listed(context.flow, hole.missed)
            yield report(rule, hole, f"{subject(hole)} may raise {errors}{cause(hole)}, and nothing handles it")


RULE = Rule(
    "HUP101",
    "unhandled-network-call",
    "warning",
    "Nothing between a network call and its boundary handles its failure",
    check,
)
