"""Tries a statement again by stamina, in a project that depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import free_name, write_function
from hangup.fixes.policy import number
from hangup.fixes.retrial import retrial

NAME = "retry-with-stamina"


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: a loop over stamina's attempts. stamina raises the last error itself, and adds its own jitter."""
    retry = retrial(context) if context.depends_on("stamina", "stamina") else None
    if retry is None:
        return
    policy, place = context.policy, retry.place
    attempt = free_name(context, retry.hole.scope, "attempt", "retry_attempt")
    retrying = write_function(context, retry.hole.scope, "stamina", "retry_context")
    inner = place.indent + place.step
    jitter = number(policy.base) if policy.jitter else "0"
    lines = [
        f"{'async ' if retry.waits else ''}for {attempt} in {retrying.text}(",
        f"{inner}on={retry.clause},",
        f"{inner}attempts={policy.attempts},",
        f"{inner}timeout={number(policy.total)},",
        f"{inner}wait_initial={number(policy.base)},",
        f"{inner}wait_max={number(policy.cap)},",
        f"{inner}wait_jitter={jitter},",
        f"{place.indent}):",
        f"{inner}with {attempt}:",
        inner + place.step + place.moved(2),
    ]
    imports = add_imports(context.source, context.tree, [*retry.modules, retrying.module])
    title = retry.title(f"Retry up to {policy.attempts} times with stamina")
    yield Fix(title, (*imports, place.edit(lines)), NAME)


FIX = FixMaker(NAME, frozenset({"HUP101"}), 25, make)
