"""The fixes of one finding, with what the settings of its workspace ask of them."""

from __future__ import annotations

from hangup.fixes.fix import Fix, FixContext
from hangup.fixes.policy import Policy
from hangup.fixes.registry import fixes, refusals
from hangup.knowledge.presence import normalised
from hangup.rules.finding import Finding
from hangup.workspace.settings import Settings
from hangup.workspace.workspace import Workspace


def fixes_for(workspace: Workspace, path: str, finding: Finding) -> list[Fix]:
    """The fixes for one finding of a file, in menu order."""
    return fixes(context_of(workspace, path, finding))


def refusals_for(workspace: Workspace, path: str, finding: Finding) -> list[Fix]:
    """What cannot be done about one finding of a file, with the reason."""
    return refusals(context_of(workspace, path, finding))


def context_of(workspace: Workspace, path: str, finding: Finding) -> FixContext:
    """What the fixes are given of one finding of a file."""
    document = workspace.document(path)
    policy = policy_of(workspace.settings)
    return FixContext(workspace.context(path), document.source, document.tree, finding, policy)


def policy_of(settings: Settings) -> Policy:
    """What the settings of a workspace ask of its fixes."""
    retry = settings.retry
    dependencies = frozenset(normalised(name) for name in settings.dependencies)
    return Policy(
        retry.attempts, retry.base, retry.cap, retry.jitter, retry.total, dependencies, settings.timeout_constant
    )
