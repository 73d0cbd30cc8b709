"""HUP901: a comment hides findings that there are none of."""

from __future__ import annotations

from collections.abc import Iterable

from hangup.rules.finding import Finding
from hangup.rules.rule import Context, Rule


def check(context: Context, rule: Rule) -> Iterable[Finding]:
    """Nothing: what a comment hides is known when all other rules have spoken. The workspace reports it then."""
    return ()


RULE = Rule("HUP901", "unused-suppression", "information", "A comment hides findings that there are none of", check)
