"""Finds and reads knowledge files. A file is parsed when something in it is first asked for, not before."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec
import tomli
from msgspec import structs

from hangup.knowledge.schema import Boundary, Call, Errno, Fault, Override, Pack, Registration

HERE = Path(__file__).parent
_IMPORTS = re.compile(rb"^imports\s*=\s*\[([^\]]*)\]", re.MULTILINE)
_QUOTED = re.compile(rb"\"([^\"]*)\"")
_HEADER = 4096

T = TypeVar("T")

_PROVIDED: dict[Path, Pack] = {}


class PackError(Exception):
    """A knowledge file that cannot be used; the message names the file and the reason."""


class _Faults(msgspec.Struct, forbid_unknown_fields=True):
    faults: dict[str, Fault]


class Handovers(msgspec.Struct, forbid_unknown_fields=True):
    """`boundaries.toml`: where functions are handed over to be run by somebody else."""

    boundaries: list[Boundary]
    overrides: list[Override]
    registrations: list[Registration]


class _Errnos(msgspec.Struct, forbid_unknown_fields=True):
    errnos: dict[str, Errno]


def index(directory: Path = HERE / "libraries") -> dict[str, Path]:
    """Import root to file, for every file in a directory. Reads only the head of each.

    Raises PackError for a file without `imports` in its head.
    """
    found: dict[str, Path] = {}
    for path in sorted(directory.glob("*.toml")):
        with path.open("rb") as file:
            match = _IMPORTS.search(file.read(_HEADER))
        if match is None:
            raise PackError(f"{path}: no `imports = [...]` in its first {_HEADER} bytes")
        for name in _QUOTED.findall(match.group(1)):
            found[name.decode()] = path
    return found


def index_with(own: Iterable[Path]) -> tuple[dict[str, Path], list[str]]:
    """The index of the files that come with hangup and of somebody's `own`, which go before them.

    Also sentences about files that cannot be used, with the place and the reason; those are left out, no more.
    """
    found = index()
    problems: list[str] = []
    for path in own:
        try:
            pack = read_pack(path)
        except PackError as error:
            problems.append(str(error))
            continue
        unknown = {fault for call in pack.calls for fault in (*call.raises, *call.silent)} - set(read_faults())
        if unknown:
            problems.append(f"{path}: there is no fault {min(unknown)!r}")
            continue
        found.update(dict.fromkeys(pack.library.imports, path))
    return found, problems


@cache
def read_pack(path: Path) -> Pack:
    """The knowledge file at `path`, shared cells written out in each entry.

    Raises PackError with the place and the reason when it is not valid.
    """
    pack = _PROVIDED.get(path) or read_as_written(path)
    if not any(call.behaviour for call in pack.calls):
        return pack
    return structs.replace(pack, calls=[_with_shared_cells(path, pack, call) for call in pack.calls])


def provide(pack: Pack) -> Path:
    """Make a pack that is in no file readable by `read_pack`, and give the path that stands for it."""
    digest = hashlib.blake2b(msgspec.msgpack.encode(pack), digest_size=8).hexdigest()
    path = Path(f"{pack.library.name}, derived, {digest}")
    _PROVIDED[path] = pack
    return path


def read_as_written(path: Path) -> Pack:
    """The knowledge file at `path` with shared cells apart. Raises PackError."""
    return _read(path, Pack)


@lru_cache(maxsize=1)
def read_faults() -> dict[str, Fault]:
    """All faults by name."""
    return _read(HERE / "faults.toml", _Faults).faults


@lru_cache(maxsize=1)
def read_errnos() -> dict[str, Errno]:
    """The errno symbols of the network family, by name."""
    return _read(HERE / "errnos.toml", _Errnos).errnos


@lru_cache(maxsize=1)
def read_boundaries() -> Handovers:
    """Where a function is handed over to be run by somebody else."""
    return _read(HERE / "boundaries.toml", Handovers)


@lru_cache(maxsize=1)
def read_builtins() -> Pack:
    """Python's builtin exceptions."""
    return _read(HERE / "builtins.toml", Pack)


def read_page(name: str) -> str | None:
    """The Markdown page about an exception class, by its qualified name; None if there is none."""
    path = HERE / "pages" / f"{name}.md"
    return path.read_text("utf-8") if path.is_file() else None


def _with_shared_cells(path: Path, pack: Pack, call: Call) -> Call:
    """Own cells go before shared ones: a fault that an entry raises for is not silent, unless it says both itself."""
    if call.behaviour is None:
        return call
    shared = pack.behaviours.get(call.behaviour)
    if shared is None:
        raise PackError(f"{path}: {call.match[0]}: there is no behaviour {call.behaviour!r}")
    own = {*call.raises, *call.silent}
    raises = {fault: names for fault, names in shared.raises.items() if fault not in own}
    silent = {fault: text for fault, text in shared.silent.items() if fault not in own}
    return structs.replace(call, raises=raises | call.raises, silent=silent | call.silent)


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(tomli.loads(path.read_text("utf-8")), kind)
    except (OSError, UnicodeError, tomli.TOMLDecodeError, msgspec.ValidationError) as error:
        raise PackError(f"{path}: {error}") from error
