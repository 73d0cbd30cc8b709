"""The environment of a workspace is found by the conventions of those who make environments."""

from __future__ import annotations

import base64
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hangup.workspace.installed.distributions import Distributions
from hangup.workspace.installed.environment import environment_at, find_environment
from hangup.workspace.loading import load_workspace
from hangup.workspace.settings import Settings
from installations import SDK, SITE, environment, findings


def _active(root: Path, folder: Path) -> dict[str, str]:
    return {"VIRTUAL_ENV": str(folder)}


def _pdm(root: Path, folder: Path) -> dict[str, str]:
    (folder / "bin").mkdir()
    (folder / "bin" / "python").write_text("", "utf-8")
    (root / ".pdm-python").write_text(f"{folder}/bin/python\n", "utf-8")
    return {}


def _poetry(root: Path, folder: Path) -> dict[str, str]:
    (root / "pyproject.toml").write_text("[tool.poetry]\nname = 'My App'\n", "utf-8")
    digest = base64.urlsafe_b64encode(hashlib.sha256(str(root).encode()).digest()).decode()[:8]
    target = root.parent / "cache" / "virtualenvs" / f"my_app-{digest}-py3.12"
    target.parent.mkdir(parents=True)
    folder.rename(target)
    return {"POETRY_CACHE_DIR": str(root.parent / "cache")}


def _pipenv(root: Path, folder: Path) -> dict[str, str]:
    (root / "Pipfile").write_text("", "utf-8")
    home = root.parent / "envs"
    home.mkdir()
    folder.rename(home / "app-abc")
    (home / "app-abc" / ".project").write_text(str(root), "utf-8")
    return {"WORKON_HOME": str(home)}


def _pyenv(root: Path, folder: Path) -> dict[str, str]:
    (root / ".python-version").write_text("3.12\n", "utf-8")
    target = root.parent / "pyenv" / "versions" / "3.12.4"
    target.parent.mkdir(parents=True)
    folder.rename(target)
    return {"PYENV_ROOT": str(root.parent / "pyenv")}


def _conda(root: Path, folder: Path) -> dict[str, str]:
    (root / "environment.yml").write_text("name: forecast\ndependencies:\n  - requests\n", "utf-8")
    target = root.parent / "miniconda3" / "envs" / "forecast"
    target.parent.mkdir(parents=True)
    folder.rename(target)
    return {"HOME": str(root.parent)}


@pytest.mark.parametrize("convention", [_active, _pdm, _poetry, _pipenv, _pyenv, _conda])
def test_environments_are_found_by_their_conventions(
    tmp_path: Path, convention: Callable[[Path, Path], dict[str, str]]
) -> None:
    root = tmp_path / "work"
    root.mkdir()
    folder = environment(tmp_path / "elsewhere", SDK)
    found = find_environment(root, None, {"HOME": str(tmp_path), **convention(root, folder)})
    assert found is not None
    assert found.python == (3, 12)
    assert Distributions(found).package("weather") is not None


def test_one_in_the_workspace_and_one_that_is_named(tmp_path: Path) -> None:
    environment(tmp_path / ".venv", SDK, version="3.12.0")
    other = environment(tmp_path / "other", {}, version="3.12.9")
    (other / "bin").mkdir()
    (other / "bin" / "python").write_text("", "utf-8")
    found = find_environment(tmp_path, None, {})
    assert found is not None
    assert found.prefix == tmp_path / ".venv"
    for chosen in ("other", "other/bin/python", str(other)):
        named = find_environment(tmp_path, chosen, {"VIRTUAL_ENV": str(tmp_path / ".venv")})
        assert named is not None
        assert (named.prefix, named.is_chosen) == (other, True)


def test_without_any_it_is_the_one_hangup_runs_in(tmp_path: Path) -> None:
    found = find_environment(tmp_path, "nowhere", {})
    assert found is not None
    assert (found.prefix, found.is_chosen) == (Path(sys.prefix), False)
    assert Distributions(found).versions["msgspec"]
    assert environment_at(tmp_path, "") is None


def test_a_missing_environment_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import requests\n", "utf-8")
    told: list[str] = []
    load_workspace(tmp_path, Settings(python="no/such"), told.append)
    assert len(told) == 1
    assert "no/such" in told[0]


def test_links_to_other_folders_are_followed(tmp_path: Path) -> None:
    root, linked = tmp_path / "work", tmp_path / "linked"
    place = environment(root / ".venv", {})
    for name, text in SDK.items():
        (linked / name).parent.mkdir(parents=True, exist_ok=True)
        (linked / name).write_text(text, "utf-8")
    (place / SITE / "weather.pth").write_text(f"{linked}\n", "utf-8")
    assert len(findings(root, "import weather\n\nweather.fetch('k')\n")) == 1
