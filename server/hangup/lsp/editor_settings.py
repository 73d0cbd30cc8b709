"""The settings that an editor sends under `hangup`, and what they make of those of a workspace.

They are written by hand: a value of the wrong type counts as not given. Settings that concern the editor alone, such as
which server to start, are passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import get_args

import msgspec

from hangup.rules.finding import Severity
from hangup.workspace.settings import Settings, unknown_codes

logger = logging.getLogger(__name__)

_LISTS = {"select": "select", "extendSelect": "extend_select", "ignore": "ignore"}
_TEXTS = {"python": "python", "timeoutConstant": "timeout_constant"}
_EVERYTHING = "HUP"


class EditorSettings(msgspec.Struct, frozen=True):
    """enable: whether there are findings at all. severity goes before the workspace's code by code. The others take the
    place of the workspace's where they are given."""

    enable: bool = True
    select: list[str] | None = None
    extend_select: list[str] | None = None
    ignore: list[str] | None = None
    python: str | None = None
    timeout_constant: str | None = None
    severity: dict[str, Severity] = {}

    def over(self, settings: Settings) -> Settings:
        """The workspace's settings with what is given here in place of theirs."""
        names = (*_LISTS.values(), *_TEXTS.values())
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        if self.severity:
            given["severity"] = {**settings.severity, **self.severity}
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
    texts = {name: text for key, name in _TEXTS.items() if isinstance(text := section.get(key), str) and text}
    enable = section.get("enable")
    return EditorSettings(
        enable=enable if isinstance(enable, bool) else True,
        select=given.get("select"),
        extend_select=given.get("extend_select"),
        ignore=given.get("ignore"),
        python=texts.get("python"),
        timeout_constant=texts.get("timeout_constant"),
        severity=_severities(section.get("severity")),
    )


def _severities(table: object) -> dict[str, Severity]:
    """Codes to severities; those that are none are passed over."""
    found: dict[str, Severity] = {}
    for code, severity in table.items() if isinstance(table, Mapping) else ():
        name = code.strip().upper() if isinstance(code, str) else ""
        if severity not in get_args(Severity) or not name or unknown_codes([name]):
            logger.warning("the setting hangup.severity is passed over for %r: %r", code, severity)
            continue
        found[name] = severity
    return found


def _codes(key: str, value: object) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        logger.warning("the setting hangup.%s is not a list of rule codes and is passed over: %r", key, value)
        return None
    return [_EVERYTHING if each.strip().upper() == "ALL" else each.strip().upper() for each in value]
