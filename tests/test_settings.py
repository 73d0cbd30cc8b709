"""Settings: the schema is current and describes every key, severities are followed, the oldest Python is found.

`UPDATE_SCHEMA=1` rewrites the schema.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from hangup.syntax.source import Source
from hangup.workspace import settings_schema as module
from hangup.workspace.settings import Settings, SettingsError, load, parse
from hangup.workspace.settings_schema import settings_schema
from hangup.workspace.workspace import Workspace

SCHEMA = Path(module.__file__).parent / "settings.schema.json"
PROGRAM = "import requests\n\nrequests.get('http://127.0.0.1')\n"


def test_the_schema_is_current() -> None:
    text = json.dumps(settings_schema(), indent=2) + "\n"
    if os.environ.get("UPDATE_SCHEMA") == "1":
        SCHEMA.write_text(text, "utf-8")
    assert SCHEMA.read_text("utf-8") == text


def test_the_schema_describes_every_key() -> None:
    for table in settings_schema()["$defs"].values():
        keys = table["properties"]
        assert keys
        assert [key for key, entry in keys.items() if not entry.get("description")] == []


def test_the_readme_names_every_key() -> None:
    text = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    keys = settings_schema()["$defs"]["Settings"]["properties"]
    assert [key for key in keys if f"`{key}" not in text and f"tool.hangup.{key}]" not in text] == []


def found(table: dict[str, object]) -> dict[str, str]:
    workspace = Workspace(parse(table, "here"))
    workspace.update("main.py", Source.from_text(PROGRAM))
    return {finding.code: finding.severity for finding in workspace.findings("main.py")}


def test_severities_are_those_of_the_settings() -> None:
    assert found({}) == {"HUP101": "warning", "HUP401": "warning"}
    assert found({"severity": {"HUP1": "hint"}}) == {"HUP101": "hint", "HUP401": "warning"}
    longest = {"ALL": "error", "HUP": "hint", "HUP101": "information"}
    assert found({"severity": longest}) == {"HUP101": "information", "HUP401": "hint"}


@pytest.mark.parametrize("table", [{"severity": {"HUP1": "loud"}}, {"severity": {"HUP9999": "hint"}}])
def test_a_severity_that_is_none_is_told(table: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=r"here: .*(loud|HUP9999)"):
        parse(table, "here")


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ('[project]\nrequires-python = ">=3.9,<4"\n', (3, 9)),
        ('[project]\nrequires-python = "~=3.11"\n', (3, 11)),
        ('[tool.poetry.dependencies]\npython = "^3.8"\n', (3, 8)),
        ('[project]\nrequires-python = ">=3.9"\n[tool.hangup]\ntarget-python = "3.12"\n', (3, 12)),
        ('[project]\nname = "x"\n', None),
    ],
)
def test_the_oldest_python(tmp_path: Path, text: str, python: tuple[int, int] | None) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert load(tmp_path).oldest_python == python


def test_a_version_that_is_none_is_told() -> None:
    with pytest.raises(SettingsError, match="no version of Python"):
        parse({"target-python": "new"}, "here")


def test_defaults_fit_the_schema() -> None:
    assert msgspec.convert(msgspec.to_builtins(Settings()), Settings) == Settings()


def test_a_timeout_constant_is_a_name() -> None:
    assert parse({"timeout-constant": "app.settings.HTTP_TIMEOUT"}, "here").timeout_constant
    with pytest.raises(SettingsError, match="is no name"):
        parse({"timeout-constant": "10 s"}, "here")
