"""`textDocument/codeAction` and `codeAction/resolve`: the fixes for what is found in a range.

The answer comes from our own findings, never from the diagnostics that the client sends along: some send none.
A client that knows no code action literals is offered nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from lsprotocol import types
from msgspec import UNSET

from hangup.ide.actions import Action, actions, fixes_for
from hangup.lsp import wire
from hangup.lsp.convert import to_diagnostic, to_edit, to_offset
from hangup.lsp.documents import Buffer
from hangup.lsp.features.answer import answer
from hangup.lsp.projects import Place
from hangup.lsp.scheduler import Urgency, Work

if TYPE_CHECKING:
    from hangup.lsp.server import HangupServer

_KIND = types.CodeActionKind.QuickFix.value


def register(server: HangupServer) -> None:
    """Offer fixes, and give the edits of those whose edits were left out."""
    options = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix], resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(params: types.CodeActionParams) -> list[wire.CodeAction]:
        buffer = server.session.documents.get(params.text_document.uri)
        if buffer is None or not server.session.client.literals or not _wanted(params.context.only):
            return []
        return await answer(server, "code actions", _offer(server, buffer, params.range), Urgency.INTERACTIVE, [])

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(params: types.CodeAction) -> types.CodeAction | wire.CodeAction:
        try:
            identity = msgspec.convert(params.data, wire.ActionId)
        except msgspec.ValidationError:
            return params  # not one of ours
        chosen = await answer(server, "resolve", _resolve(server, identity), Urgency.INTERACTIVE, None)
        return params if chosen is None else chosen


def _wanted(only: Sequence[str] | None) -> bool:
    """Whether quick fixes are among the kinds that the client asks for; a kind stands for those below it as well."""
    return only is None or any(kind in ("", _KIND) for kind in only)


def _offer(server: HangupServer, buffer: Buffer, shown: types.Range) -> Work[list[wire.CodeAction]]:
    place = yield from server.projects.ready(buffer.uri)
    if place is None or place.buffer is not buffer or not place.project.reports_on(place.path):
        return []
    unit, lazy = server.session.client.unit, server.session.client.lazy_edits
    start, end = (to_offset(buffer.source, position, unit) for position in (shown.start, shown.end))
    offered = actions(place.project.workspace, place.path, min(start, end), max(start, end))
    return [_code_action(server, place, buffer, each, lazy) for each in offered]


def _resolve(server: HangupServer, chosen: wire.ActionId) -> Work[wire.CodeAction | None]:
    place = yield from server.projects.ready(chosen.uri)
    if place is None or place.buffer is None or place.buffer.version != chosen.version:
        return None
    workspace = place.project.workspace
    for finding in workspace.findings(place.path):
        if (finding.code, finding.start, finding.end) == (chosen.code, chosen.start, chosen.end):
            for fix in fixes_for(workspace, place.path, finding):
                if (fix.name, fix.title) == (chosen.fix, chosen.title):
                    return _code_action(server, place, place.buffer, Action(finding, fix), lazy=False)
    return None


def _code_action(server: HangupServer, place: Place, buffer: Buffer, action: Action, lazy: bool) -> wire.CodeAction:
    finding, fix, client = action.finding, action.fix, server.session.client
    identity = wire.ActionId(buffer.uri, buffer.version, finding.code, finding.start, finding.end, fix.name, fix.title)
    return wire.CodeAction(
        title=fix.title,
        kind=_KIND,
        diagnostics=(to_diagnostic(finding, place.path, buffer.source, place.project.place, client),),
        is_preferred=fix.preferred,
        edit=UNSET if lazy else to_edit(fix, buffer.uri, buffer.version, buffer.source, client),
        data=identity if lazy else UNSET,
    )
