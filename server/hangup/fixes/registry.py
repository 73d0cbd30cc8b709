"""Finds the fixes: every folder beside this file that holds a `fix.py` with a `FIX`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import msgspec

from hangup.fixes.fix import Fix, FixContext, FixMaker


@lru_cache(maxsize=1)
def fix_makers() -> tuple[FixMaker, ...]:
    """All kinds of fixes, in menu order."""
    here = Path(__file__).parent
    names = [path.parent.name for path in here.glob("*/fix.py")]
    found = [import_module(f"hangup.fixes.{name}.fix").FIX for name in names]
    return tuple(sorted(found, key=lambda maker: (maker.order, maker.name)))


def fixes(context: FixContext) -> list[Fix]:
    """The fixes for a finding, in menu order; the first that claims to be preferred is, the others are not."""
    offered: list[Fix] = []
    for fix in _made(context):
        if not fix.disabled:
            taken = any(other.preferred for other in offered)
            offered.append(msgspec.structs.replace(fix, preferred=fix.preferred and not taken))
    return offered


def refusals(context: FixContext) -> list[Fix]:
    """The fixes that a person might look for and that cannot be made for the finding; each says why."""
    return [fix for fix in _made(context) if fix.disabled]


def _made(context: FixContext) -> Iterator[Fix]:
    for maker in fix_makers():
        if not maker.codes or context.finding.code in maker.codes:
            yield from maker.make(context)
