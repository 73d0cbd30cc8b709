"""SMTP: greeting, EHLO, any log-in; the operation is the mail, and the fault strikes when all of it has arrived.

It delivers nothing. No STARTTLS: with `tls` the whole connection is behind TLS.
"""

from __future__ import annotations

from ..lines import read_dotted, read_line
from ..speech import Message, Place, Speaker

_EXTENSIONS = b"250-fault.invalid\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE 64000000\r\n250 AUTH PLAIN LOGIN\r\n"
_STEPS = {
    "MAIL": b"250 sender taken\r\n",
    "RCPT": b"250 recipient taken\r\n",
    "RSET": b"250 forgotten\r\n",
}
_OPERATIONS = {
    "NOOP": b"250 done\r\n",
    "VRFY": b"252 cannot tell\r\n",
    "EXPN": b"252 cannot tell\r\n",
    "HELP": b"214 none\r\n",
}


class Smtp(Speaker):
    """SMTP on one connection."""

    schemes = ("smtp", "smtps")

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._in_mail = False
        self._recipient = ""
        # What is still to be asked for in a log-in.
        self._questions: list[bytes] = []

    def greeting(self) -> bytes:
        """The server's name."""
        return b"220 fault.invalid ESMTP\r\n"

    def next_message(self, received: bytearray) -> Message | None:
        """Read a command, a line of a log-in, or a whole mail."""
        if self._in_mail:
            mail = read_dotted(received)
            if mail is None:
                return None
            self._in_mail = False
            return Message(mail[1], "DATA", self._recipient, reply=b"250 mail taken\r\n")
        line = read_line(received)
        if line is None:
            return None
        text, size = line
        if self._questions:
            return Message(size, "AUTH", kind="setup", reply=self._questions.pop(0))
        name, _, rest = text.decode("utf-8", "replace").partition(" ")
        name = name.upper()
        if name in ("EHLO", "HELO"):
            return Message(size, name, kind="setup", reply=_EXTENSIONS if name == "EHLO" else b"250 hello\r\n")
        if name == "AUTH":
            return Message(size, name, kind="setup", reply=self._log_in(rest))
        if name == "QUIT":
            return Message(size, name, kind="step", reply=b"221 bye\r\n", then="leave")
        if name == "DATA":
            self._in_mail = True
            return Message(size, kind="step", reply=b"354 go on\r\n")
        if name == "RCPT":
            self._recipient = rest.partition(":")[2].strip(" <>")
        if name in _STEPS:
            return Message(size, name, kind="step", reply=_STEPS[name])
        if name in _OPERATIONS:
            return Message(size, name, rest, reply=_OPERATIONS[name])
        return Message(size, name, kind="step", reply=b"502 no such command\r\n")

    def _log_in(self, rest: str) -> bytes:
        mechanism, _, first = rest.partition(" ")
        done = b"235 logged in\r\n"
        self._questions = [b"334 UGFzc3dvcmQ6\r\n", done] if mechanism.upper() == "LOGIN" else [done]
        if first:
            return self._questions.pop(0)
        return b"334 VXNlcm5hbWU6\r\n" if mechanism.upper() == "LOGIN" else b"334 \r\n"


SPEAKER = Smtp
