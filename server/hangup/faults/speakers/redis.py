"""Redis: RESP2, and RESP3 after `HELLO 3`; pipelines, `MULTI`, subscriptions, the set-up of a cluster of one node.

It stores nothing: a key's value is the server's answer. No Sentinel, no scripts, no streams of any length.
"""

from __future__ import annotations

from collections.abc import Callable

from ..speech import Message, Place, Speaker

_SETUP = {"HELLO", "AUTH", "SELECT", "CLIENT", "COMMAND", "CLUSTER", "READONLY"}
_STEPS = {"MULTI", "WATCH", "UNWATCH", "DISCARD", "UNSUBSCRIBE", "PUNSUBSCRIBE", "RESET"}
_SHAPES = {
    "value": "GET GETDEL GETEX GETSET HGET LPOP RPOP LINDEX SPOP SRANDMEMBER LMOVE RPOPLPUSH BRPOPLPUSH",
    "count": "DEL UNLINK EXISTS INCR DECR INCRBY DECRBY EXPIRE PEXPIRE EXPIREAT PERSIST TTL PTTL TOUCH SETNX APPEND "
    "STRLEN HSET HSETNX HDEL HLEN HEXISTS HINCRBY LPUSH RPUSH LPUSHX RPUSHX LLEN LREM LINSERT SADD SREM SCARD "
    "SISMEMBER SMOVE ZADD ZREM ZCARD ZCOUNT ZRANK PUBLISH SPUBLISH DBSIZE SETBIT GETBIT BITCOUNT PFADD PFCOUNT XLEN "
    "XACK XDEL XTRIM EVAL EVALSHA FCALL WAIT COPY RENAMENX MOVE",
    "list": "KEYS SMEMBERS LRANGE HKEYS HVALS HMGET ZRANGE ZREVRANGE ZRANGEBYSCORE SINTER SUNION SDIFF SORT",
    "empty": "XRANGE XREVRANGE XPENDING XCLAIM SLOWLOG GEOPOS",
    "pair": "BLPOP BRPOP",
    "scan": "SCAN SSCAN HSCAN ZSCAN",
    "nothing": "XREAD XREADGROUP BZPOPMIN BZPOPMAX",
    "null": "ZSCORE LPOS GEODIST",
    "ok": "SET MSET SETEX PSETEX LSET LTRIM RENAME HMSET",
}
_SHAPE = {name: shape for shape, names in _SHAPES.items() for name in names.split()}
"""What the reply to a command looks like; "+OK" for one that is not named."""

_BINDING = "_kombu.binding."
_OK = b"+OK\r\n"
_INFO = b"# Server\r\nredis_version:7.2.0\r\nredis_mode:standalone\r\nrole:master\r\nloading:0\r\n"


class Redis(Speaker):
    """Redis on one connection."""

    schemes = ("redis", "rediss")

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._version = 2
        self._queued: list[Callable[[bytes], bytes]] | None = None
        self._channels = 0

    def next_message(self, received: bytearray) -> Message | None:
        """Read a command: an array of strings, or a line of words."""
        read = _read_command(received)
        if read is None:
            return None
        words, size = read
        name = words[0].decode("ascii").upper() if words else ""
        argument = words[1].decode("utf-8", "replace") if len(words) > 1 else ""
        if not name:
            return Message(size, kind="step")
        if name == "QUIT":
            return Message(size, name, kind="step", reply=_OK, then="leave")
        if name in _SETUP:
            return Message(size, name, argument, "setup", self._set_up(name, words))
        if name in _STEPS:
            return Message(size, name, argument, "step", self._step(name, words))
        if name == "SMEMBERS" and argument.startswith(_BINDING):
            # Kombu looks up which queues an exchange has before it sends: one, of the same name.
            queue = argument.removeprefix(_BINDING).encode()
            return Message(size, name, argument, "step", _array(_bulk(queue + b"\x06\x16\x06\x16" + queue)))
        if name == "EXEC":
            return Message(size, name, argument, reply=self._execute())
        reply = self._reply(name, words)
        if self._queued is not None:
            self._queued.append(reply)
            return Message(size, name, argument, "step", b"+QUEUED\r\n")
        return Message(size, name, argument, reply=reply)

    def _set_up(self, name: str, words: list[bytes]) -> bytes:
        second = words[1].upper() if len(words) > 1 else b""
        if name == "HELLO":
            if second == b"3":
                self._version = 3
            facts = (b"server", b"redis", b"version", b"7.2.0", b"mode", b"standalone", b"role", b"master")
            known = b"".join(map(_bulk, facts)) + _bulk(b"proto") + _number(self._version)
            known += _bulk(b"id") + _number(1) + _bulk(b"modules") + _array()
            return (b"%7\r\n" if self._version == 3 else b"*14\r\n") + known
        if name == "CLIENT" and second in (b"ID", b"GETREDIR"):
            return _number(1)
        if name == "CLIENT" and second in (b"LIST", b"INFO"):
            return _bulk(b"id=1 addr=127.0.0.1:1 name= db=0\n")
        if name == "CLIENT" and second == b"MAINT_NOTIFICATIONS":
            return b"-ERR unknown subcommand\r\n"
        if name == "CLUSTER":
            return self._cluster(second)
        return _described_commands() if name == "COMMAND" else _OK

    def _cluster(self, question: bytes) -> bytes:
        if question == b"SLOTS":
            node = _array(_bulk(self.place.host.encode()), _number(self.place.port), _bulk(b"0" * 40))
            return _array(_array(_number(0), _number(16_383), node))
        return _bulk(b"cluster_enabled:1\r\ncluster_state:ok\r\n")

    def _step(self, name: str, words: list[bytes]) -> bytes:
        if name == "MULTI":
            self._queued = []
        if name == "DISCARD":
            self._queued = None
        if name.endswith("UNSUBSCRIBE"):
            self._channels = 0
            left = words[1:] or [b""]
            return b"".join(self._push(name.lower().encode(), channel, 0) for channel in left)
        return b"+RESET\r\n" if name == "RESET" else _OK

    def _execute(self) -> Callable[[bytes], bytes]:
        queued, self._queued = self._queued or [], None
        return lambda payload: _array(*(reply(payload) for reply in queued))

    def _reply(self, name: str, words: list[bytes]) -> Callable[[bytes], bytes]:
        nothing = b"_\r\n" if self._version == 3 else b"$-1\r\n"
        if name in ("SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"):
            return self._subscribe(name, words[1:])
        if name == "PING" and self._channels and self._version == 2:
            return lambda payload: _array(_bulk(b"pong"), _bulk(b""))
        if name == "HGETALL":
            start = b"%1\r\n" if self._version == 3 else b"*2\r\n"
            return lambda payload: start + _bulk(b"field") + _bulk(payload)
        if name == "CONFIG" and len(words) > 1 and words[1].upper() == b"GET":
            return lambda payload: b"%0\r\n" if self._version == 3 else _array()
        if _SHAPE.get(name) == "nothing":
            return lambda payload: b"_\r\n" if self._version == 3 else b"*-1\r\n"
        return lambda payload: _plain_reply(name, words, payload) or nothing

    def _subscribe(self, name: str, channels: list[bytes]) -> Callable[[bytes], bytes]:
        """Say that each channel is subscribed to, then publish the answer on it."""
        first = self._channels
        self._channels += len(channels)

        def reply(payload: bytes) -> bytes:
            said = [
                self._push(name.lower().encode(), channel, first + number) for number, channel in enumerate(channels, 1)
            ]
            for channel in channels:
                words = [b"pmessage", channel, channel] if name == "PSUBSCRIBE" else [b"message", channel]
                words[0] = b"smessage" if name == "SSUBSCRIBE" else words[0]
                said.append(self._head(len(words) + 1) + b"".join(map(_bulk, [*words, payload])))
            return b"".join(said)

        return reply

    def _push(self, what: bytes, channel: bytes, count: int) -> bytes:
        return self._head(3) + _bulk(what) + _bulk(channel) + _number(count)

    def _head(self, length: int) -> bytes:
        return (b">%d\r\n" if self._version == 3 else b"*%d\r\n") % length


