"""What is installed in an environment: the version of a distribution, and the files behind an import."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hangup.knowledge.presence import normalised
from hangup.workspace.installed.environment import Environment

_METADATA = re.compile(r"(?P<name>[A-Za-z0-9][\w.]*?)-(?P<version>\d[^-]*?)(?:-py\d.*)?\.(?:dist|egg)-info")
_MOST_FILES = 400
_MOST_BYTES = 4_000_000
_LEFT_OUT = frozenset({"tests", "test", "testing", "_vendor", "vendor", "migrations", "__pycache__", "node_modules"})


@dataclass(frozen=True)
class Package:
    """A package, or a single module, as it is installed. root: its import name. files: module name to file."""

    root: str
    files: dict[str, Path]


class Distributions:
    """Looks into the folders of an environment; remembers what it saw."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._closed: dict[str, bool] = {}

    @cached_property
    def versions(self) -> dict[str, str]:
        """The version of every distribution, by its normalised name (`typing-extensions`)."""
        found: dict[str, str] = {}
        for folder in self._environment.libraries:
            for name in _listed(folder):
                match = _METADATA.fullmatch(name)
                if match is not None:
                    found.setdefault(normalised(match["name"]), match["version"])
        return found

    def is_closed(self, imported: str) -> bool:
        """Whether a dotted name is of a package that is installed and cannot be followed: compiled, or too big."""
        top = imported.partition(".")[0]
        if top not in self._closed:
            there = top not in sys.stdlib_module_names and any(
                (folder / top).is_dir() or any(folder.glob(f"{top}.*")) for folder in self._environment.libraries
            )
            self._closed[top] = there and self.package(imported) is None
        return self._closed[top]

    def package(self, imported: str) -> Package | None:
        """The package behind an imported dotted name; None if it is not installed, not Python, or too big to follow.

        Of a namespace package, the first package below it on the way to the name.
        """
        if imported.partition(".")[0] in sys.stdlib_module_names:
            return None
        parts = imported.split(".")
        for depth in range(1, len(parts) + 1):
            root = ".".join(parts[:depth])
            for folder in self._environment.libraries:
                path = folder.joinpath(*parts[:depth])
                if (path / "__init__.py").is_file():
                    return _package(root, path)
                if path.with_name(path.name + ".py").is_file():
                    return Package(root, {root: path.with_name(path.name + ".py")})
        return None


def _package(root: str, folder: Path) -> Package | None:
    files: dict[str, Path] = {}
    size = 0
    for path in _python_files(folder):
        size += path.stat().st_size
        if len(files) == _MOST_FILES or size > _MOST_BYTES:
            return None
        relative = path.relative_to(folder).with_suffix("")
        parts = relative.parts[:-1] if relative.name == "__init__" else relative.parts
        files[".".join([root, *parts])] = path
    return Package(root, files)


def _python_files(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in _LEFT_OUT and Path(at, each).is_dir())
        for name in sorted(names):
            if name.endswith(".py") and not name.startswith("test_"):
                yield Path(at, name)


def _listed(folder: Path) -> list[str]:
    try:
        return sorted(each.name for each in folder.iterdir())
    except OSError:
        return []
