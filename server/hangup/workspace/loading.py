"""Reads a workspace from disk. Nothing in it is executed or imported."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from hangup.syntax.source import Source
from hangup.workspace.files import is_test, python_files
from hangup.workspace.installed.surroundings import Surroundings
from hangup.workspace.settings import Settings, load
from hangup.workspace.store import Store
from hangup.workspace.workspace import Report, Workspace


def load_workspace(
    root: Path,
    settings: Settings | None = None,
    report: Report | None = None,
    store: Store | None = None,
    inferred: Iterable[str] | None = None,
) -> Workspace:
    """All Python files below `root` as one workspace, seen with what is installed for it.

    settings: instead of those of the workspace's own files. report: told about each file that could not be read, or
    not as its encoding says; nothing else stops for it. store: where what is found is kept for the next time.
    inferred: the files of which types may be asked for; None for all but tests. Raises SettingsError when the settings
    are not valid.
    """
    chosen = settings if settings is not None else load(root)
    kept = store if store is not None else Store(None)
    surroundings = Surroundings(root, chosen, kept, report or _ignore)
    workspace = Workspace(chosen, surroundings.catalogue, kept)
    for path in python_files(root):
        read_into(workspace, root, path, report)
    for _ in surroundings.follow(workspace.flow.project):
        pass
    if surroundings.catalogue is not workspace.catalogue:
        workspace.catalogue = surroundings.catalogue
    files = [path for path in workspace.paths if not is_test(PurePosixPath(path))]
    for _ in surroundings.infer(workspace, files if inferred is None else inferred):
        pass
    surroundings.close()
    kept.flush()
    return workspace


def read_into(workspace: Workspace, root: Path, path: Path, report: Report | None = None) -> bool:
    """Read one file below `root` into a workspace; whether that worked."""
    tell = report or _ignore
    try:
        source = Source.from_bytes(path.read_bytes())
    except OSError as error:
        tell(f"{path}: cannot be read: {error.strerror}")
        return False
    if source.problem is not None:
        tell(f"{path}: {source.problem}")
    workspace.update(path.relative_to(root).as_posix(), source, saved=True)
    return True


def _ignore(message: str) -> None:
    """Nobody wants to know."""
