"""NATS: INFO, CONNECT, PING; a subscription gets the server's answer as its one message, and so does a request.

It routes nothing from one client to another. No JetStream, no headers in what it sends.
"""

from __future__ import annotations

import json

from ..lines import read_line
from ..speech import Message, Place, Reply, Speaker


class Nats(Speaker):
    """NATS on one connection."""

    schemes = ("nats", "tls")
    tls_begins = "after the greeting"

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._introduced = False
        self._verbose = b""
        self._inboxes: dict[str, str] = {}

    def greeting(self) -> bytes:
        """What the server is and can."""
        facts = {
            "server_id": "FAULT",
            "server_name": "fault",
            "version": "2.10.0",
            "proto": 1,
            "host": self.place.host,
            "port": self.place.port,
            "headers": True,
            "max_payload": 64_000_000,
            "tls_required": self.place.tls,
        }
        return b"INFO " + json.dumps(facts).encode() + b"\r\n"

    def next_message(self, received: bytearray) -> Message | None:
        """Read a command with its payload. The first PING belongs to the set-up, every later one is a step."""
        line = read_line(received)
        if line is None:
            return None
        text, size = line
        name, _, rest = text.decode("utf-8").partition(" ")
        name, words = name.upper(), rest.split()
        if name == "CONNECT":
            self._verbose = b"+OK\r\n" if json.loads(rest).get("verbose") else b""
            return Message(size, name, kind="setup", reply=self._verbose)
        if name == "PING":
            first, self._introduced = not self._introduced, True
            return Message(size, name, kind="setup" if first else "step", reply=b"PONG\r\n")
        if name in ("PUB", "HPUB"):
            size += int(words[-1]) + 2
            return None if len(received) < size else self._publish(name, words, size)
        if name == "SUB":
            return self._subscribe(words, size)
        if name in ("PONG", "UNSUB"):
            return Message(size, name, kind="step", reply=self._verbose if name == "UNSUB" else b"")
        raise ValueError("not a command")

    def _publish(self, name: str, words: list[str], size: int) -> Message:
        sizes = 1 if name == "PUB" else 2
        inbox = words[1] if len(words) - sizes > 1 else ""
        number = next((self._inboxes[known] for known in self._inboxes if _matches(known, inbox)), "")
        said = self._verbose
        reply: Reply = (lambda payload: said + _message(inbox, number, payload)) if number else said
        return Message(size, name, words[0], reply=reply)

    def _subscribe(self, words: list[str], size: int) -> Message:
        subject, number = words[0], words[-1]
        if subject.startswith("_INBOX."):
            self._inboxes[subject] = number
            return Message(size, "SUB", subject, "step", self._verbose)
        said = self._verbose
        plain = subject.replace("*", "any").replace(">", "any")
        return Message(size, "SUB", subject, reply=lambda payload: said + _message(plain, number, payload))


SPEAKER = Nats


def _matches(known: str, subject: str) -> bool:
    return bool(subject) and (known == subject or (known[-1] in "*>" and subject.startswith(known[:-1])))


def _message(subject: str, number: str, payload: bytes) -> bytes:
    return f"MSG {subject} {number} {len(payload)}\r\n".encode() + payload + b"\r\n"
