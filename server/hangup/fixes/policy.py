"""What a project asks of fixes that retry, and which distributions it names as its dependencies."""

from __future__ import annotations

import msgspec

from hangup.knowledge.presence import normalised


class Policy(msgspec.Struct, frozen=True):
    """How a retry is written.

    attempts: how often the call is made at most. base, cap: seconds; the wait after attempt n (from 0) is at most
    `min(cap, base * 2**n)`. jitter: it is a random part of that. total: seconds after which no attempt is begun, for
    retries with a deadline. dependencies: distributions that the project names, by normalised name.
    timeout: the name that stands for a time limit in the project; dotted where it is imported.
    """

    attempts: int = 4
    base: float = 0.5
    cap: float = 30
    jitter: bool = True
    total: float = 60
    dependencies: frozenset[str] = frozenset()
    timeout: str | None = None

    def names(self, distribution: str) -> bool:
        """Whether the project names a distribution as a dependency."""
        return normalised(distribution) in self.dependencies


def number(value: float) -> str:
    """A number of seconds as a person would write it: `30`, `0.5`."""
    return f"{value:g}"
