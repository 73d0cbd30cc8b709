"""Tries again a few times, waiting longer each time: capped exponential backoff with full jitter, stdlib only."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.naming import Written, free_name, write_function
from hangup.fixes.policy import number
from hangup.fixes.retrial import Retrial, retrial, span, why_not_repeated

NAME = "retry-with-backoff"
_MOST_DOUBLINGS = 16
"""In a loop that only a deadline ends, the exponent must not grow for ever: the cap is reached long before."""


def make(context: FixContext) -> Iterator[Fix]:
    """Two fixes: so many attempts, or attempts until a deadline. The last error is raised again."""
    retry = retrial(context)
    if retry is not None:
        yield _counted(context, retry)
        yield _timed(context, retry)
    elif reason := why_not_repeated(context):
        yield Fix("Retry with exponential backoff", (), NAME, disabled=reason)


def _counted(context: FixContext, retry: Retrial) -> Fix:
    policy, inner, attempt = context.policy, retry.inner, retry.attempt
    step = retry.place.step
    sleep, wait = _sleep(context, retry), _wait(context, retry, f"**{attempt}")
    lines = [
        f"for {attempt} in range({policy.attempts}):",
        *_tried(retry),
        f"{inner}{step}if {attempt} == {policy.attempts - 1}:",
        f"{inner}{step * 2}raise",
        f"{inner}{step}{retry.waits}{sleep.text}({wait.text})",
    ]
    title = f"Retry up to {policy.attempts} times with exponential backoff{' and jitter' if policy.jitter else ''}"
    return retry.fix(context, NAME, title, lines, [sleep.module, wait.module])


def _timed(context: FixContext, retry: Retrial) -> Fix:
    policy, scope, inner, attempt = context.policy, retry.hole.scope, retry.inner, retry.attempt
    step = retry.place.step
    deadline, pause = free_name(context, scope, "deadline", "give_up_at"), free_name(context, scope, "pause", "wait")
    sleep, wait = _sleep(context, retry), _wait(context, retry, f" ** min({attempt}, {_MOST_DOUBLINGS})")
    clock = write_function(context, scope, "time", "monotonic")
    count = write_function(context, scope, "itertools", "count")
    lines = [
        f"{deadline} = {clock.text}() + {number(policy.total)}",
        f"{retry.place.indent}for {attempt} in {count.text}():",
        *_tried(retry),
        f"{inner}{step}{pause} = {wait.text}",
        f"{inner}{step}if {clock.text}() + {pause} > {deadline}:",
        f"{inner}{step * 2}raise",
        f"{inner}{step}{retry.waits}{sleep.text}({pause})",
    ]
    title = f"Retry for {number(policy.total)} seconds with exponential backoff{' and jitter' if policy.jitter else ''}"
    return retry.fix(context, NAME, title, lines, [sleep.module, wait.module, clock.module, count.module])


def _tried(retry: Retrial) -> list[str]:
    """The `try` in the loop, up to the head of its clause."""
    place, inner = retry.place, retry.inner
    return [
        f"{inner}try:",
        inner + place.step + place.moved(2),
        *([] if place.leaves else [f"{inner}{place.step}break"]),
        f"{inner}except {retry.clause}:",
    ]


def _sleep(context: FixContext, retry: Retrial) -> Written:
    """The function that waits without blocking what must not be blocked."""
    if not retry.waits:
        return write_function(context, retry.hole.scope, "time", "sleep")
    others = [name for name in ("trio", "anyio") if name in context.imported and "asyncio" not in context.imported]
    return write_function(context, retry.hole.scope, others[0] if others else "asyncio", "sleep")


def _wait(context: FixContext, retry: Retrial, exponent: str) -> Written:
    """The expression of how long to wait after an attempt; with full jitter anything from nothing to that."""
    longest = f"{span(context)}{exponent})"
    if not context.policy.jitter:
        return Written(longest, None)
    uniform = write_function(context, retry.hole.scope, "random", "uniform")
    return Written(f"{uniform.text}(0, {longest})", uniform.module)


FIX = FixMaker(NAME, frozenset({"HUP101"}), 30, make)
