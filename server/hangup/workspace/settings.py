"""The settings of a workspace: `[tool.hangup]` of pyproject.toml, or hangup.toml, or what an editor sends."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import msgspec
import tomli

from hangup.rules.finding import Severity
from hangup.rules.registry import rules
from hangup.workspace.dependencies import declared, required
from hangup.workspace.files import is_excluded

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_VERSION = re.compile(r"(\d+)\.(\d+)")
_REQUIRED = re.compile(r"(?:>=|>|\^|~=|~|==)\s*(\d+\.\d+)")
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
    target_python: the oldest Python that the project runs on ("3.9"); what pyproject.toml requires where it is not
    given.
    severity: rule codes, or beginnings of them, to the severity that their findings are given; the longest one decides.
    timeout_constant: what the fix for HUP401 gives as a time limit in place of a number, as a name that is bound in the
    file (`HTTP_TIMEOUT`) or a dotted one that is imported (`app.settings.HTTP_TIMEOUT`).
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
    target_python: str | None = None
    severity: dict[str, Severity] = {}
    timeout_constant: str | None = None
    retry: RetrySettings = RetrySettings()
    dependencies: list[str] = []

    @property
    def oldest_python(self) -> tuple[int, int] | None:
        """`target_python` as (major, minor); None where it says nothing."""
        match = _VERSION.match(self.target_python or "")
        return (int(match.group(1)), int(match.group(2))) if match is not None else None

    def wants(self, code: str, path: str = "") -> bool:
        """Whether a rule is reported on, in a file. The longest beginning of its code that is named decides."""
        file = PurePosixPath(path)
        of_file = [c for pattern, codes in self.per_file_ignores.items() if is_excluded(file, [pattern]) for c in codes]
        # Who asks for retries without chance in their wait is not told about them.
        asked = [] if self.retry.jitter else ["HUP305"]
        return _named(code, [*self.select, *self.extend_select]) > _named(code, [*self.ignore, *of_file, *asked])

    def wants_all(self, beginning: str, path: str = "") -> bool:
        """Whether every rule whose code begins so is reported on in a file; false if there is none."""
        codes = [rule.code for rule in rules() if rule.code.startswith(beginning)]
        return bool(codes) and all(self.wants(code, path) for code in codes)

    def severity_of(self, code: str) -> Severity | None:
        """The severity that the settings give a rule; None if they say nothing."""
        named = [each for each in self.severity if code.startswith(each) or each == "ALL"]
        return self.severity[max(named, key=lambda each: 0 if each == "ALL" else len(each))] if named else None


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
        target_python=settings.target_python or _required_python(project),
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


def _required_python(project: dict[str, Any]) -> str | None:
    """The oldest Python that a pyproject.toml requires."""
    places = (
        (_table(project, "project"), "requires-python"),
        (_table(project, "tool", "poetry", "dependencies"), "python"),
    )
    for table, key in places:
        required = table.get(key) if table is not None else None
        match = _REQUIRED.search(required) if isinstance(required, str) else None
        if match is not None:
            return match.group(1)
    return None


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
    if settings.target_python is not None and settings.oldest_python is None:
        raise SettingsError(f'{origin}: {settings.target_python!r} is no version of Python, as "3.10" is one')
    if settings.timeout_constant is not None and not _DOTTED.fullmatch(settings.timeout_constant):
        raise SettingsError(
            f'{origin}: {settings.timeout_constant!r} is no name, as "app.settings.HTTP_TIMEOUT" is one'
        )
    of_files = [code for codes in settings.per_file_ignores.values() for code in codes]
    unknown = unknown_codes(
        [*settings.select, *settings.extend_select, *settings.ignore, *of_files, *settings.severity]
    )
    if unknown:
        raise SettingsError(f"{origin}: no rule's code begins with {unknown[0]!r}")
    return settings


def unknown_codes(beginnings: list[str]) -> list[str]:
    """Those of some rule codes, or beginnings of them, that name no rule: most likely slips of the pen."""
    return [each for each in beginnings if each != "ALL" and not any(rule.code.startswith(each) for rule in rules())]
