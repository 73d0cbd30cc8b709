"""All workspaces of a session, and which of them a document belongs to. Belongs to the worker thread.

An open folder is a workspace; a document outside of every open folder is one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hangup.knowledge.catalogue import Catalogue
from hangup.lsp.documents import Buffer, key_of, near, path_of
from hangup.lsp.project import Project
from hangup.lsp.scheduler import Work
from hangup.lsp.session import Folder, Session, Snapshot
from hangup.workspace.files import find_root
from hangup.workspace.installed.surroundings import Surroundings
from hangup.workspace.settings import Settings
from hangup.workspace.store import Store

_LIBRARY = re.compile(r"/(site|dist)-packages/|/lib/python3[.\d]*/|/python3?\d*/lib/", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """A document in its workspace. path: from the workspace's root. buffer: None if the document is not open.

    generation: of the snapshot that the workspace is in step with.
    """

    project: Project
    path: str
    buffer: Buffer | None
    generation: int


class Projects:
    """The workspaces of one session; made when a document is first asked about, or ahead of that.

    store: where they keep what they found.
    """

    def __init__(self, session: Session, store: Store | None = None) -> None:
        self._session = session
        self._store = store if store is not None else Store(None)
        self._whole: dict[Folder, Project] = {}
        self._single: dict[str, Project] = {}

    def likely_catalogue(self) -> Catalogue:
        """The knowledge that the first question will need, unless the settings say otherwise."""
        folders = self._session.snapshot.folders
        return Surroundings(folders[0].path if folders else None, Settings(), Store(None), _ignore).catalogue

    def ready(self, uri: str) -> Work[Place | None]:
        """The place of a document in a workspace that is read to the end and holds the newest texts.

        None when nobody holds the document. What is found there is of the moment at which this returns: the caller
        must do its work before it yields.
        """
        folder = self._session.snapshot.folder_of(path_of(uri))
        if folder is not None:
            yield from self._project(folder).load()
        yield
        return self._settled(uri, self._session.snapshot)

    def read_ahead(self) -> Work[None]:
        """Work that reads the open folders before anybody asks about a document in them."""
        for folder in self._session.snapshot.folders:
            yield from self._project(folder).load()

    def glimpse(self, uri: str) -> Place | None:
        """The place of a document as far as its workspace is read: it may not hold the document yet."""
        snapshot = self._session.snapshot
        folder = snapshot.folder_of(path_of(uri))
        if folder is None or self._project(folder).loaded:
            return self._settled(uri, snapshot)
        buffer, path = snapshot.documents.get(key_of(uri)), path_of(uri)
        if buffer is None or path is None:
            return None
        return Place(self._project(folder), path.relative_to(folder.path).as_posix(), buffer, snapshot.generation)

    def follow(self, uri: str) -> Work[bool]:
        """Work that follows the packages which the workspace of a document imports; whether that changed anything."""
        place = yield from self.ready(uri)
        if place is None:
            return False
        return (yield from place.project.follow())

    def mark_stale(self, paths: Iterable[Path]) -> Work[None]:
        """Work that has files read again which have changed on disk."""
        changed = list(paths)
        for project in (*self._whole.values(), *self._single.values()):
            project.mark_stale(changed)
        yield

    def mark_all_stale(self) -> Work[None]:
        """Work that looks for files which have changed on disk."""
        for project in self._whole.values():
            project.mark_all_stale()
            yield

    def close(self) -> None:
        """Let go of the processes and files of all workspaces."""
        for project in (*self._whole.values(), *self._single.values()):
            project.close()
        self._store.close()

    def _settled(self, uri: str, snapshot: Snapshot) -> Place | None:
        self._forget_closed(snapshot)
        buffer, path = snapshot.documents.get(key_of(uri)), path_of(uri)
        folder = snapshot.folder_of(path)
        if folder is not None and path is not None:
            project, relative = self._project(folder), path.relative_to(folder.path).as_posix()
            if project.holds(relative):
                project.settle(self._opened_in(folder, project, snapshot), snapshot.settings_for(folder))
                held = relative in project.workspace
                return Place(project, relative, buffer, snapshot.generation) if held else None
        return self._alone(buffer, snapshot) if buffer is not None else None

    def _alone(self, buffer: Buffer, snapshot: Snapshot) -> Place:
        file = near(buffer.uri)
        folder = snapshot.folder_of(file)
        project = self._single.get(key_of(buffer.uri))
        if project is None:
            # A file in an open folder that was not found there is in a part that is left out, as an environment is.
            quiet = file is not None and ((folder is not None and buffer.path is not None) or is_library(file))
            root = find_root(file) if file is not None else None
            project = self._single[key_of(buffer.uri)] = Project(
                root, self._store, editor=snapshot.settings_for(None), whole=False, quiet=quiet
            )
            for _ in project.load():
                pass
        if file is not None and project.root is not None:
            path = file.relative_to(project.root).as_posix()
        else:
            path = key_of(buffer.uri).rpartition("/")[2].rpartition(":")[2] or "untitled"
        project.settle({path: buffer}, snapshot.settings_for(folder))
        return Place(project, path, buffer, snapshot.generation)

    def _opened_in(self, folder: Folder, project: Project, snapshot: Snapshot) -> dict[str, Buffer]:
        found: dict[str, Buffer] = {}
        for buffer in snapshot.documents.values():
            if buffer.path is not None and snapshot.folder_of(buffer.path) == folder:
                relative = buffer.path.relative_to(folder.path).as_posix()
                if project.holds(relative):
                    found[relative] = buffer
        return found

    def _project(self, folder: Folder) -> Project:
        if folder not in self._whole:
            self._whole[folder] = Project(
                folder.path, self._store, editor=self._session.snapshot.settings_for(folder), whole=True
            )
        return self._whole[folder]

    def _forget_closed(self, snapshot: Snapshot) -> None:
        self._single = {key: p for key, p in self._single.items() if key in snapshot.documents}
        self._whole = {folder: p for folder, p in self._whole.items() if folder in snapshot.folders}


def _ignore(message: str) -> None:
    """Who is told of problems is told when the workspace is read."""


def is_library(path: Path) -> bool:
    """Whether a file belongs to an installed library or to Python itself, by where it is."""
    return _LIBRARY.search(path.as_posix()) is not None
