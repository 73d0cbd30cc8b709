"""Which programs measure a knowledge file: one for each callable and each fault that can strike it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Template

from hangup.faults import FAULTS
from hangup.knowledge.schema import Call, Class, Pack

_SECURE = "https_"
"""Begins the name of a fault that strikes behind a TLS handshake."""
_OVER_TLS = "+tls"
"""Ends the name of a protocol that is spoken over TLS under every fault (`raw+tls`); then none is named `https_`."""
_PEER = re.compile(r"\bpeer\(")
_LARGE = re.compile(r"\bpayload\b")
_ONLY_NAMED = {"rst_on_reuse", "fin_on_reuse"}
"""They need a program that uses its connection twice."""


class DriveError(ValueError):
    """A program that cannot be made; the message names the call and the reason."""


@dataclass(frozen=True)
class Cell:
    """One callable under one fault.

    entry: the position of its entry in the file. callable: a name of the entry's `match`. drive: the program with
    names filled in. make: what gives `it`; empty for functions. serves: a peer must be served; else the program makes
    its own. tls: over TLS.
    """

    entry: int
    callable: str
    fault: str
    drive: str
    make: str
    protocol: str
    tls: bool
    serves: bool

    @property
    def served(self) -> str:
        """The name of the fault for the fault server."""
        return self.fault.removeprefix(_SECURE)


def plan(pack: Pack, version: str | None = None) -> list[Cell]:
    """All cells of a file that can be measured.

    version: of the library (of Python, for the standard library); entries about others are left out. Raises DriveError.
    """
    calls = [(number, call) for number, call in enumerate(pack.calls) if version is None or _is_about(call, version)]
    return [cell for number, call in calls for cell in _cells(pack, number, call)]


def _is_about(call: Call, version: str) -> bool:
    here = _numbers(version)
    newer = call.since is None or here >= _numbers(call.since)
    return newer and (call.until is None or here[: len(_numbers(call.until))] <= _numbers(call.until))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _cells(pack: Pack, number: int, call: Call) -> Iterator[Cell]:
    if call.drive is None or pack.library.drive is None:
        return
    programs = {"*": call.drive} if isinstance(call.drive, str) else call.drive
    spoken = call.protocol or pack.library.drive.protocol
    protocol = spoken.removesuffix(_OVER_TLS)
    secured = protocol != spoken
    for name in call.match:
        for fault in _faults(programs, protocol, tls=pack.library.drive.tls or secured):
            if secured and fault.startswith(_SECURE):
                continue
            text = programs.get(fault, programs.get("*", ""))
            served = FAULTS.get(fault.removeprefix(_SECURE))
            yield Cell(
                entry=number,
                callable=name,
                fault=fault,
                drive=_filled(text, name),
                make=_make(pack, name),
                protocol=protocol,
                tls=secured or fault.startswith(_SECURE) or (served is not None and served.tls),
                serves=served is not None,
            )


def _faults(programs: dict[str, str], protocol: str, *, tls: bool) -> list[str]:
    named = [fault for fault in programs if fault != "*"]
    common = programs.get("*")
    if common is None:
        return named
    if _PEER.search(common):
        return [*named, *(fault for fault in ("peer_rst", "peer_fin", "peer_hang") if fault not in named)]
    found = []
    for fault in FAULTS.values():
        if protocol not in fault.protocols or (fault.tls and not tls) or fault.name in _ONLY_NAMED:
            continue
        if fault.stage == "upload" and not _LARGE.search(common):
            continue
        found.append(fault.name)
        secure = f"{_SECURE}{fault.name}"
        if tls and secure in SECURE_FAULTS:
            found.append(secure)
    return [*named, *(fault for fault in found if fault not in named)]


SECURE_FAULTS = {
    "https_rst_after_request",
    "https_rst_mid_body",
    "https_fin_before_response",
    "https_fin_mid_body",
}


def _filled(program: str, name: str) -> str:
    owner, _, method = name.partition("#")
    last = method or owner.rpartition(".")[2]
    return Template(program).substitute(call=f"it.{method}" if method else owner, name=last)


def _make(pack: Pack, name: str) -> str:
    owner, _, method = name.partition("#")
    if not method:
        return ""
    waiting = [owner]
    while waiting:
        each = waiting.pop(0)
        entry = pack.classes.get(each, Class())
        if entry.make is not None:
            return entry.make
        waiting += entry.bases
    return ""
