"""`textDocument/hover`, in Markdown or as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from hangup.ide.hover import hover as hover_at
from hangup.lsp.convert import to_offset, to_range
from hangup.lsp.documents import Buffer
from hangup.lsp.features.answer import answer
from hangup.lsp.plaintext import plaintext
from hangup.lsp.scheduler import Urgency, Work

if TYPE_CHECKING:
    from hangup.lsp.server import HangupServer


def register(server: HangupServer) -> None:
    """Answer hovers. They do not wait until a large workspace is read: until then they know of one document only."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        buffer = server.session.documents.get(params.text_document.uri)
        if buffer is None:
            return None
        return await answer(server, "hover", _hover(server, buffer, params.position), Urgency.INTERACTIVE, None)


def _hover(server: HangupServer, buffer: Buffer, position: types.Position) -> Work[types.Hover | None]:
    yield
    place, client = server.projects.glimpse(buffer.uri), server.session.client
    if place is None or place.buffer is not buffer or not place.project.enabled:
        return None  # edited since: what the client pointed at may be elsewhere now
    project = place.project
    workspace = project.workspace if project.loaded else project.glimpse(place.path, buffer)
    found = hover_at(workspace, place.path, to_offset(buffer.source, position, client.unit))
    if found is None:
        return None
    shown = to_range(buffer.source, found.start, found.end, client.unit)
    return types.Hover(
        contents=types.MarkupContent(types.MarkupKind.Markdown, found.markdown)
        if client.markdown
        else types.MarkupContent(types.MarkupKind.PlainText, plaintext(found.markdown)),
        range=types.Range(
            types.Position(shown.start.line, shown.start.character),
            types.Position(shown.end.line, shown.end.character),
        ),
    )