SPEAKER = Redis


def _plain_reply(name: str, words: list[bytes], payload: bytes) -> bytes:
    """The reply to a command that is the same in both versions of the protocol; empty for a null."""
    replies: dict[str, Callable[[], bytes]] = {
        "value": lambda: _bulk(payload),
        "count": lambda: _number(1),
        "list": lambda: _array(_bulk(payload)),
        "pair": lambda: _array(_bulk(words[1]), _bulk(payload)),
        "scan": lambda: _array(_bulk(b"0"), _array()),
        "empty": _array,
        "null": bytes,
    }
    shape = _SHAPE.get(name)
    if shape in replies:
        return replies[shape]()
    if name == "MGET":
        return _array(*(_bulk(payload) for _ in words[1:]))
    known = {
        "PING": _bulk(words[1]) if len(words) > 1 else b"+PONG\r\n",
        "ECHO": _bulk(words[-1]),
        "INFO": _bulk(_INFO),
        "TYPE": b"+string\r\n",
        "TIME": _array(_bulk(b"1700000000"), _bulk(b"0")),
        "XADD": _bulk(b"1700000000000-0"),
        "SCRIPT": _bulk(b"0" * 40) if words[1:2] == [b"LOAD"] else _OK,
    }
    return known.get(name, _OK)


def _described_commands() -> bytes:
    """What a cluster's client wants to know of commands: that the first word is the key."""
    told = [_bulk(name.lower().encode()) + _number(-2) + _array() + _number(1) * 3 for name in _SHAPE]
    return _array(*(b"*6\r\n" + one for one in told))


def _read_command(received: bytearray) -> tuple[list[bytes], int] | None:
    """Return the words of the command at the beginning and its size; None while it is incomplete."""
    line = _read_line(received, 0)
    if line is None:
        return None
    text, at = line
    if not text.startswith(b"*"):
        return text.split(), at
    words: list[bytes] = []
    for _ in range(int(text[1:])):
        line = _read_line(received, at)
        if line is None:
            return None
        text, at = line
        if not text.startswith(b"$"):
            raise ValueError("a command is made of bulk strings")
        end = at + int(text[1:])
        if len(received) < end + 2:
            return None
        words.append(bytes(received[at:end]))
        at = end + 2
    return words, at


def _read_line(received: bytearray, start: int) -> tuple[bytes, int] | None:
    end = received.find(b"\r\n", start, start + 65_536)
    if end < 0 and len(received) - start >= 65_536:
        raise ValueError("the line is too long")
    return None if end < 0 else (bytes(received[start:end]), end + 2)


def _bulk(value: bytes) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(value), value)


def _number(value: int) -> bytes:
    return b":%d\r\n" % value


def _array(*values: bytes) -> bytes:
    return b"*%d\r\n" % len(values) + b"".join(values)
