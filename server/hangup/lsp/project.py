"""One workspace as the worker thread has it: the files of a folder, with the open documents in place of theirs.

Reads files; says nothing about what is in them but what the floors below find.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pygls.uris import from_fs_path

from hangup.lsp import wire
from hangup.lsp.client import Client
from hangup.lsp.convert import fingerprint, to_diagnostic
from hangup.lsp.documents import Buffer
from hangup.lsp.editor_settings import EditorSettings
from hangup.syntax.source import Source
from hangup.workspace.files import find_root, is_excluded, is_test, python_files
from hangup.workspace.installed.surroundings import Surroundings
from hangup.workspace.loading import read_into
from hangup.workspace.settings import FILES, Settings, SettingsError, load
from hangup.workspace.store import Store
from hangup.workspace.workspace import Workspace

logger = logging.getLogger(__name__)

_MOST_FILES = 20_000
"""A folder with more than this is no project but somebody's home."""

_Stamp = tuple[int, int] | None
"""When a file was changed (nanoseconds) and its size (bytes); None if there is no such file."""


@dataclass(frozen=True)
class Report:
    """The diagnostics of one state of a file. result_id: the same for the same diagnostics."""

    items: tuple[wire.Diagnostic, ...]
    result_id: str


class Project:
    """A workspace, its files and the open documents.

    root: its folder; None for a document that is in none. whole: all files below the folder belong to it, else only
    what is open. quiet: nothing in it is reported. store: where what is found is kept between sessions.
    """

    def __init__(
        self, root: Path | None, store: Store, *, editor: EditorSettings, whole: bool, quiet: bool = False
    ) -> None:
        self.root = root
        self.loaded = False
        self.enabled = True
        self._store = store
        self._editor = editor
        self._whole = whole
        self._quiet = quiet
        self._settings_root = find_root(root) if root is not None else None
        self._settings = Settings()
        self._followed: set[str] = set()
        self._opened: Mapping[str, Buffer] = {}
        self._stale: set[Path] = set()
        self._foreign: set[str] = set()
        self._stamps: dict[Path, _Stamp] = {}
        self._reports: dict[str, Report] = {}
        self._reading = self._read()
        settings = editor.over(self._settings)
        self._surrounded = (settings.python, settings.follow_packages, settings.knowledge)
        self._surroundings = Surroundings(self._settings_root, settings, store, logger.warning)
        self.workspace = Workspace(Settings(), self._surroundings.catalogue, store)

    def load(self) -> Iterator[None]:
        """Read what has not been read, a file between two yields; each caller goes on where the one before stopped."""
        for _ in self._reading:  # `yield from` would close the generator together with a cancelled caller
            yield

    def holds(self, path: str) -> bool:
        """Whether a file below the root belongs to the project: it is found there, or is not on disk yet.

        One in a folder that is left out, such as an environment, does not.
        """
        if path in self.workspace or self.root is None:
            return True
        file = self.root / path
        if path not in self._foreign and file.exists() and file not in set(python_files(self.root)):
            self._foreign.add(path)
        return path not in self._foreign

    def mark_stale(self, paths: Iterable[Path]) -> None:
        """Remember files that have changed on disk; they are read again when the project is next settled."""
        self._foreign.clear()
        self._stale |= {path for path in paths if self._concerns(path)}

    def mark_all_stale(self) -> None:
        """The same for every file whose time or size is not what it was: for editors that do not watch files."""
        self._foreign.clear()
        if self.loaded and self._whole and self.root is not None:
            known = {*self._stamps, *self._settings_files(), *python_files(self.root)}
            self._stale |= {path for path in known if _stamp(path) != self._stamps.get(path)}

    def settle(self, opened: Mapping[str, Buffer], editor: EditorSettings) -> None:
        """Bring the workspace in step with the disk, the open documents (by path) and the editor's settings."""
        changed = self._take_stale(opened)
        for path, buffer in opened.items():
            if self._opened.get(path) is not buffer:
                changed |= self._put(path, buffer.source)
        for path in self._opened.keys() - opened.keys():
            changed |= self._read_again(path)
        self._opened = opened
        settings = editor.over(self._settings)
        self._editor = editor
        changed |= self._surround(settings)
        if settings != self.workspace.settings or editor.enable != self.enabled:
            self.workspace.settings, self.enabled, changed = settings, editor.enable, True
        if changed:
            self._reports.clear()

    def follow(self) -> Generator[None, None, bool]:
        """Look for what is not in the workspace's own files; whether that changed anything.

        What installed packages raise that no knowledge file speaks for is worked out from their source; the types of
        objects in open documents that cannot be resolved are asked for.
        """
        surroundings, before = self._surroundings, self.workspace.flow
        new = [path for path in self.workspace.paths if path not in self._followed or path in self._opened]
        self._followed.update(new)
        yield from surroundings.follow([self.workspace.module(path) for path in new])
        if surroundings is self._surroundings and surroundings.catalogue is not self.workspace.catalogue:
            self.workspace.catalogue = surroundings.catalogue
        yield from surroundings.infer(self.workspace, [path for path in self._opened if self.reports_on(path)])
        self._store.flush()
        if self.workspace.flow is before:
            return False
        self._reports.clear()
        return True

    def close(self) -> None:
        """Let go of what was started for it."""
        self._surroundings.close()

    def glimpse(self, path: str, buffer: Buffer) -> Workspace:
        """A workspace of one open document alone, for answers that cannot wait until everything is read."""
        alone = Workspace(self.workspace.settings, self.workspace.catalogue)
        alone.update(path, buffer.source)
        return alone

    def reports_on(self, path: str) -> bool:
        """Whether findings of a file are shown: not of tests, unless asked for, nor of what the settings exclude."""
        if self._quiet or not self.enabled:
            return False
        settings, relative = self.workspace.settings, PurePosixPath(path)
        if is_test(relative) and not settings.include_tests:
            return False
        if self.root is not None and self._settings_root is not None:
            relative = PurePosixPath((self.root / path).relative_to(self._settings_root).as_posix())
        return not is_excluded(relative, settings.exclude)

    def report(self, path: str, client: Client) -> Report:
        """The diagnostics of a file as it is now; computed once for each state of the project."""
        known = self._reports.get(path)
        if known is None:
            source = self.workspace.document(path).source
            findings = self.workspace.findings(path) if self.reports_on(path) else []
            items = tuple(to_diagnostic(finding, path, source, self.place, client) for finding in findings)
            known = self._reports[path] = Report(items, fingerprint(items))
        return known

    def place(self, path: str) -> tuple[str, Source] | None:
        """The address and the text of a file."""
        if path not in self.workspace:
            return None
        source = self.workspace.document(path).source
        if path in self._opened:
            return self._opened[path].uri, source
        uri = from_fs_path(str(self.root / path)) if self.root is not None else None
        return (uri, source) if uri is not None else None

    def _read(self) -> Iterator[None]:
        try:
            self._read_settings()
            if self._whole and self.root is not None:
                for number, path in enumerate(python_files(self.root)):
                    if number == _MOST_FILES:
                        logger.warning("%s holds more than %d Python files; the others are left out", self.root, number)
                        break
                    self._read_file(path)
                    yield
                for relative in self.workspace.paths:
                    _ = self.workspace.document(relative).facts  # ahead of need, so that a hover can come in between
                    yield
                self._store.flush()
        finally:
            self.loaded = True

    def _read_settings(self) -> None:
        if self._settings_root is None:
            return
        for path in self._settings_files():
            self._stamps[path] = _stamp(path)
        try:
            self._settings = load(self._settings_root)
        except SettingsError as error:
            logger.warning("the settings before are kept: %s", error)
        self._surround(self._editor.over(self._settings), again=True)

    def _surround(self, settings: Settings, *, again: bool = False) -> bool:
        """Look at the workspace with what these settings say is around it; whether that is something else."""
        wanted = (settings.python, settings.follow_packages, settings.knowledge)
        if wanted == self._surrounded and not (again and settings.knowledge):
            return False
        self._surrounded = wanted
        self._surroundings.close()
        self._surroundings = Surroundings(self._settings_root, settings, self._store, logger.warning)
        self._followed.clear()
        self.workspace.catalogue = self._surroundings.catalogue
        return True

    def _settings_files(self) -> list[Path]:
        return [self._settings_root / name for name in FILES] if self._settings_root is not None else []

    def _read_file(self, path: Path) -> bool:
        if self.root is None:
            return False
        self._stamps[path] = _stamp(path)
        return read_into(self.workspace, self.root, path, logger.warning)

    def _concerns(self, path: Path) -> bool:
        return path in self._settings_files() or (self._whole and self.root is not None and self.root in path.parents)

    def _take_stale(self, opened: Mapping[str, Buffer]) -> bool:
        stale, self._stale = self._stale, set()
        if not stale or self.root is None:
            return False
        if stale & set(self._settings_files()):
            self._read_settings()
        changed = False
        listed: set[Path] | None = None
        for path in stale - set(self._settings_files()):
            relative = path.relative_to(self.root).as_posix()
            self._stamps[path] = _stamp(path)
            if relative in opened:
                continue
            if relative not in self.workspace and path.is_file():
                listed = set(python_files(self.root)) if listed is None else listed
                if path not in listed:
                    continue
            changed |= self._read_again(relative)
        return changed

    def _read_again(self, path: str) -> bool:
        before = self.workspace.document(path) if path in self.workspace else None
        file = self.root / path if self.root is not None and self._whole else None
        if file is None or not file.is_file() or not self._read_file(file):
            self.workspace.remove(path)
            return before is not None
        return self.workspace.document(path) is not before

    def _put(self, path: str, source: Source) -> bool:
        before = self.workspace.document(path) if path in self.workspace else None
        return self.workspace.update(path, source) is not before


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
