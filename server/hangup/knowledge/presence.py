"""Which entries of a knowledge file hold for the version of a library that is installed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBER = re.compile(r"\d+")
_SEPARATORS = re.compile(r"[-_.]+")


def normalised(distribution: str) -> str:
    """The name of a distribution as PEP 503 compares it: `Typing_Extensions` is `typing-extensions`."""
    return _SEPARATORS.sub("-", distribution).lower()


@dataclass(frozen=True)
class Presence:
    """version: what is installed, as numbers; None if that is not known, and every entry may hold."""

    version: tuple[int, ...] | None

    @classmethod
    def of(cls, distribution: str | None, python: tuple[int, int] | None, versions: Mapping[str, str]) -> Presence:
        """The presence of a distribution; of the standard library (None), Python's version.

        versions: what is installed, by normalised name of the distribution.
        """
        if distribution is None:
            return cls(python)
        installed = versions.get(normalised(distribution))
        return cls(_numbers(installed) if installed is not None else None)

    def holds(self, since: str | None, until: str | None) -> bool:
        """Whether what is there from one version on, up to and with another, is there."""
        if self.version is None:
            return True
        return (since is None or _compared(self.version, since) >= 0) and (
            until is None or _compared(self.version, until) <= 0
        )


def _compared(version: tuple[int, ...], other: str) -> int:
    """Below, at or above zero. Only as many numbers as both give count: 2.1.4 is 2.1."""
    pairs = list(zip(version, _numbers(other), strict=False))
    return next((mine - theirs for mine, theirs in pairs if mine != theirs), 0)


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a release, without what follows them: `2.0.0rc1` is (2, 0, 0)."""
    parts = []
    for part in version.partition("+")[0].split("."):
        match = _NUMBER.match(part)
        if match is None:
            break
        parts.append(int(match[0]))
        if match[0] != part:
            break
    return tuple(parts)
