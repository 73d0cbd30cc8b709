"""Finds the rules: every folder beside this file that holds a `rule.py` with a `RULE`."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from hangup.rules.rule import Rule


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """All rules, by code."""
    here = Path(__file__).parent
    names = [path.parent.name for path in here.glob("*/rule.py")]
    found = [import_module(f"hangup.rules.{name}.rule").RULE for name in names]
    return tuple(sorted(found, key=lambda rule: rule.code))


def rule(code: str) -> Rule | None:
    """The rule of a code or a name."""
    return next((each for each in rules() if code in (each.code, each.name)), None)
