"""Builds the language server out of its parts and runs it over standard input and output or over TCP."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from typing import BinaryIO

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException, PyglsError
from pygls.lsp.server import LanguageServer

from hangup import __version__
from hangup.lsp import parent
from hangup.lsp.client import read_client
from hangup.lsp.documents import path_of
from hangup.lsp.features import code_actions, configuration, diagnostics, hover, synchronisation
from hangup.lsp.projects import Projects
from hangup.lsp.protocol import Protocol
from hangup.lsp.scheduler import Scheduler, Urgency
from hangup.lsp.session import Session
from hangup.lsp.warm_up import warm_up
from hangup.workspace.store import Store, open_store

logger = logging.getLogger(__name__)

_PATIENCE = 0.3
"""Seconds that the end of the server waits for the unit of analysis which is running."""


class HangupServer(LanguageServer):
    """A server for one client. store: where what it finds is kept between sessions."""

    protocol: Protocol

    def __init__(self, store: Store | None = None) -> None:
        self.session = Session()
        self.scheduler = Scheduler()
        self.projects = Projects(self.session, store)
        self.asked_to_stop = False
        super().__init__("hangup", __version__, protocol_cls=Protocol)
        _register_lifecycle(self)
        self.diagnostics = diagnostics.register(self)
        synchronisation.register(self)
        configuration.register(self)
        code_actions.register(self)
        hover.register(self)

    def adapt(self, capabilities: types.ServerCapabilities) -> None:
        """Take back what this client should not use: one that is sent its diagnostics would show them twice."""
        if not self.session.client.pulls:
            capabilities.diagnostic_provider = None

    def report_server_error(self, error: Exception, source: type[PyglsError] | type[JsonRpcException]) -> None:
        """Log it. pygls would open a message window in the editor. What is wrong with a request, its answer says."""
        if source is not FeatureRequestError:
            logger.error("%s: %s", source.__name__, error)


def serve(tcp: tuple[str, int] | None = None) -> int:
    """Serve one client until it is gone.

    tcp: host and port to listen on; None for standard input and output. Returns the exit code that the protocol asks
    for: 0 if the client has asked for the shutdown, 1 if it went away without.
    """
    _log_to_stderr()
    # The thread that reads must not wait long for the one that analyses: a switch after 1 ms, not 5.
    sys.setswitchinterval(0.001)
    # With the usual thresholds, every tenth edit of 5,000 lines waited 70 ms for the collector in a workspace of 20
    # such files; with these none does. The last two make a full collection as frequent as it was with ten times as
    # many small ones: the process is 4 % larger after 25 new functions there.
    gc.set_threshold(100_000, 5, 2)
    server = HangupServer(open_store())
    # What is there by now, the protocol's classes above all, stays to the end: it need not be looked at again.
    gc.freeze()
    try:
        if tcp is not None:
            server.start_tcp(*tcp)
        else:
            server.start_io(sys.stdin.buffer, _private_stdout())
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.scheduler.close(_PATIENCE)
        server.projects.close()
    return 0 if server.asked_to_stop else 1


def _register_lifecycle(server: HangupServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session = server.session
        session.client = read_client(params.capabilities, str(server.workspace.position_encoding))
        session.take_folders((uri, path_of(uri)) for uri in _folders(server, params))
        configuration.begin(server, params.initialization_options)
        # The answer to this request is written first.
        work = warm_up(server.projects.likely_catalogue)
        asyncio.get_running_loop().call_soon(server.scheduler.post, work, Urgency.LATER)
        if params.process_id is not None:
            parent.end_with(params.process_id)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        synchronisation.watch_files(server)
        if server.session.client.watches:  # else a file that changes before it is needed would not be read again
            server.scheduler.post(server.projects.read_ahead(), Urgency.LATER)
        await configuration.ask(server)

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.asked_to_stop = True
        server.diagnostics.stop()
        server.scheduler.close()


def _folders(server: HangupServer, params: types.InitializeParams) -> list[str]:
    if params.workspace_folders:
        return [folder.uri for folder in params.workspace_folders]
    root = server.workspace.root_uri  # also from the `rootPath` of old clients
    return [root] if root else []


def _private_stdout() -> BinaryIO:
    """Standard output for the protocol alone: what anything else prints goes to standard error."""
    stdout = sys.stdout.buffer
    sys.stdout = sys.stderr
    return stdout


def _log_to_stderr() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    # At INFO, pygls writes each message that it sends into the log.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a record of pygls tells something: clients often cancel what has just been answered."""
    return not str(record.msg).startswith("Cancel notification for unknown message id")
