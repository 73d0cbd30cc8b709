"""Says in one word what came of a network call, so that a table can hold what is expected of it."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable

TIMEOUT = 5.0
"""Seconds for a call that must not time out."""
SHORT = 0.15
"""Seconds for a call that must."""


def outcome(call: Callable[[], object]) -> str:
    """Return the class name of what `call` raises, the reason of a URLError with it, or "returned <value>"."""
    try:
        value = call()
    except urllib.error.URLError as error:
        return f"URLError({type(error.reason).__name__})"
    except Exception as error:
        return type(error).__name__
    return f"returned {value!r}"
