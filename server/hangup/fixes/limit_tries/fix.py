"""Has a library's retry give up after some tries."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.plan_edits import retry_of, term_of, with_arguments, write_term
from hangup.flow.retries.written import argument

NAME = "limit-tries"


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the argument that limits the tries, where it is not given."""
    retry = retry_of(context)
    plan = retry.plan if retry is not None else None
    if plan is None:
        return
    attempts = context.policy.attempts
    setting = plan.retrier.stop or plan.retrier.limit
    if setting is None or argument(plan.expression, setting) is not None:
        return
    modules: list[str | None] = []
    text = f"{setting.keyword}={attempts}"
    if plan.retrier.stop is not None:
        term = term_of(context, plan.retrier, "tries")
        if term is None:
            return
        written = write_term(context, plan, term)
        text, modules = f"{setting.keyword}={written.text}({attempts})", [written.module]
    edits = with_arguments(context, plan, text, modules)
    yield Fix(f"Give up after {attempts} tries", edits, NAME, applicability="unsafe", preferred=True)


FIX = FixMaker(NAME, frozenset({"HUP302"}), 10, make)
