"""The distributions that a project says it depends on: in pyproject.toml, and in requirements files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_REQUIREMENTS = ("requirements*.txt", "requirements/*.txt", "requirements*.in")


def declared(project: dict[str, Any]) -> list[str]:
    """The names in a pyproject.toml: `[project]`, its extras, `[dependency-groups]`, and Poetry's tables."""
    lists = [_at(project, "project", "dependencies")]
    lists += _values(_at(project, "project", "optional-dependencies"))
    lists += _values(_at(project, "dependency-groups"))
    names = [name for each in lists if isinstance(each, list) for line in each if (name := _name(line))]
    poetry = _at(project, "tool", "poetry")
    tables = [_at(poetry, "dependencies"), _at(poetry, "dev-dependencies")]
    tables += [_at(group, "dependencies") for group in _values(_at(poetry, "group"))]
    return [*names, *(name for table in tables if isinstance(table, dict) for name in table)]


def required(root: Path) -> list[str]:
    """The names in the requirements files of a folder; one that cannot be read names none."""
    return [name for pattern in _REQUIREMENTS for path in sorted(root.glob(pattern)) for name in _lines(path)]


def _lines(path: Path) -> Iterator[str]:
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        name = _name(line.strip())
        if name:
            yield name


def _name(requirement: object) -> str:
    """The name that a requirement begins with; empty for an option (`-r other.txt`), a comment or a path."""
    match = _NAME.match(requirement) if isinstance(requirement, str) else None
    return match.group() if match is not None else ""


def _at(table: Any, *keys: str) -> Any:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _values(table: Any) -> list[Any]:
    return list(table.values()) if isinstance(table, dict) else []
