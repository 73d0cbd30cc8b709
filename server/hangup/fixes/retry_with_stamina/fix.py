"""Tries a statement again by stamina, in a project that depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.naming import write_function
from hangup.fixes.policy import number
from hangup.fixes.retrial import retrial

NAME = "retry-with-stamina"


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: a loop over stamina's attempts. stamina raises the last error itself, and adds its own jitter."""
    retry = retrial(context) if context.depends_on("stamina", "stamina") else None
    if retry is None:
        return
    policy, place, inner = context.policy, retry.place, retry.inner
    retrying = write_function(context, retry.hole.scope, "stamina", "retry_context")
    jitter = number(policy.base) if policy.jitter else "0"
    lines = [
        f"{'async ' if retry.waits else ''}for {retry.attempt} in {retrying.text}(",
        f"{inner}on={retry.clause},",
        f"{inner}attempts={policy.attempts},",
        f"{inner}timeout={number(policy.total)},",
        f"{inner}wait_initial={number(policy.base)},",
        f"{inner}wait_max={number(policy.cap)},",
        f"{inner}wait_jitter={jitter},",
        f"{place.indent}):",
        f"{inner}with {retry.attempt}:",
        inner + place.step + place.moved(2),
    ]
    title = f"Retry up to {policy.attempts} times with stamina"
    yield retry.fix(context, NAME, title, lines, [retrying.module])


FIX = FixMaker(NAME, frozenset({"HUP101", "HUP102"}), 25, make)
