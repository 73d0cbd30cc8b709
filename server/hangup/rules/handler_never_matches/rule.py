"""HUP201: nothing in the `try` can raise what the clause catches."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.rules.dead_clause import dead_clauses, namesakes, report, wrapping
from hangup.rules.finding import Finding
from hangup.rules.handler_never_matches.errno_of_none import without_errno
from hangup.rules.handler_never_matches.looking import misplaced
from hangup.rules.handler_never_matches.written import miswritten
from hangup.rules.rule import Context, Rule
from hangup.rules.wording import listed


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each clause, or test in one, that never matches; one with a namesake is HUP202's business."""
    for clause in dead_clauses(context):
        if not namesakes(context, clause):
            calls = ", ".join(dict.fromkeys(effect.name for _, effect in clause.body.calls))
            written, raised = listed(context.flow, clause.names), listed(context.flow, clause.arriving)
            reason = f"{calls} cannot raise {written}; what it raises is {raised}"
            wrappers = [wrapping(context, clause.arriving, name) for name in sorted(clause.names)]
            if all(wrappers):
                reason = (
                    f"{calls} is tried again, and when that has failed too, {raised} comes out in place of {written}"
                )
            yield report(rule, clause, reason, clause.arriving)
    yield from misplaced(context, rule)
    yield from miswritten(context, rule)
    yield from without_errno(context, rule)


RULE = Rule(
    "HUP201",
    "handler-never-matches",
    "warning",
    "No call in the try can raise what the except clause catches",
    check,
)
