"""Diagnostics: sent to clients that wait for them, and answered to those that ask.

A client that asks is told to ask again when what it was last told of a document does not hold any more for a reason
other than that document's edits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types
from msgspec import UNSET

from hangup.lsp import wire
from hangup.lsp.documents import key_of, path_of
from hangup.lsp.features.answer import answer
from hangup.lsp.project import Report
from hangup.lsp.projects import Place
from hangup.lsp.scheduler import Urgency, Work, call_on

if TYPE_CHECKING:
    from hangup.lsp.server import HangupServer

_IDENTIFIER = "hangup"
_CALM = 0.3
"""Seconds without an edit after which the documents around the edited one are looked at."""


def register(server: HangupServer) -> Diagnostics:
    """Answer requests for diagnostics; the result sends them."""
    diagnostics = Diagnostics(server)
    options = types.DiagnosticOptions(identifier=_IDENTIFIER, inter_file_dependencies=True, workspace_diagnostics=False)

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def diagnostic(params: types.DocumentDiagnosticParams) -> wire.FullReport | wire.UnchangedReport:
        uri = params.text_document.uri
        report = await answer(server, "diagnostics", diagnostics.of(uri), Urgency.ASKED, None)
        if report is None:
            return wire.FullReport(())
        diagnostics.told(uri, report)
        if report.result_id == params.previous_result_id:
            return wire.UnchangedReport(report.result_id)
        return wire.FullReport(report.items, report.result_id)

    return diagnostics


class Diagnostics:
    """Keeps the client's diagnostics true. Belongs to the thread that talks to the client, but for its work."""

    def __init__(self, server: HangupServer) -> None:
        self._server = server
        self._told: dict[str, tuple[str, int | None, str]] = {}
        self._edited: set[str] = set()
        self._doubtful: dict[str, str] = {}
        self._calm: asyncio.TimerHandle | None = None
        self._stopped = False

    def of(self, uri: str) -> Work[Report | None]:
        """Work: the report on a document; None if nobody holds it."""
        place = yield from self._server.projects.ready(uri)
        return place.project.report(place.path, self._server.session.client) if place is not None else None

    def told(self, uri: str, report: Report, version: int | None = None) -> bool:
        """Note what the client has been told of a document (or is about to be); whether that is news."""
        news = (uri, version, report.result_id)
        old = self._told.get(key_of(uri))
        self._told[key_of(uri)] = news
        return news != old

    def edited(self, uri: str) -> None:
        """A document has a new text."""
        session = self._server.session
        if not session.configured.is_set():
            return  # all are looked at when it is
        if not session.client.pulls:
            self._post(uri, Urgency.TYPED)
        self._edited.add(uri)
        self._await_calm()

    def closed(self, uri: str) -> None:
        """A document is not open any more."""
        told = self._told.pop(key_of(uri), None)
        if not self._server.session.client.pulls and told is not None:
            self._send(wire.Publication(uri, ()))
        self.edited(uri)

    def outdated(self) -> None:
        """Something other than a document's text has changed: settings, folders, files on disk."""
        session = self._server.session
        if not session.configured.is_set():
            return
        self._edited |= {buffer.uri for buffer in session.documents.opened.values()}
        self._await_calm()
        if session.client.pulls:
            self._check(uri for uri, _, _ in list(self._told.values()))
            return
        for buffer in session.documents.opened.values():
            self._post(buffer.uri, Urgency.TYPED)

    def stop(self) -> None:
        """Send nothing more of one's own accord: what the worker still finishes is for nobody."""
        self._stopped = True
        if self._calm is not None:
            self._calm.cancel()

    def _await_calm(self) -> None:
        if self._calm is not None:
            self._calm.cancel()
        self._calm = asyncio.get_running_loop().call_later(_CALM, self._look_around)

    def _look_around(self) -> None:
        snapshot = self._server.session.snapshot
        edited, self._edited = self._edited, set()
        for uri in edited:
            work = self._follow(uri, asyncio.get_running_loop())
            self._server.scheduler.post(work, Urgency.LATER, key=("follow", snapshot.folder_of(path_of(uri)) or uri))
        around = {key_of(other): other for uri in edited for other in snapshot.neighbours(uri)}
        if self._server.session.client.pulls:
            self._check(around.values())
            return
        for uri in around.values():
            self._post(uri, Urgency.LATER)

    def _post(self, uri: str, urgency: Urgency) -> None:
        work = self._push(uri, asyncio.get_running_loop())
        self._server.scheduler.post(work, urgency, key=("push", key_of(uri)))

    def _push(self, uri: str, loop: asyncio.AbstractEventLoop) -> Work[None]:
        place = yield from self._server.projects.ready(uri)
        if place is not None and place.buffer is not None:
            report = place.project.report(place.path, self._server.session.client)
            call_on(loop, self._publish, place, report)

    def _follow(self, uri: str, loop: asyncio.AbstractEventLoop) -> Work[None]:
        """Work: what the packages raise that a document's workspace imports is worked out from their source."""
        if (yield from self._server.projects.follow(uri)):
            call_on(loop, self._know_more)

    def _know_more(self) -> None:
        if not self._stopped:
            self._server.session.outdate()
            self.outdated()

    def _publish(self, place: Place, report: Report) -> None:
        """Send a report, unless the document or the settings have changed since: then a newer one is on its way."""
        session, buffer = self._server.session, place.buffer
        if buffer is None or session.documents.get(buffer.uri) is not buffer:
            return
        if place.generation == session.snapshot.generation and self.told(buffer.uri, report, buffer.version):
            version = UNSET if buffer.version is None else buffer.version
            self._send(wire.Publication(buffer.uri, report.items, version))

    def _send(self, publication: wire.Publication) -> None:
        if self._stopped:
            return
        self._server.protocol.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, publication)

    def _check(self, uris: Iterable[str]) -> None:
        """See to it that the client is told to ask again if what it knows of any of these documents is wrong."""
        self._doubtful |= {key_of(uri): uri for uri in uris if key_of(uri) in self._told}
        if self._doubtful:
            work = self._compare(list(self._doubtful.values()), asyncio.get_running_loop())
            self._server.scheduler.post(work, Urgency.LATER, key="compare")

    def _compare(self, uris: list[str], loop: asyncio.AbstractEventLoop) -> Work[None]:
        found: dict[str, str | None] = {}
        for uri in uris:
            report = yield from self.of(uri)
            found[uri] = report.result_id if report is not None else None
        call_on(loop, self._ask_again, found)

    def _ask_again(self, found: dict[str, str | None]) -> None:
        self._doubtful.clear()
        told = ((self._told.get(key_of(uri)), result_id) for uri, result_id in found.items())
        if not self._stopped and any(known is not None and known[2] != result_id for known, result_id in told):
            self._told.clear()  # until it has asked, there is nothing to tell it again
            self._server.workspace_diagnostic_refresh(None)
