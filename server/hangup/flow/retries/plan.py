"""What a retry is told to do, whoever carries it out: a decorator, a library's loop, a client, or a loop by hand."""

from __future__ import annotations

from dataclasses import dataclass

from hangup.facts.expressions import Expression
from hangup.flow.classes import ClassTree
from hangup.knowledge.retries import Manner, Retrier
from hangup.resolve.project import Scope


@dataclass(frozen=True)
class Wait:
    """How long is waited before another try. seconds: the first wait; None where it is not known."""

    manner: Manner = "none"
    seconds: float | None = None
    jitter: bool = False

    @property
    def is_none(self) -> bool:
        """Whether the next try comes at once."""
        return self.manner == "none" or (self.manner == "constant" and self.seconds == 0)


@dataclass(frozen=True)
class Limit:
    """When it gives up. tries: after how many tries in all; seconds: after what time. None where it is not known.

    given: True when there is a limit, False when there surely is none, None when that cannot be told.
    """

    given: bool | None = None
    tries: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Errors:
    """Which errors lead to another try: those of `classes` that are not of `excluded`.

    exact: all of them do; otherwise something else decides as well. known: the classes are known.
    """

    classes: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    exact: bool = True
    known: bool = True

    def include(self, tree: ClassTree, error: str) -> bool | None:
        """Whether an error leads to another try; None where that cannot be told."""
        if not self.known:
            return None
        ancestors = tree.ancestors(error)
        if self.classes.isdisjoint(ancestors):
            return False
        if not self.excluded.isdisjoint(ancestors):
            return False
        return True if self.exact else None


@dataclass(frozen=True)
class Plan:
    """What one retry does.

    name: how a person calls it (`@tenacity.retry`). scope, expression: where it is written.
    wraps: the class that comes out in the end in place of the last error. silent: none comes out.
    """

    name: str
    scope: Scope
    expression: Expression
    retrier: Retrier
    errors: Errors
    limit: Limit
    wait: Wait
    wraps: str | None = None
    silent: bool = False
