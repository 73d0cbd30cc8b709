"""Reads a workspace from disk. Nothing in it is executed or imported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.packs import index_with
from hangup.knowledge.shipped import shipped
from hangup.syntax.source import Source
from hangup.workspace.files import python_files
from hangup.workspace.settings import Settings, load
from hangup.workspace.workspace import Workspace

Report = Callable[[str], None]


def load_workspace(root: Path, settings: Settings | None = None, report: Report | None = None) -> Workspace:
    """All Python files below `root` as one workspace.

    settings: instead of those of the workspace's own files. report: told about each file that could not be read, or
    not as its encoding says; nothing else stops for it. Raises SettingsError when the settings are not valid.
    """
    chosen = settings if settings is not None else load(root)
    workspace = Workspace(chosen, catalogue_of(root, chosen, report))
    for path in python_files(root):
        read_into(workspace, root, path, report)
    return workspace


def catalogue_of(root: Path, settings: Settings, report: Report | None = None) -> Catalogue:
    """The knowledge for a workspace: that of hangup, of packages beside it, and the workspace's own files.

    report: told about each file that cannot be used.
    """
    own = [*shipped(), *(root / name for name in settings.knowledge)]
    if not own:
        return Catalogue()
    files, problems = index_with(own)
    if report is not None:
        for problem in problems:
            report(problem)
    return Catalogue(files)


def read_into(workspace: Workspace, root: Path, path: Path, report: Report | None = None) -> bool:
    """Read one file below `root` into a workspace; whether that worked."""
    tell = report or (lambda message: None)
    try:
        source = Source.from_bytes(path.read_bytes())
    except OSError as error:
        tell(f"{path}: cannot be read: {error.strerror}")
        return False
    if source.problem is not None:
        tell(f"{path}: {source.problem}")
    workspace.update(path.relative_to(root).as_posix(), source)
    return True
