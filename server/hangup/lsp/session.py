"""What is known of one client and what it has open. Belongs to the thread that talks to the client.

Other threads read `snapshot`, which is replaced as a whole and never changed. Analysis is not here (projects.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from hangup.lsp.client import Client
from hangup.lsp.documents import Buffer, Documents, key_of, path_of
from hangup.lsp.editor_settings import EditorSettings


@dataclass(frozen=True)
class Folder:
    """A folder that is open in the editor. uri: as the client writes it."""

    uri: str
    path: Path


@dataclass(frozen=True)
class Snapshot:
    """All that an analysis depends on, at one moment.

    documents: the open ones, by `key_of` their addresses. folders: the open ones.
    settings: the editor's, by address of a folder; under None those for everything else.
    generation: a number that grows whenever answers given before may no longer hold for a reason other than an edit.
    """

    documents: Mapping[str, Buffer] = field(default_factory=lambda: MappingProxyType({}))
    folders: tuple[Folder, ...] = ()
    settings: Mapping[str | None, EditorSettings] = field(default_factory=lambda: MappingProxyType({}))
    generation: int = 0

    def settings_for(self, folder: Folder | None) -> EditorSettings:
        """The editor's settings for a folder, or for what lies in none."""
        general = self.settings.get(None, EditorSettings())
        return self.settings.get(folder.uri, general) if folder is not None else general

    def folder_of(self, path: Path | None) -> Folder | None:
        """The innermost open folder that holds a path."""
        if path is None:
            return None
        holding = [folder for folder in self.folders if folder.path in path.parents]
        return max(holding, key=lambda folder: len(folder.path.parts), default=None)

    def neighbours(self, uri: str) -> list[str]:
        """The addresses of the other open documents in the folder of a document."""
        folder = self.folder_of(path_of(uri))
        if folder is None:
            return []
        others = (buffer for key, buffer in self.documents.items() if key != key_of(uri))
        return [buffer.uri for buffer in others if self.folder_of(buffer.path) == folder]


class Session:
    """One client.

    configured: set once the editor's settings are known, or the client has none to tell; nothing is reported before.
    initial_settings: those of the `initialize` request. asked: how often the client was asked for its settings.
    """

    def __init__(self) -> None:
        self.client = Client()
        self.documents = Documents()
        self.snapshot = Snapshot()
        self.configured = asyncio.Event()
        self.initial_settings = EditorSettings()
        self.asked = 0

    def take_documents(self) -> None:
        """Let others see the documents as they are now."""
        self.snapshot = replace(self.snapshot, documents=self.documents.opened)

    def take_folders(self, added: Iterable[tuple[str, Path | None]], removed: Iterable[str] = ()) -> None:
        """Add and remove open folders; those that are not on disk are passed over."""
        gone = set(removed)
        kept = {folder.uri: folder for folder in self.snapshot.folders if folder.uri not in gone}
        kept |= {uri: Folder(uri, path) for uri, path in added if path is not None}
        self.snapshot = replace(self.snapshot, folders=tuple(kept.values()), generation=self.snapshot.generation + 1)

    def take_settings(self, settings: Mapping[str | None, EditorSettings]) -> bool:
        """Put the editor's settings in place of the earlier ones; whether that changes anything."""
        if dict(settings) == dict(self.snapshot.settings):
            return False
        fresh = MappingProxyType(dict(settings))
        self.snapshot = replace(self.snapshot, settings=fresh, generation=self.snapshot.generation + 1)
        return True

    def outdate(self) -> None:
        """Say that files or settings on disk have changed."""
        self.snapshot = replace(self.snapshot, generation=self.snapshot.generation + 1)
