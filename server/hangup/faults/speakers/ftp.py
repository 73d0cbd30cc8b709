"""FTP: greeting, any log-in, passive transfers, TLS when asked (AUTH TLS); every file holds the server's answer.

It stores nothing and has one folder. No active mode: the server connects to nobody.
"""

from __future__ import annotations

import socket

from ..lines import read_line
from ..speech import Message, Place, Reply, Speaker, Transfer

_SETUP = {"USER": b"331 and the password?\r\n", "PASS": b"230 logged in\r\n", "ACCT": b"230 logged in\r\n"}
_STEPS = {
    "TYPE": b"200 fine\r\n",
    "MODE": b"200 fine\r\n",
    "STRU": b"200 fine\r\n",
    "OPTS": b"200 fine\r\n",
    "CLNT": b"200 fine\r\n",
    "PBSZ": b"200 PBSZ=0\r\n",
    "ALLO": b"202 no need\r\n",
    "SYST": b"215 UNIX Type: L8\r\n",
    "FEAT": b"211-features\r\n EPSV\r\n SIZE\r\n MLST type*;size*;\r\n UTF8\r\n211 end\r\n",
    "REST": b"350 noted\r\n",
    "RNFR": b"350 to what?\r\n",
    "ABOR": b"226 stopped\r\n",
}
_OPERATIONS = {
    "NOOP": b"200 done\r\n",
    "PWD": b'257 "/" is the folder\r\n',
    "CWD": b"250 done\r\n",
    "CDUP": b"250 done\r\n",
    "DELE": b"250 done\r\n",
    "RMD": b"250 done\r\n",
    "RNTO": b"250 done\r\n",
    "MKD": b'257 "/folder" made\r\n',
    "MDTM": b"213 20240101000000\r\n",
    "STAT": b"211 well\r\n",
    "HELP": b"214 none\r\n",
    "SITE": b"200 done\r\n",
    "MLST": b"250-facts\r\n type=file;size=16; /file\r\n250 end\r\n",
}
_LISTINGS = {
    "LIST": b"-rw-r--r-- 1 owner group 16 Jan 01 2024 file\r\n",
    "NLST": b"file\r\n",
    "MLSD": b"type=file;size=16; file\r\n",
}


class Ftp(Speaker):
    """FTP on one connection, and the port for its data connection."""

    schemes = ("ftp", "ftp")
    tls_begins = "when asked"

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._listener: socket.socket | None = None
        self._private = False

    def greeting(self) -> bytes:
        """The server is ready."""
        return b"220 ready\r\n"

    def close(self) -> None:
        """Give the port of the data connection up."""
        if self._listener is not None:
            self._listener.close()

    def next_message(self, received: bytearray) -> Message | None:
        """Read a command."""
        line = read_line(received)
        if line is None:
            return None
        text, size = line
        name, _, argument = text.decode("utf-8", "replace").partition(" ")
        # What interrupts a transfer comes with bytes of Telnet's before it.
        name = name.upper().lstrip("\ufffd")
        if name == "QUIT":
            return Message(size, name, kind="step", reply=b"221 bye\r\n", then="leave")
        if name == "AUTH" and self.place.tls:
            return Message(size, name, kind="step", reply=b"234 go on\r\n", then="tls")
        if name in _SETUP:
            return Message(size, name, kind="setup", reply=_SETUP[name])
        if name in ("PASV", "EPSV"):
            return Message(size, name, kind="step", reply=self._listen(name))
        if name == "PROT":
            self._private = argument.upper() == "P"
            return Message(size, name, kind="step", reply=b"200 fine\r\n")
        if name in ("RETR", "STOR", "STOU", "APPE", *_LISTINGS):
            return self._transfer(name, argument, size)
        if name == "SIZE":
            return Message(size, name, argument, reply=lambda payload: b"213 %d\r\n" % len(payload))
        if name in _OPERATIONS:
            return Message(size, name, argument, reply=_OPERATIONS[name])
        return Message(size, name, kind="step", reply=_STEPS.get(name, b"502 no such command\r\n"))

    def _listen(self, name: str) -> bytes:
        self.close()
        self._listener = socket.create_server((self.place.host, 0), backlog=1)
        port = self._listener.getsockname()[1]
        if name == "EPSV":
            return b"229 here (|||%d|)\r\n" % port
        parts = [*self.place.host.split("."), str(port >> 8), str(port & 0xFF)]
        return f"227 here ({','.join(parts)})\r\n".encode()

    def _transfer(self, name: str, argument: str, size: int) -> Message:
        if self._listener is None:
            return Message(size, name, kind="step", reply=b"425 PASV first\r\n")
        uploads = name in ("STOR", "STOU", "APPE")
        transfer = Transfer(self._listener, uploads, b"150 here it comes\r\n", b"226 all of it\r\n", self._private)
        listing = _LISTINGS.get(name)
        reply: Reply = (lambda payload: payload) if listing is None else listing
        return Message(size, name, argument, reply=reply, transfer=transfer)


SPEAKER = Ftp
