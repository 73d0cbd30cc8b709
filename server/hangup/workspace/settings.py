"""The settings of a workspace: `[tool.hangup]` of pyproject.toml, or hangup.toml, or what an editor sends."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import msgspec
import tomli

from hangup.rules.registry import rules
from hangup.workspace.dependencies import declared, required
from hangup.workspace.files import is_excluded

FILES = ("hangup.toml", "pyproject.toml")


class SettingsError(Exception):
    """Settings that cannot be used; the message names the file and the reason."""


class RetrySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How the fixes write a retry: `[tool.hangup.retry]`.

    attempts: how often the call is made at most. base, cap: seconds; the wait after attempt n (from 0) is at most
    `min(cap, base * 2**n)`. jitter: it is a random part of that. total: seconds after which no attempt is begun, where
    the retry has a deadline.
    """

    attempts: Annotated[int, msgspec.Meta(ge=2, le=100)] = 4
    base: Annotated[float, msgspec.Meta(gt=0)] = 0.5
    cap: Annotated[float, msgspec.Meta(gt=0)] = 30
    jitter: bool = True
    total: Annotated[float, msgspec.Meta(gt=0)] = 60


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What a workspace asks for.

    select: rule codes or beginnings of them (`HUP1`, or "ALL") that are reported; extend_select: more of them.
    ignore: rule codes or beginnings of them that are not.
    exclude: file patterns (relative to the workspace, as in .gitignore without negation) that are not reported on.
    include_tests: report on test files as well.
    knowledge: files of one's own about libraries, relative to the workspace; they go before those of hangup.
    boundaries: functions, by dotted name (`*` stands for any part), that a framework runs: an error that leaves one
    ends there. scripts: those that are run as programs, besides what pyproject.toml says under `[project.scripts]`.
    python: the interpreter, or the folder of the environment, that the programs run with; relative to the workspace.
    Without it, the environment is found by the usual conventions. jedi: ask jedi, within limits, for the types of
    objects that cannot be resolved. follow_packages: work out from their source what
    installed packages raise that no knowledge file speaks for.
    per_file_ignores: file pattern, as in `exclude`, to the codes that are not reported in such files.
    retry: how the fixes write a retry. dependencies: distributions that the project depends on, besides those that
    pyproject.toml and requirements files name: a fix that needs one of them is preferred to one that does not.
    """

    select: list[str] = msgspec.field(default_factory=lambda: ["HUP"])
    extend_select: list[str] = []
    ignore: list[str] = []
    exclude: list[str] = []
    include_tests: bool = False
    knowledge: list[str] = []
    boundaries: list[str] = []
    scripts: list[str] = []
    python: str | None = None
    jedi: bool = True
    follow_packages: bool = True
    per_file_ignores: dict[str, list[str]] = {}
    retry: RetrySettings = RetrySettings()
    dependencies: list[str] = []

    def wants(self, code: str, path: str = "") -> bool:
        """Whether a rule is reported on, in a file. The longest beginning of its code that is named decides."""
        file = PurePosixPath(path)
        of_file = [c for pattern, codes in self.per_file_ignores.items() if is_excluded(file, [pattern]) for c in codes]
        # Who asks for retries without chance in their wait is not told about them.
        asked = [] if self.retry.jitter else ["HUP305"]
        return _named(code, [*self.select, *self.extend_select]) > _named(code, [*self.ignore, *of_file, *asked])


def _named(code: str, beginnings: list[str]) -> int:
    """The length of the longest beginning of a code that is listed; -1 if none is."""
    return max(
        (0 if each == "ALL" else len(each) for each in beginnings if code.startswith(each) or each == "ALL"), default=-1
    )


def load(root: Path) -> Settings:
    """The settings of the workspace at `root`; hangup.toml goes before pyproject.toml.

    Raises SettingsError when the file that holds them is not valid.
    """
    tables = {name: _read(root / name) for name in FILES if (root / name).is_file()}
    settings = Settings()
    own, project = tables.get("hangup.toml"), tables.get("pyproject.toml", {})
    shared = _table(project, "tool", "hangup")
    if own is not None:
        settings = parse(own, str(root / "hangup.toml"))
    elif shared is not None:
        settings = parse(shared, f"{root / 'pyproject.toml'}: [tool.hangup]")
    return msgspec.structs.replace(
        settings,
        scripts=[*settings.scripts, *_scripts(project)],
        dependencies=[*settings.dependencies, *declared(project), *required(root)],
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomli.loads(path.read_text("utf-8"))
    except (OSError, UnicodeError, tomli.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _table(table: dict[str, Any], *keys: str) -> dict[str, Any] | None:
    found: Any = table
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _scripts(project: dict[str, Any]) -> list[str]:
    """The functions that a pyproject.toml makes commands of, by dotted name."""
    places = (("project", "scripts"), ("project", "gui-scripts"), ("tool", "poetry", "scripts"))
    tables = [_table(project, *keys) for keys in places]
    targets = [target for table in tables if table is not None for target in table.values()]
    return [target.partition("[")[0].strip().replace(":", ".") for target in targets if isinstance(target, str)]


def parse(table: dict[str, Any], origin: str) -> Settings:
    """Settings from a table. Raises SettingsError, naming `origin`, the key and the reason."""
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{origin}: {error}") from error
    of_files = [code for codes in settings.per_file_ignores.values() for code in codes]
    unknown = unknown_codes([*settings.select, *settings.extend_select, *settings.ignore, *of_files])
    if unknown:
        raise SettingsError(f"{origin}: no rule's code begins with {unknown[0]!r}")
    return settings


def unknown_codes(beginnings: list[str]) -> list[str]:
    """Those of some rule codes, or beginnings of them, that name no rule: most likely slips of the pen."""
    return [each for each in beginnings if each != "ALL" and not any(rule.code.startswith(each) for rule in rules())]
