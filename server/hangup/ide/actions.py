"""The changes that are offered for a range of a file."""

from __future__ import annotations

import msgspec

from hangup.fixes.fix import Fix, FixContext
from hangup.fixes.policy import Policy, normalised
from hangup.fixes.registry import fixes
from hangup.rules.finding import Finding
from hangup.workspace.settings import Settings
from hangup.workspace.workspace import Workspace


class Action(msgspec.Struct, frozen=True):
    """A fix and the finding it answers."""

    finding: Finding
    fix: Fix


def actions(workspace: Workspace, path: str, start: int, end: int) -> list[Action]:
    """The fixes for all findings of a file that touch the offsets from `start` to `end`; `start` may equal `end`."""
    touched = [f for f in workspace.findings(path) if f.start <= end and start <= f.end]
    return [Action(finding, fix) for finding in touched for fix in fixes_for(workspace, path, finding)]


def fixes_for(workspace: Workspace, path: str, finding: Finding) -> list[Fix]:
    """The fixes for one finding of a file."""
    document = workspace.document(path)
    policy = policy_of(workspace.settings)
    return fixes(FixContext(workspace.context(path), document.source, document.tree, finding, policy))


def policy_of(settings: Settings) -> Policy:
    """What the settings of a workspace ask of its fixes."""
    retry = settings.retry
    dependencies = frozenset(normalised(name) for name in settings.dependencies)
    return Policy(retry.attempts, retry.base, retry.cap, retry.jitter, retry.total, dependencies)
