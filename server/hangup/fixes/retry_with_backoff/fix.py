"""Tries again a few times, waiting longer each time: capped exponential backoff with full jitter, stdlib only."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
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
    policy, place = context.policy, retry.place
    attempt = free_name(context, retry.hole.scope, "attempt", "retry_attempt")
    sleep, jitter = _sleep(context, retry), _jitter(context, retry)
    wait = f"{span(context)}**{attempt})"
    wait = f"{jitter.text}(0, {wait})" if jitter is not None else wait
    inner = place.indent + place.step
    lines = [
        f"for {attempt} in range({policy.attempts}):",
        *_tried(retry),
        f"{inner}{place.step}if {attempt} == {policy.attempts - 1}:",
        f"{inner}{place.step * 2}raise",
        f"{inner}{place.step}{retry.waits}{sleep.text}({wait})",
    ]
    imports = add_imports(
        context.source, context.tree, [*retry.modules, sleep.module, jitter.module if jitter is not None else None]
    )
    title = f"Retry up to {policy.attempts} times with exponential backoff{' and jitter' if policy.jitter else ''}"
    return Fix(retry.title(title), (*imports, place.edit(lines)), NAME)


def _timed(context: FixContext, retry: Retrial) -> Fix:
    policy, place, scope = context.policy, retry.place, retry.hole.scope
    attempt = free_name(context, scope, "attempt", "retry_attempt")
    deadline, pause = free_name(context, scope, "deadline", "give_up_at"), free_name(context, scope, "pause", "wait")
    sleep, jitter = _sleep(context, retry), _jitter(context, retry)
    clock = write_function(context, scope, "time", "monotonic")
    count = write_function(context, scope, "itertools", "count")
    wait = f"{span(context)} ** min({attempt}, {_MOST_DOUBLINGS}))"
    wait = f"{jitter.text}(0, {wait})" if jitter is not None else wait
    inner = place.indent + place.step
    lines = [
        f"{deadline} = {clock.text}() + {number(policy.total)}",
        f"{place.indent}for {attempt} in {count.text}():",
        *_tried(retry),
        f"{inner}{place.step}{pause} = {wait}",
        f"{inner}{place.step}if {clock.text}() + {pause} > {deadline}:",
        f"{inner}{place.step * 2}raise",
        f"{inner}{place.step}{retry.waits}{sleep.text}({pause})",
    ]
    needed = [*retry.modules, sleep.module, clock.module, count.module, jitter.module if jitter is not None else None]
    imports = add_imports(context.source, context.tree, needed)
    title = f"Retry for {number(policy.total)} seconds with exponential backoff{' and jitter' if policy.jitter else ''}"
    return Fix(retry.title(title), (*imports, place.edit(lines)), NAME)


def _tried(retry: Retrial) -> list[str]:
    """The `try` in the loop, up to the head of its clause."""
    place, inner = retry.place, retry.place.indent + retry.place.step
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
    modules = {imported.module.partition(".")[0] for imported in context.module.scope.unit.imports}
    others = [name for name in ("trio", "anyio") if name in modules and "asyncio" not in modules]
    return write_function(context, retry.hole.scope, others[0] if others else "asyncio", "sleep")


def _jitter(context: FixContext, retry: Retrial) -> Written | None:
    return write_function(context, retry.hole.scope, "random", "uniform") if context.policy.jitter else None


FIX = FixMaker(NAME, frozenset({"HUP101"}), 30, make)
