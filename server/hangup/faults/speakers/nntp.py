"""NNTP: greeting, reader mode, any log-in, and groups with one article, the server's answer.

It posts nothing. No STARTTLS: with `tls` the whole connection is behind TLS.
"""

from __future__ import annotations

from ..lines import dotted, read_dotted, read_line
from ..speech import Message, Place, Reply, Speaker

_ID = b"<1@fault.invalid>"
_OVERVIEW_FIELDS = b"Subject:\nFrom:\nDate:\nMessage-ID:\nReferences:\n:bytes\n:lines"
_OVERVIEW = b"1\tsubject\tfrom@fault.invalid\tMon, 01 Jan 2024 00:00:00 GMT\t" + _ID + b"\t\t10\t1"


class Nntp(Speaker):
    """NNTP on one connection."""

    schemes = ("nntp", "nntps")

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._posting = ""

    def greeting(self) -> bytes:
        """The server is ready, and posting is allowed."""
        return b"200 ready\r\n"

    def next_message(self, received: bytearray) -> Message | None:
        """Read a command, or the whole article after POST and IHAVE."""
        if self._posting:
            article = read_dotted(received)
            if article is None:
                return None
            name, self._posting = self._posting, ""
            return Message(article[1], name, reply=b"240 posted\r\n" if name == "POST" else b"235 taken\r\n")
        line = read_line(received)
        if line is None:
            return None
        text, size = line
        words = text.decode("utf-8", "replace").split()
        name = words[0].upper() if words else ""
        argument = words[1] if len(words) > 1 else ""
        if name == "QUIT":
            return Message(size, name, kind="step", reply=b"205 bye\r\n", then="leave")
        if name in ("POST", "IHAVE"):
            self._posting = name
            return Message(size, kind="step", reply=b"340 go on\r\n" if name == "POST" else b"335 go on\r\n")
        if name == "CAPABILITIES":
            told = b"101 follow\r\nVERSION 2\r\nREADER\r\nPOST\r\nOVER\r\nLIST ACTIVE\r\n.\r\n"
            return Message(size, name, kind="setup", reply=told)
        if name == "MODE":
            return Message(size, name, kind="setup", reply=b"200 ready\r\n")
        if name == "AUTHINFO":
            return Message(size, name, kind="setup", reply=b"381 go on\r\n" if argument == "user" else b"281 in\r\n")
        if argument.upper() == "OVERVIEW.FMT":
            return Message(size, name, argument, "step", b"215 follow\r\n" + dotted(_OVERVIEW_FIELDS))
        return Message(size, name, argument, reply=_reply(name, argument.encode()))


SPEAKER = Nntp


def _reply(name: str, argument: bytes) -> Reply:
    found = b" 1 " + _ID + b"\r\n"
    known: dict[str, Reply] = {
        "GROUP": b"211 1 1 1 " + argument + b"\r\n",
        "LISTGROUP": b"211 1 1 1 " + argument + b"\r\n1\r\n.\r\n",
        "ARTICLE": lambda payload: b"220" + found + dotted(payload),
        "HEAD": b"221" + found + b"Subject: subject\r\n.\r\n",
        "BODY": lambda payload: b"222" + found + dotted(payload),
        "STAT": b"223" + found,
        "NEXT": b"223" + found,
        "LAST": b"223" + found,
        "LIST": b"215 follow\r\ngroup 1 1 y\r\n.\r\n",
        "NEWGROUPS": b"231 follow\r\n.\r\n",
        "NEWNEWS": b"230 follow\r\n" + _ID + b"\r\n.\r\n",
        "OVER": b"224 follow\r\n" + dotted(_OVERVIEW),
        "XOVER": b"224 follow\r\n" + dotted(_OVERVIEW),
        "HDR": b"225 follow\r\n1 subject\r\n.\r\n",
        "XHDR": b"221 follow\r\n1 subject\r\n.\r\n",
        "DATE": b"111 20240101000000\r\n",
        "HELP": b"100 none\r\n.\r\n",
    }
    return known.get(name, b"500 no such command\r\n")
