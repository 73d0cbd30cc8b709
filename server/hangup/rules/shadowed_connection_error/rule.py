"""HUP202: the clause names one library's class, and the call raises another of the same name."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.rules.dead_clause import dead_clauses, namesakes, report
from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule
from hangup.rules.wording import listed


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each clause that never matches because of a namesake."""
    for clause in dead_clauses(context):
        twins = namesakes(context, clause)
        if twins:
            written, twin = listed(context.flow, clause.names), listed(context.flow, twins)
            kind = "the builtin " if all("." not in name for name in clause.names) else ""
            callee = clause.body.calls[0][1].name
            yield report(rule, clause, f"{callee} raises {twin}, which is not {kind}{written}", twins)


RULE = Rule(
    "HUP202",
    "shadowed-connection-error",
    "warning",
    "An except clause names a namesake of the class that is raised",
    check,
)
