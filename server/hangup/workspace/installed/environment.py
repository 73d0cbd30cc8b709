"""Finds the environment in which the programs of a workspace run, by the conventions of those who make environments.

No interpreter is started: what an environment is made of stands in its files.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

_CHOSEN = "named in the settings"
_IN_WORKSPACE = (".venv", "venv", "env", ".env")
_VERSION = re.compile(r"(\d+)\.(\d+)")
_NAME = re.compile(r"^name:\s*['\"]?([\w.-]+)", re.MULTILINE)
_PROJECT_NAME = re.compile(r"""^name\s*=\s*["']([^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class Environment:
    """An environment.

    prefix: its folder. libraries: its folders of installed packages, the first to be looked in first.
    python: its Python's major and minor version. origin: how it was found, as the end of a sentence.
    is_chosen: it is the one that the settings name.
    """

    prefix: Path
    libraries: tuple[Path, ...]
    python: tuple[int, int]
    origin: str
    is_chosen: bool = False


def find_environment(
    root: Path | None, chosen: str | None = None, variables: Mapping[str, str] = os.environ
) -> Environment | None:
    """The environment of a workspace; None if there is none to be found.

    root: the workspace's folder. chosen: an interpreter or an environment's folder, relative to the workspace, that
    goes before all others. variables: of the process that asks. Where nothing else tells, the environment that hangup
    itself runs in.
    """
    for origin, path in _candidates(root, chosen, variables):
        found = environment_at(path, origin)
        if found is not None:
            return replace(found, is_chosen=origin == _CHOSEN)
    return None


def environment_at(path: Path, origin: str) -> Environment | None:
    """The environment of an interpreter, or in a folder; None if that is not one."""
    prefix = path
    if path.is_file():
        prefix = path.parent.parent if path.parent.name.lower() in ("bin", "scripts") else path.parent
    config = _configuration(prefix)
    version = _VERSION.match(config.get("version", config.get("version_info", "")))
    python = (int(version[1]), int(version[2])) if version else None
    found = list(_libraries(prefix, python))
    if not found:
        return None
    python = python or _python_of(found[0], path)
    folders = [folder for folder, _ in found]
    if config.get("include-system-site-packages", "").lower() == "true" and "home" in config:
        above = Path(config["home"])
        folders += [folder for folder, _ in _libraries(above.parent if above.name == "bin" else above, python)]
    linked = [each for folder in folders for each in _linked(folder)]
    return Environment(prefix, tuple(dict.fromkeys([*folders, *linked])), python, origin)


def _candidates(root: Path | None, chosen: str | None, variables: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    if chosen:
        yield _CHOSEN, (root or Path()) / Path(chosen).expanduser()
    if active := variables.get("VIRTUAL_ENV"):
        yield "active (VIRTUAL_ENV)", Path(active)
    if root is not None:
        for name in _IN_WORKSPACE:
            yield f"the workspace's {name}", root / name
        yield from _of_pdm(root)
        yield from _of_poetry(root, variables)
        yield from _of_pipenv(root, variables)
        yield from _of_pyenv(root, variables)
        yield from _of_conda(root, variables)
    if conda := variables.get("CONDA_PREFIX"):
        yield "active (CONDA_PREFIX)", Path(conda)
    yield "the one that hangup runs in", Path(sys.prefix)


def _of_pdm(root: Path) -> Iterator[tuple[str, Path]]:
    interpreter = _first_line(root / ".pdm-python")
    if interpreter:
        yield "PDM's (.pdm-python)", Path(interpreter)
    for folder in sorted(root.glob("__pypackages__/3.*")):
        yield "PDM's (__pypackages__)", folder


def _of_poetry(root: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Poetry names an environment after the project and a digest of the folder."""
    name = _PROJECT_NAME.search(_text(root / "pyproject.toml"))
    if name is None:
        return
    plain = re.sub(r'[ $`!*@"\\\r\n\t]', "_", name[1].lower())[:42]
    digest = hashlib.sha256(os.path.normcase(str(root)).encode()).digest()
    beginning = f"{plain}-{base64.urlsafe_b64encode(digest).decode()[:8]}"
    for folder in _poetry_folders(variables):
        for each in sorted(folder.glob(f"{beginning}-py*"), reverse=True):
            yield "Poetry's", each


def _poetry_folders(variables: Mapping[str, str]) -> list[Path]:
    home = Path(variables.get("HOME", variables.get("USERPROFILE", ".")))
    named = variables.get("POETRY_VIRTUALENVS_PATH")
    cached = variables.get("POETRY_CACHE_DIR")
    folders = [Path(named)] if named else []
    folders += [Path(cached) / "virtualenvs"] if cached else []
    folders.append(Path(variables.get("XDG_CACHE_HOME", home / ".cache")) / "pypoetry" / "virtualenvs")
    folders.append(home / "Library" / "Caches" / "pypoetry" / "virtualenvs")
    folders.append(home / "AppData" / "Local" / "pypoetry" / "Cache" / "virtualenvs")
    return folders


def _of_pipenv(root: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """An environment of Pipenv has a file `.project` that names the folder it is for."""
    if not (root / "Pipfile").is_file():
        return
    home = Path(variables.get("HOME", variables.get("USERPROFILE", ".")))
    folder = Path(variables.get("WORKON_HOME", home / ".local" / "share" / "virtualenvs"))
    for each in sorted(folder.glob("*/.project")):
        if _first_line(each) == str(root):
            yield "Pipenv's", each.parent


def _of_pyenv(root: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    name = variables.get("PYENV_VERSION") or _first_line(root / ".python-version")
    if not name or not re.fullmatch(r"[\w./+-]+", name) or ".." in name:
        return
    home = Path(variables.get("HOME", variables.get("USERPROFILE", ".")))
    versions = Path(variables.get("PYENV_ROOT", home / ".pyenv")) / "versions"
    yield "pyenv's (.python-version)", versions / name
    for each in sorted(versions.glob(f"{name}.*"), reverse=True):
        yield "pyenv's (.python-version)", each


def _of_conda(root: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    name = None
    for file in ("environment.yml", "environment.yaml"):
        name = name or _NAME.search(_text(root / file))
    if name is None:
        return
    home = Path(variables.get("HOME", variables.get("USERPROFILE", ".")))
    roots = [Path(variables["CONDA_EXE"]).parent.parent] if "CONDA_EXE" in variables else []
    roots += [home / each for each in ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba", ".conda")]
    for each in roots:
        yield "conda's (environment.yml)", each / "envs" / name[1]


def _libraries(prefix: Path, python: tuple[int, int] | None) -> Iterator[tuple[Path, tuple[int, int] | None]]:
    """The folders of installed packages below a prefix, each with the Python that its name tells."""
    for pattern in ("lib/python3.*/site-packages", "lib64/python3.*/site-packages", "lib/python3.*/dist-packages"):
        by_version = {_version_in(folder.parent.name): folder for folder in prefix.glob(pattern)}
        for version in sorted((v for v in by_version if v is not None), reverse=True):
            if python is None or version == python:
                yield by_version[version], version
                python = version
    for name in ("Lib/site-packages", "lib/python3/dist-packages", "lib"):
        folder = prefix / name
        if folder.is_dir() and (name != "lib" or prefix.parent.name == "__pypackages__"):
            yield folder, python


def _python_of(found: tuple[Path, tuple[int, int] | None], path: Path) -> tuple[int, int]:
    name = path.resolve().name if path.is_file() else path.name
    return found[1] or _version_in(name) or (sys.version_info.major, sys.version_info.minor)


def _version_in(name: str) -> tuple[int, int] | None:
    match = _VERSION.search(name)
    return (int(match[1]), int(match[2])) if match else None


def _linked(folder: Path) -> Iterator[Path]:
    """The folders that `.pth` files add, as editable installations do; their lines of code are not run."""
    for file in sorted(folder.glob("*.pth")):
        for line in _text(file).splitlines():
            if line.strip() and not line.startswith(("import ", "import\t", "#")):
                path = folder / line.strip()
                if path.is_dir():
                    yield path


def _configuration(prefix: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in _text(prefix / "pyvenv.cfg").splitlines())
    return {key.strip().lower(): value.strip() for key, _, value in lines}


def _first_line(path: Path) -> str:
    lines = _text(path).splitlines()
    return lines[0].strip() if lines else ""


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace") if path.is_file() else ""
    except OSError:
        return ""
