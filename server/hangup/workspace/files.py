"""Which files of a workspace are looked at. The only module of this package that lists folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

MARKERS = ("hangup.toml", "pyproject.toml", ".git")
_SKIPPED = frozenset(
    {"__pycache__", "node_modules", "site-packages", "venv", "env", "virtualenv", "__pypackages__", "build", "dist"}
)
_LARGEST = 4_000_000


def find_root(start: Path) -> Path:
    """The workspace of a path: the nearest folder at or above it with a hangup.toml, pyproject.toml or .git.

    Without one, the folder itself (of a file, the folder it is in).
    """
    folder = start if start.is_dir() else start.parent
    for each in (folder, *folder.parents):
        if any((each / marker).exists() for marker in MARKERS):
            return each
    return folder


def python_files(root: Path) -> Iterator[Path]:
    """The Python files below a folder, sorted; hidden folders, environments and build output are left out."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED
            and not name.startswith(".")
            and not name.endswith(".egg-info")
            and not Path(folder, name, "pyvenv.cfg").exists()
        )
        for name in sorted(names):
            if name.endswith((".py", ".pyw")):
                path = Path(folder, name)
                if path.is_file() and path.stat().st_size <= _LARGEST:
                    yield path


def is_excluded(relative: PurePosixPath, patterns: Iterable[str]) -> bool:
    """Whether a path below the workspace matches a pattern, itself or by a folder above it."""
    candidates = [relative, *relative.parents]
    return any(
        fnmatch(str(each), pattern.rstrip("/"))
        or ("/" not in pattern.rstrip("/") and fnmatch(each.name, pattern.rstrip("/")))
        for pattern in patterns
        for each in candidates
        if each.name
    )


def is_test(relative: PurePosixPath) -> bool:
    """Whether a file is a test by the names that pytest and unittest go by."""
    name = relative.name
    in_tests = any(part in ("tests", "test", "testing") for part in relative.parts[:-1])
    return in_tests or name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
