"""Tries again a few times, waiting longer each time: capped exponential backoff with full jitter, stdlib only."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.backoff import counted, manner, sleep_of, tried, wait_of
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.naming import free_name, write_function
from hangup.fixes.policy import number
from hangup.fixes.retrial import Retrial, retrial, why_not_repeated

NAME = "retry-with-backoff"
_MOST_DOUBLINGS = 16
"""In a loop that only a deadline ends, the exponent must not grow for ever: the cap is reached long before."""


def make(context: FixContext) -> Iterator[Fix]:
    """Two fixes: so many attempts, or attempts until a deadline. The last error is raised again."""
    retry = retrial(context)
    if retry is not None:
        lines, modules = counted(context, retry)
        title = f"Retry up to {context.policy.attempts} times with {manner(context)}"
        yield retry.fix(context, NAME, title, lines, modules)
        yield _timed(context, retry)
    elif reason := why_not_repeated(context):
        yield Fix("Retry with exponential backoff", (), NAME, applicability="unsafe", disabled=reason)


def _timed(context: FixContext, retry: Retrial) -> Fix:
    policy, scope, inner, attempt = context.policy, retry.hole.scope, retry.inner, retry.attempt
    step = retry.place.step
    deadline, pause = free_name(context, scope, "deadline", "give_up_at"), free_name(context, scope, "pause", "wait")
    sleep, wait = sleep_of(context, retry), wait_of(context, retry, f" ** min({attempt}, {_MOST_DOUBLINGS})")
    clock = write_function(context, scope, "time", "monotonic")
    count = write_function(context, scope, "itertools", "count")
    lines = [
        f"{deadline} = {clock.text}() + {number(policy.total)}",
        f"{retry.place.indent}for {attempt} in {count.text}():",
        *tried(retry),
        f"{inner}{step}{pause} = {wait.text}",
        f"{inner}{step}if {clock.text}() + {pause} > {deadline}:",
        f"{inner}{step * 2}raise",
        f"{inner}{step}{retry.waits}{sleep.text}({pause})",
    ]
    title = f"Retry for {number(policy.total)} seconds with {manner(context)}"
    return retry.fix(context, NAME, title, lines, [sleep.module, wait.module, clock.module, count.module])


FIX = FixMaker(NAME, frozenset({"HUP101", "HUP102"}), 30, make)
