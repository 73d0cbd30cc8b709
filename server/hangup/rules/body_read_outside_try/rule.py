"""HUP103: the call is guarded, and the later read of its answer's body, which can fail as well, is not."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.rules.finding import Finding
from hangup.rules.hole_report import report
from hangup.rules.late_body import call_behind
from hangup.rules.rule import Context, Rule
from hangup.rules.wording import listed


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each such read, in place of one by HUP101."""
    for hole in context.holes:
        behind = call_behind(context, hole)
        if behind is not None:
            errors = listed(context.flow, hole.missed)
            early = f"the `try` around {behind[1].name} ends before the body is read"
            yield report(rule, hole, f"{hole.effect.name} may raise {errors}: {early}")


RULE = Rule(
    "HUP103",
    "body-read-outside-try",
    "warning",
    "The call is guarded, and the later read of the body is not",
    check,
)
