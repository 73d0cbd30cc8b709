"""Tries a statement again by tenacity, in a project that depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.naming import write_function
from hangup.fixes.policy import number
from hangup.fixes.retrial import retrial

NAME = "retry-with-tenacity"


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: a loop over tenacity's attempts, which waits as the settings say and raises the last error itself."""
    retry = retrial(context) if context.depends_on("tenacity", "tenacity") else None
    if retry is None:
        return
    policy, place, inner = context.policy, retry.place, retry.inner
    parts = {
        name: write_function(context, retry.hole.scope, "tenacity", name)
        for name in (
            "AsyncRetrying" if retry.waits else "Retrying",
            "retry_if_exception_type",
            "stop_after_attempt",
            "wait_random_exponential" if policy.jitter else "wait_exponential",
        )
    }
    retrying, when, stop, wait = (each.text for each in parts.values())
    lines = [
        f"{'async ' if retry.waits else ''}for {retry.attempt} in {retrying}(",
        f"{inner}retry={when}({retry.clause}),",
        f"{inner}stop={stop}({policy.attempts}),",
        f"{inner}wait={wait}(multiplier={number(policy.base)}, max={number(policy.cap)}),",
        f"{inner}reraise=True,",
        f"{place.indent}):",
        f"{inner}with {retry.attempt}:",
        inner + place.step + place.moved(2),
    ]
    title = f"Retry up to {policy.attempts} times with tenacity"
    yield retry.fix(context, NAME, title, lines, [each.module for each in parts.values()])


FIX = FixMaker(NAME, frozenset({"HUP101", "HUP102"}), 25, make)
