"""The settings that an editor sends under `hangup`, and what they make of those of a workspace.

They are written by hand: a value of the wrong type counts as not given. Settings that concern the editor alone, such as
which server to start, are passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec

from hangup.workspace.settings import Settings

logger = logging.getLogger(__name__)

_LISTS = {"select": "select", "extendSelect": "extend_select", "ignore": "ignore"}
_EVERYTHING = "HUP"


class EditorSettings(msgspec.Struct, frozen=True):
    """enable: whether there are findings at all. The others take the place of the workspace's where they are given."""

    enable: bool = True
    select: list[str] | None = None
    extend_select: list[str] | None = None
    ignore: list[str] | None = None
    python: str | None = None

    def over(self, settings: Settings) -> Settings:
        """The workspace's settings with what is given here in place of theirs."""
        given = {name: value for name in (*_LISTS.values(), "python") if (value := getattr(self, name)) is not None}
        return msgspec.structs.replace(settings, **given) if given else settings


def read_settings(table: object) -> EditorSettings | None:
    """Settings from decoded JSON, the section `hangup` itself or an object that holds it; None if nothing is said."""
    section = table.get("hangup", table) if isinstance(table, Mapping) else None
    if not isinstance(section, Mapping) or not section:
        return None
    given: dict[str, list[str]] = {}
    for key, name in _LISTS.items():
        codes = _codes(key, section.get(key))
        if codes is not None:
            given[name] = codes
    enable, python = section.get("enable"), section.get("python")
    return EditorSettings(
        enable=enable if isinstance(enable, bool) else True,
        python=python if isinstance(python, str) and python else None,
        **given,
    )


def _codes(key: str, value: object) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        logger.warning("the setting hangup.%s is not a list of rule codes and is passed over: %r", key, value)
        return None
    return [_EVERYTHING if each.strip().upper() == "ALL" else each.strip().upper() for each in value]
