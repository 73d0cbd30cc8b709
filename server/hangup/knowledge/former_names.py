"""Names that modules had in Python 2, or have in compatibility and vendored packages."""

from __future__ import annotations

from functools import lru_cache

import msgspec
import tomli

from hangup.knowledge.packs import HERE


class _File(msgspec.Struct, forbid_unknown_fields=True):
    names: dict[str, str]


def present_name(name: str) -> str:
    """The name that something has today: `urllib2.urlopen` is `urllib.request.urlopen`."""
    if name.partition(".")[0] not in _roots():
        return name
    names, head, tail = _names(), name, ""
    while head:
        if (present := names.get(head)) is not None:
            return present + tail
        head, _, last = head.rpartition(".")
        tail = f".{last}{tail}"
    return name


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    text = (HERE / "former_names.toml").read_text("utf-8")
    return msgspec.convert(tomli.loads(text), _File).names


@lru_cache(maxsize=1)
def _roots() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in _names())
