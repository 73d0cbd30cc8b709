"""The loop of the standard library that tries a statement again: so many attempts, each after a longer wait."""

from __future__ import annotations

from hangup.fixes.fix import FixContext
from hangup.fixes.naming import Written, write_function
from hangup.fixes.retrial import Retrial, span


def counted(context: FixContext, retry: Retrial) -> tuple[list[str], list[str | None]]:
    """The lines of a loop of so many attempts that raises the last error again, and the modules that they need."""
    policy, inner, attempt = context.policy, retry.inner, retry.attempt
    step = retry.place.step
    sleep, wait = sleep_of(context, retry), wait_of(context, retry, f"**{attempt}")
    lines = [
        f"for {attempt} in range({policy.attempts}):",
        *tried(retry),
        f"{inner}{step}if {attempt} == {policy.attempts - 1}:",
        f"{inner}{step * 2}raise",
        f"{inner}{step}{retry.waits}{sleep.text}({wait.text})",
    ]
    return lines, [sleep.module, wait.module]


def manner(context: FixContext) -> str:
    """How the loop waits, in words for a title."""
    return f"exponential backoff{' and jitter' if context.policy.jitter else ''}"


def tried(retry: Retrial) -> list[str]:
    """The `try` in the loop, up to the head of its clause."""
    place, inner = retry.place, retry.inner
    return [
        f"{inner}try:",
        inner + place.step + place.moved(2),
        *([] if place.leaves else [f"{inner}{place.step}break"]),
        f"{inner}except {retry.clause}:",
    ]


def sleep_of(context: FixContext, retry: Retrial) -> Written:
    """The function that waits without blocking what must not be blocked."""
    if not retry.waits:
        return write_function(context, retry.hole.scope, "time", "sleep")
    others = [name for name in ("trio", "anyio") if name in context.imported and "asyncio" not in context.imported]
    return write_function(context, retry.hole.scope, others[0] if others else "asyncio", "sleep")


def wait_of(context: FixContext, retry: Retrial, exponent: str) -> Written:
    """The expression of how long to wait after an attempt; with full jitter anything from nothing to that."""
    longest = f"{span(context)}{exponent})"
    if not context.policy.jitter:
        return Written(longest, None)
    uniform = write_function(context, retry.hole.scope, "random", "uniform")
    return Written(f"{uniform.text}(0, {longest})", uniform.module)
