"""`FaultServer`: a peer on 127.0.0.1 that fails in one chosen way, as often as it is told to.

It binds, accepts, and hands connections to threads of its own; what happens on one is in `connection`.
It is for tests and demonstrations: one address, no routing, keys that everybody has.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import selectors
import socket
import threading
import time
from types import TracebackType

from . import backlog
from .catalogue import Protocol, can_be_secured, find_fault
from .connection import play
from .ending import Script, end
from .ledger import Ledger
from .request import Answer, Request
from .speakers import find_speakers
from .speech import Place, Speaker
from .tls import CA_FILE
from .wire import Wire

HOST = "127.0.0.1"
UNRESOLVED_HOST = "hangup-fault.invalid"
"""A name that never resolves: RFC 6761 reserves `.invalid` for that."""
MAX_OPEN = 64
"""Connections that are served at the same time; more wait in the listening queue."""
CLOSE_TIME = 0.9
"""Seconds that close() waits for its threads at most."""


class FaultServer:
    """A server that fails on purpose. Use it as a context manager, or call `start` and `close`.

    fault: a name from `FAULTS`.
    protocol: "http" (HTTP/1.1), "raw" (what one read returns is a request), or another of `PROTOCOLS`: there a
        client library gets through its set-up, and its user's operations are the requests.
    tls: speak TLS also for a fault that does not need it: from the start, or where the protocol begins it.
    fail_first: how often the fault strikes before everything is answered properly; None for ever. Counted in
        connections for faults on accept, in the handshake and in the set-up, in requests for the others. Not for
        "refused", "dns" and "connect_hang", which see no connection: use `recover`.
    answered: requests of each connection that are answered properly before the fault can strike;
        1 at least for "rst_on_reuse" and "fin_on_reuse".
    answer: the body of a proper answer (for "raw" all of it; for another protocol the value, file, mail or message
        that is asked for), or a function of the `Request` that returns it.
    content_type: of that body, for "http".
    speaks_first: for "raw": take the first request to be empty, so that the first answer is a greeting.
    hang: seconds after which a hang, or the wait for a silent client, ends.
    max_connections: connections that are accepted in all; after them the port refuses.
    port: 0 for any free one.

    Raises ValueError for a fault, protocol or number that makes no sense.
    """

    def __init__(
        self,
        fault: str,
        *,
        protocol: Protocol = "http",
        tls: bool = False,
        fail_first: int | None = None,
        answered: int = 0,
        answer: Answer = b"a proper answer\n",
        content_type: str = "text/plain; charset=utf-8",
        speaks_first: bool = False,
        hang: float = 30.0,
        max_connections: int = 1_000,
        port: int = 0,
    ) -> None:
        found = find_fault(fault, protocol)
        if fail_first is not None and (fail_first < 0 or not found.listens):
            raise ValueError(f"fail_first={fail_first} makes no sense for {fault!r}")
        if hang <= 0 or answered < 0 or max_connections < 1:
            raise ValueError("hang and max_connections must be positive, answered must not be negative")
        self._speaker = _speaker(protocol, tls)
        self._script = Script(
            fault=found,
            protocol=protocol,
            tls=tls or found.tls,
            alpn=() if self._speaker is None else self._speaker.alpn,
            answered=max(answered, found.answered),
            answer=answer,
            content_type=content_type,
            speaks_first=speaks_first,
            hang=hang,
        )
        self._ledger = Ledger(fail_first)
        self._max_connections = max_connections
        self._wanted_port = port
        self._listener: socket.socket | None = None
        self._fillers: list[socket.socket] = []
        self._port = 0
        self._closing = threading.Event()
        self._close_lock = threading.Lock()
        self._acceptor: threading.Thread | None = None
        self._waker: tuple[socket.socket, socket.socket] | None = None
        # Written by the accepting thread alone, read by close() after that thread has ended.
        self._open: list[tuple[threading.Thread, Wire]] = []

    def __enter__(self) -> FaultServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Take the port and serve.

        Raises OSError when the port is taken, or when the system cannot play "connect_hang"; RuntimeError when used
        twice.
        """
        if self._listener is not None or self._closing.is_set():
            raise RuntimeError("a FaultServer can be started once")
        self._listener = _bind(self._wanted_port)
        self._port = int(self._listener.getsockname()[1])
        # A port that is bound and does not listen refuses, and nobody else can take it meanwhile.
        if self._script.fault.listens:
            self._listen(self._listener)
        elif self._script.fault.ending == "hang":
            self._fill(self._listener)

    def recover(self) -> None:
        """From now on answer everything properly; "refused" and "connect_hang" begin to listen.

        Raises ValueError for "dns": a name that does not resolve cannot recover.
        """
        if self._script.fault.ending == "unresolved":
            raise ValueError("a name that does not resolve cannot recover")
        self._ledger.recover()
        with self._close_lock:
            if self._listener is not None and self._acceptor is None and not self._closing.is_set():
                self._listen(self._listener)

    def close(self) -> None:
        """Stop listening, end every connection and thread, in less than a second. May be called again."""
        with self._close_lock:
            if self._closing.is_set():
                return
            self._closing.set()
            deadline = time.monotonic() + CLOSE_TIME
            if self._acceptor is not None and self._waker is not None:
                self._waker[1].send(b"x")
                self._acceptor.join(max(0.0, deadline - time.monotonic()))
            for _, wire in self._open:
                wire.cut()
            for thread, _ in self._open:
                thread.join(max(0.0, deadline - time.monotonic()))
            for held in (*self._fillers, self._listener, *(self._waker or ())):
                if held is not None:
                    held.close()

    @property
    def host(self) -> str:
        """127.0.0.1; for "dns" a name that does not resolve."""
        return UNRESOLVED_HOST if self._script.fault.ending == "unresolved" else HOST

    @property
    def port(self) -> int:
        """The port. Raises RuntimeError before `start`."""
        if self._port == 0:
            raise RuntimeError("the FaultServer has not been started")
        return self._port

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, as `socket.create_connection` takes them."""
        return (self.host, self.port)

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end.

        `http://` or `https://`; for "raw" `tcp://` or `tls://`; else what the protocol's clients use (`rediss://`).
        """
        plain, secure = ("http", "https") if self._script.protocol == "http" else ("tcp", "tls")
        if self._speaker is not None:
            plain, secure = self._speaker.schemes
        return f"{secure if self._script.tls else plain}://{self.host}:{self.port}"

    @property
    def tls(self) -> bool:
        """Whether the server speaks TLS."""
        return self._script.tls

    @property
    def ca_file(self) -> str:
        """The certificate file that a client must trust to reach a fault behind TLS."""
        return str(CA_FILE)

    @property
    def connections(self) -> int:
        """How many connections were accepted."""
        return len(self._ledger.connection_times)

    @property
    def connection_times(self) -> tuple[float, ...]:
        """Monotonic seconds at which each connection was accepted."""
        return self._ledger.connection_times

    @property
    def waits(self) -> tuple[float, ...]:
        """Seconds between each connection and the one before: how long a client waited between tries."""
        return tuple(later - earlier for earlier, later in itertools.pairwise(self._ledger.connection_times))

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request that was read, in order; for "raw" what each read returned."""
        return self._ledger.requests

    @property
    def struck(self) -> int:
        """How often the fault has struck."""
        return self._ledger.struck

    def _fill(self, listener: socket.socket) -> None:
        try:
            self._fillers = backlog.fill(listener)
        except OSError:
            listener.close()
            raise

    def _listen(self, listener: socket.socket) -> None:
        backlog.empty(listener, self._fillers)
        self._waker = socket.socketpair()
        listener.listen(128)
        self._acceptor = threading.Thread(
            target=self._accept, args=(listener, self._waker[0]), name="fault-server", daemon=True
        )
        self._acceptor.start()

    def _accept(self, listener: socket.socket, wakened: socket.socket) -> None:
        listener.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            selector.register(wakened, selectors.EVENT_READ)
            accepted = 0
            while accepted < self._max_connections:
                selector.select()
                if not self._has_room():
                    return
                # A client that has left again makes accept() fail.
                with contextlib.suppress(OSError):
                    self._serve(listener.accept()[0])
                    accepted += 1
        listener.close()

    def _has_room(self) -> bool:
        """Wait until one more connection can be served; False when the server is closing."""
        while not self._closing.is_set():
            self._open = [(thread, wire) for thread, wire in self._open if thread.is_alive()]
            if len(self._open) < MAX_OPEN:
                return True
            self._closing.wait(0.02)
        return False

    def _serve(self, connected: socket.socket) -> None:
        number = self._ledger.add_connection()
        wire = Wire(connected, self._script.hang)
        fault = self._script.fault
        strikes = fault.stage == "accept" and self._ledger.take_fault()
        if strikes and fault.ending != "hang":
            # Here, not in a thread: the sooner it comes, the truer it is.
            end(wire, fault.ending, self._script.hang)
            return
        name = f"fault-connection-{number}"
        if strikes:
            thread = threading.Thread(target=end, args=(wire, "hang", self._script.hang), name=name, daemon=True)
        else:
            place = Place(self.host, self._port, self._script.tls)
            speaker = None if self._speaker is None else self._speaker(place)
            conversation = (wire, self._script, self._ledger, number, speaker)
            thread = threading.Thread(target=play, args=conversation, name=name, daemon=True)
        self._open.append((thread, wire))
        thread.start()


def _speaker(protocol: Protocol, tls: bool) -> type[Speaker] | None:
    if tls and not can_be_secured(protocol):
        raise ValueError(f"{protocol!r} is not spoken over TLS")
    return find_speakers().get(protocol)


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Only for a port that was asked for: with it, two servers could be given the same free port.
        if port and os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener
