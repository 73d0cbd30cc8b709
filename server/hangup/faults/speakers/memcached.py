"""Memcached's text protocol, with the commonest of its meta commands: every key has the server's answer as its value.

It stores nothing. No binary protocol, no log-in.
"""

from __future__ import annotations

from ..lines import read_line
from ..speech import Message, Reply, Speaker

_STORES = {"set": 4, "add": 4, "replace": 4, "append": 4, "prepend": 4, "cas": 4, "ms": 2}
"""Commands that data follow, and the word that tells how many bytes."""
_REPLIES = {
    "delete": b"DELETED\r\n",
    "touch": b"TOUCHED\r\n",
    "incr": b"1\r\n",
    "decr": b"1\r\n",
    "flush_all": b"OK\r\n",
    "verbosity": b"OK\r\n",
    "cache_memlimit": b"OK\r\n",
    "version": b"VERSION 1.6.0\r\n",
    "stats": b"STAT pid 1\r\nEND\r\n",
    "md": b"HD\r\n",
    "mn": b"MN\r\n",
}


class Memcached(Speaker):
    """Memcached on one connection."""

    schemes = ("memcached", "memcacheds")
    has_setup = False

    def next_message(self, received: bytearray) -> Message | None:
        """Read a command with its data."""
        line = read_line(received)
        if line is None:
            return None
        text, size = line
        words = text.decode("utf-8", "replace").split()
        name = words[0] if words else ""
        key = words[1] if len(words) > 1 else ""
        if name in _STORES:
            size += int(words[_STORES[name]]) + 2
            if len(received) < size:
                return None
        if name == "quit":
            return Message(size, name, kind="step", then="leave")
        return Message(size, name, key, reply=b"" if words[-1] == "noreply" else _reply(name, words))


SPEAKER = Memcached


def _reply(name: str, words: list[str]) -> Reply:
    if name in ("get", "gets", "gat", "gats"):
        keys = [word.encode() for word in words[1 if name.startswith("get") else 2 :]]
        unique = b" 1" if name.endswith("s") else b""
        return lambda payload: (
            b"".join(b"VALUE %b 0 %d%b\r\n%b\r\n" % (key, len(payload), unique, payload) for key in keys) + b"END\r\n"
        )
    if name == "mg":
        return lambda payload: b"VA %d\r\n%b\r\n" % (len(payload), payload)
    if name in _STORES:
        return b"HD\r\n" if name == "ms" else b"STORED\r\n"
    return _REPLIES.get(name, b"ERROR\r\n")
