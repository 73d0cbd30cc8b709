"""The settings of a workspace: `[tool.hangup]` of pyproject.toml, or hangup.toml, or what an editor sends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import tomli

from hangup.rules.registry import rules

FILES = ("hangup.toml", "pyproject.toml")


class SettingsError(Exception):
    """Settings that cannot be used; the message names the file and the reason."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What a workspace asks for.

    select: rule codes or beginnings of them (`HUP1`, or "ALL") that are reported; extend_select: more of them.
    ignore: rule codes or beginnings of them that are not.
    exclude: file patterns (relative to the workspace, as in .gitignore without negation) that are not reported on.
    include_tests: report on test files as well.
    knowledge: files of one's own about libraries, relative to the workspace; they go before those of hangup.
    """

    select: list[str] = msgspec.field(default_factory=lambda: ["HUP"])
    extend_select: list[str] = []
    ignore: list[str] = []
    exclude: list[str] = []
    include_tests: bool = False
    knowledge: list[str] = []

    def wants(self, code: str) -> bool:
        """Whether findings of a rule are reported. The longest beginning of the code that is named decides."""
        return _named(code, [*self.select, *self.extend_select]) > _named(code, self.ignore)


def _named(code: str, beginnings: list[str]) -> int:
    """The length of the longest beginning of a code that is listed; -1 if none is."""
    return max(
        (0 if each == "ALL" else len(each) for each in beginnings if code.startswith(each) or each == "ALL"), default=-1
    )


def load(root: Path) -> Settings:
    """The settings of the workspace at `root`; hangup.toml goes before pyproject.toml.

    Raises SettingsError when the file that holds them is not valid.
    """
    for name in FILES:
        path = root / name
        if not path.is_file():
            continue
        try:
            table = tomli.loads(path.read_text("utf-8"))
        except (OSError, UnicodeError, tomli.TOMLDecodeError) as error:
            raise SettingsError(f"{path}: {error}") from error
        found = table if name == "hangup.toml" else table.get("tool", {}).get("hangup")
        if found is not None:
            return parse(found, str(path) if name == "hangup.toml" else f"{path}: [tool.hangup]")
    return Settings()


def parse(table: dict[str, Any], origin: str) -> Settings:
    """Settings from a table. Raises SettingsError, naming `origin`, the key and the reason."""
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{origin}: {error}") from error
    unknown = unknown_codes([*settings.select, *settings.extend_select, *settings.ignore])
    if unknown:
        raise SettingsError(f"{origin}: no rule's code begins with {unknown[0]!r}")
    return settings


def unknown_codes(beginnings: list[str]) -> list[str]:
    """Those of some rule codes, or beginnings of them, that name no rule: most likely slips of the pen."""
    return [each for each in beginnings if each != "ALL" and not any(rule.code.startswith(each) for rule in rules())]
