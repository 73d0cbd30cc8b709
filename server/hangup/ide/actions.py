"""The menu of changes that are offered for a range of a file.

In the order that people know from other tools: what answers the finding, the best first; the same for all findings of
the rule; hiding it on this line; hiding the rule in this file; the rule's page.
"""

from __future__ import annotations

import msgspec

from hangup.fixes.fix import Fix
from hangup.fixes.wrap_in_try.selection import wrap_selection
from hangup.ide.offers import context_of, fixes_for, refusals_for
from hangup.ide.repair import changes, is_preferred, is_safe, repair
from hangup.rules.finding import Finding
from hangup.workspace.workspace import Workspace

__all__ = ["Action", "actions", "completed", "fixes_for", "source_actions"]

ALL_OF_RULE, ALL_SAFE, PAGE = "fix-all-of-rule", "fix-all", "show-documentation"


class Action(msgspec.Struct, frozen=True):
    """One line of the menu: a fix, and the finding that it answers; None where it answers no single one.

    deferred: the fix has no edits until it is `completed`, since finding them takes time. page: it changes nothing, but
    shows the page of that rule.
    """

    finding: Finding | None
    fix: Fix
    deferred: bool = False
    page: str = ""


def actions(workspace: Workspace, path: str, start: int, end: int) -> list[Action]:
    """The menu for all findings of a file that touch the offsets from `start` to `end`; `start` may equal `end`.

    With whole statements between them, wrapping those in one `try` is part of it.
    """
    every = workspace.findings(path)
    touched = [f for f in every if f.start <= end and start <= f.end]
    offered = [Action(finding, fix) for finding in touched for fix in fixes_for(workspace, path, finding)]
    answers = [each for each in offered if not each.fix.name.startswith("ignore-")]
    hiding = [each for each in offered if each.fix.name.startswith("ignore-")]
    hiding.sort(key=lambda each: each.fix.name, reverse=True)  # on this line, then in this file
    wrapping = [Action(None, fix) for fix in _wrapping(workspace, path, start, end)]
    refused = [Action(finding, fix) for finding in touched for fix in refusals_for(workspace, path, finding)]
    return [
        *answers,
        *wrapping,
        *refused,
        *_for_all(every, answers),
        *_without_repetition(hiding),
        *_without_repetition([Action(f, _page(f), page=f.name) for f in touched]),
    ]


def source_actions(workspace: Workspace, path: str) -> list[Action]:
    """What can be done to a whole file: all that is safe to fix, if there is any."""
    findings = workspace.findings(path)
    if any(is_safe(finding, fix) for finding in findings for fix in fixes_for(workspace, path, finding)):
        return [
            Action(
                None,
                Fix("Fix all that is safe to fix", (), ALL_SAFE, applicability="unsafe", kind="source.fixAll.hangup"),
                True,
            )
        ]
    return []


def completed(workspace: Workspace, path: str, action: Action) -> Action:
    """An action with its edits."""
    if not action.deferred:
        return action
    finding = action.finding
    code = finding.code if finding is not None else ""
    wanted = is_safe if finding is None else (lambda each, fix: each.code == code and is_preferred(each, fix))
    before = workspace.document(path).source
    edits = changes(before, repair(workspace, path, wanted).source)
    return Action(finding, msgspec.structs.replace(action.fix, edits=edits))


def _wrapping(workspace: Workspace, path: str, start: int, end: int) -> list[Fix]:
    if start == end:
        return []
    whole = Finding("HUP101", "unhandled-network-call", "hint", start, end, "")
    return list(wrap_selection(context_of(workspace, path, whole)))


def _for_all(every: list[Finding], answers: list[Action]) -> list[Action]:
    """For each rule with a preferred answer here and more than one finding in the file: that for all of them."""
    found: dict[str, Action] = {}
    for each in answers:
        if each.finding is None or not is_preferred(each.finding, each.fix):
            continue
        code = each.finding.code
        if sum(other.code == code for other in every) > 1:
            fix = Fix(f"Fix all {code} in this file, as preferred", (), ALL_OF_RULE, applicability="unsafe")
            found.setdefault(code, Action(each.finding, fix, deferred=True))
    return list(found.values())


def _page(finding: Finding) -> Fix:
    return Fix(f"Show documentation for {finding.code}", (), PAGE, applicability="unsafe")


def _without_repetition(offered: list[Action]) -> list[Action]:
    """One of several with the same title and the same edits: two findings of a rule on one line."""
    return list({(each.fix.title, each.fix.edits): each for each in reversed(offered)}.values())[::-1]
