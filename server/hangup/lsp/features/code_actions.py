"""`textDocument/codeAction` and `codeAction/resolve`: the menu of changes for a range, and for the whole file.

The answer comes from our own findings, never from the diagnostics that the client sends along: some send none.
A client that knows no code action literals is offered nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from lsprotocol import types
from msgspec import UNSET

from hangup.ide.actions import ALL_SAFE, Action, actions, completed, source_actions
from hangup.lsp import wire
from hangup.lsp.convert import rule_page, to_diagnostic, to_edit, to_offset
from hangup.lsp.documents import Buffer
from hangup.lsp.features.answer import answer
from hangup.lsp.projects import Place
from hangup.lsp.scheduler import Urgency, Work

if TYPE_CHECKING:
    from hangup.lsp.server import HangupServer

_KINDS = ("quickfix", "refactor.rewrite.hangup.wrap", "refactor.rewrite.hangup.retry", "source.fixAll.hangup")
_SHOW = "hangup.showDocumentation"


def register(server: HangupServer) -> None:
    """Offer changes, give the edits of those whose edits were left out, and show the pages of rules."""
    options = types.CodeActionOptions(code_action_kinds=list(_KINDS), resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(params: types.CodeActionParams) -> list[wire.CodeAction]:
        buffer = server.session.documents.get(params.text_document.uri)
        if buffer is None or not server.session.client.literals or not _asked_for(params.context.only):
            return []
        work = _offer(server, buffer, params.range, params.context.only)
        return await answer(server, "code actions", work, Urgency.INTERACTIVE, [])

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(params: types.CodeAction) -> types.CodeAction | wire.CodeAction:
        try:
            identity = msgspec.convert(params.data, wire.ActionId)
        except msgspec.ValidationError:
            return params  # not one of ours
        chosen = await answer(server, "resolve", _resolve(server, identity), Urgency.INTERACTIVE, None)
        return params if chosen is None else chosen

    @server.command(_SHOW)
    async def show(rule: str) -> None:
        await server.window_show_document_async(types.ShowDocumentParams(rule_page(rule), external=True))


def _asked_for(only: Sequence[str] | None) -> bool:
    return any(_wanted(kind, only) for kind in _KINDS)


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client wants actions of a kind; one that it names stands for those below it as well.

    What is done to a whole file is offered to who asks for that alone.
    """
    if only is None:
        return not kind.startswith("source.")
    return any(each in ("", kind) or kind.startswith(f"{each}.") for each in only)


def _offer(
    server: HangupServer, buffer: Buffer, shown: types.Range, only: Sequence[str] | None
) -> Work[list[wire.CodeAction]]:
    place = yield from server.projects.ready(buffer.uri)
    if place is None or place.buffer is not buffer or not place.project.reports_on(place.path):
        return []
    workspace, unit = place.project.workspace, server.session.client.unit
    start, end = sorted(to_offset(buffer.source, position, unit) for position in (shown.start, shown.end))
    offered = actions(workspace, place.path, start, end)
    if only is not None and _wanted("source.fixAll.hangup", only):
        offered += source_actions(workspace, place.path)
    wanted = [each for each in offered if _wanted(each.fix.kind, only) and _is_shown(server, each)]
    return [_code_action(server, place, buffer, each, (start, end)) for each in wanted]


def _is_shown(server: HangupServer, action: Action) -> bool:
    """Whether the client can do anything with an action."""
    client = server.session.client
    return (client.disabled or not action.fix.disabled) and (client.shows_pages or not action.page)


def _resolve(server: HangupServer, chosen: wire.ActionId) -> Work[wire.CodeAction | None]:
    place = yield from server.projects.ready(chosen.uri)
    if place is None or place.buffer is None or place.buffer.version != chosen.version:
        return None
    workspace, span = place.project.workspace, (chosen.start, chosen.end)
    of_file = chosen.fix == ALL_SAFE
    offered = source_actions(workspace, place.path) if of_file else actions(workspace, place.path, *span)
    for action in offered:
        if _identity(place.buffer, action, span) == chosen:
            return _code_action(server, place, place.buffer, completed(workspace, place.path, action), None)
    return None


def _identity(buffer: Buffer, action: Action, span: tuple[int, int]) -> wire.ActionId:
    finding, fix = action.finding, action.fix
    code, start, end = (finding.code, finding.start, finding.end) if finding is not None else ("", *span)
    return wire.ActionId(buffer.uri, buffer.version, code, start, end, fix.name, fix.title)


def _code_action(
    server: HangupServer, place: Place, buffer: Buffer, action: Action, span: tuple[int, int] | None
) -> wire.CodeAction:
    """An action as it is sent. span: the range that it is offered for; None for one that was chosen, with its edits."""
    client, fix = server.session.client, action.fix
    lazy = span is not None and client.lazy_edits and not action.page and not fix.disabled
    if not lazy and not action.page:
        action = completed(place.project.workspace, place.path, action)
    found = [action.finding] if action.finding is not None else []
    shown = tuple(to_diagnostic(each, place.path, buffer.source, place.project.place, client) for each in found)
    return wire.CodeAction(
        title=fix.title,
        kind=fix.kind,
        diagnostics=shown or UNSET,
        is_preferred=fix.preferred,
        disabled=wire.Reason(fix.disabled) if fix.disabled else UNSET,
        edit=UNSET
        if lazy or action.page or fix.disabled
        else to_edit(action.fix, buffer.uri, buffer.version, buffer.source, client),
        command=wire.Command(fix.title, _SHOW, (action.page,)) if action.page else UNSET,
        data=_identity(buffer, action, span) if lazy and span is not None else UNSET,
    )
