"""`hangup check --fix` and `--diff`: makes the preferred fixes, or shows what they would change."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hangup.ide.repair import is_preferred, is_safe, repair
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace


@dataclass(frozen=True)
class Fixed:
    """A file after its fixes. made: how many."""

    path: str
    before: Source
    after: Source
    made: int


def fix_all(workspace: Workspace, paths: Iterable[str], *, unsafe: bool) -> list[Fixed]:
    """The files that fixes change, as they are afterwards; the workspace has the new texts.

    unsafe: the preferred fix of every finding, else only those that are safe.
    """
    found: list[Fixed] = []
    for path in paths:
        before = workspace.document(path).source
        repaired = repair(workspace, path, is_preferred if unsafe else is_safe)
        if repaired.source.data != before.data:
            workspace.update(path, repaired.source)
            found.append(Fixed(path, before, repaired.source, sum(repaired.made.values())))
    return found


def write(root: Path, fixed: Iterable[Fixed]) -> None:
    """Write files back, in their own encoding. Raises OSError for one that cannot be written."""
    for each in fixed:
        (root / each.path).write_bytes(each.after.to_bytes())


def as_diff(fixed: Iterable[Fixed]) -> str:
    """The changes as a unified diff that `patch -p1` and `git apply` take, but for line breaks of other systems."""
    pieces: list[str] = []
    for each in fixed:
        before, after = (source.data.decode("utf-8", "replace") for source in (each.before, each.after))
        lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{each.path}", f"b/{each.path}")
        pieces += [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]
    return "".join(pieces)


def _lines(text: str) -> list[str]:
    """The lines with their ends; only \\n ends one, as for `patch`."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
