"""Has a library's retry raise the last error itself, for the clauses that wait for it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.plan_edits import with_arguments
from hangup.flow.classes import unwrapped
from hangup.flow.retries.plan import Plan
from hangup.flow.retries.written import argument

NAME = "raise-the-last-error"


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `reraise=True` for the one retry of this module whose end the clause does not match."""
    wrapped = {error for error in context.finding.arriving if unwrapped(error) != error}
    plans = _wrapping(context, wrapped)
    if not wrapped or len(plans) != 1 or plans[0].retrier.reraise is None:
        return
    plan, keyword = plans[0], plans[0].retrier.reraise.keyword
    if argument(plan.expression, plan.retrier.reraise) is not None:
        return
    yield Fix(
        f"Have the retry raise the last error itself ({keyword}=True)",
        with_arguments(context, plan, f"{keyword}=True", []),
        NAME,
        applicability="unsafe",
    )


def _wrapping(context: FixContext, errors: set[str]) -> list[Plan]:
    """The retries of the module that raise something in place of some errors."""
    found = []
    for retry in context.context.retries:
        plan = retry.plan
        if plan is not None and plan.wraps is not None and any(error.startswith(plan.wraps + "[") for error in errors):
            found.append(plan)
    return found


FIX = FixMaker(NAME, frozenset({"HUP201"}), 15, make)
