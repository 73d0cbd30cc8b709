"""The texts that the editor holds, kept in step change by change.

pygls keeps texts as well, but splits lines at form feeds and other characters that end no line, so that an edit below
one lands in the wrong place. Ours are made of `Source` and `LineTable` alone; pygls' are never filled (protocol.py).
Texts are immutable: another thread may read a `Buffer`, or a whole mapping of them, while newer ones come in.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

import msgspec
from pygls.uris import to_fs_path, uri_scheme

from hangup.lsp import wire
from hangup.syntax.edits import Edit, apply
from hangup.syntax.lines import Position, Unit
from hangup.syntax.source import Source

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Buffer:
    """One version of one open document. uri: as the client writes it. path: its place on disk, None if it has none."""

    uri: str
    version: int | None
    source: Source
    path: Path | None


class Documents:
    """The open documents. One thread changes them; `opened` is a mapping that never changes."""

    def __init__(self) -> None:
        self.opened: Mapping[str, Buffer] = MappingProxyType({})

    def get(self, uri: str) -> Buffer | None:
        """The document of an address, however it is percent-encoded; None if it is not open."""
        return self.opened.get(key_of(uri))

    def open(self, uri: str, version: int | None, text: str) -> Buffer:
        """Take in a document that the client has opened (again)."""
        return self._put(Buffer(uri, version, Source.from_text(text), path_of(uri)))

    def change(self, change: wire.DidChange, unit: Unit) -> Buffer | None:
        """Apply a change notification; None when the text of the document is not known after it.

        That happens for a document which was never opened, and for changes that cannot be read. The document then
        counts as closed until the client sends the whole text: silence is better than an answer about another text.
        """
        identifier = change.text_document
        old = self.get(identifier.uri)
        changes = change.content_changes
        if changes is None:
            self.close(identifier.uri)
            return None
        if old is None:
            whole = next((i for i in reversed(range(len(changes))) if changes[i].range is None), None)
            if whole is None:
                logger.warning("a change of a document that is not open is ignored: %s", identifier.uri)
                return None
            old, changes = Buffer(identifier.uri, None, Source(b""), path_of(identifier.uri)), changes[whole:]
        source = apply_changes(old.source, changes, unit)
        return self._put(Buffer(old.uri, identifier.version, source, old.path))

    def close(self, uri: str) -> Buffer | None:
        """Forget a document; the version that was open, or None."""
        key = key_of(uri)
        old = self.opened.get(key)
        self.opened = MappingProxyType({k: v for k, v in self.opened.items() if k != key})
        return old

    def _put(self, buffer: Buffer) -> Buffer:
        self.opened = MappingProxyType({**self.opened, key_of(buffer.uri): buffer})
        return buffer


def key_of(uri: str) -> str:
    """One spelling for all percent-encodings of an address."""
    return unquote(uri)


def path_of(uri: str) -> Path | None:
    """Where a document is on disk; None if it is not a file there."""
    return near(uri) if uri_scheme(uri) == "file" else None


def near(uri: str) -> Path | None:
    """The file by whose place a document's settings are found: itself, for a cell its notebook; None for neither."""
    scheme = uri_scheme(uri)
    if scheme not in ("file", "vscode-notebook-cell"):
        return None
    found = to_fs_path("file" + uri[len(scheme) :])
    return Path(found) if found else None


def read_change(params: object) -> wire.DidChange:
    """A change notification from decoded JSON.

    Raises msgspec.ValidationError when it does not even say which document has changed.
    """
    try:
        return msgspec.convert(params, wire.DidChange)
    except msgspec.ValidationError as error:
        document = msgspec.convert(params, wire.ChangedDocument).text_document
        logger.warning("a change of %s cannot be read: %s", document.uri, error)
        return wire.DidChange(document, None)


def apply_changes(source: Source, changes: Iterable[wire.Change], unit: Unit) -> Source:
    """The text after changes, each of which speaks of the text that the one before it left.

    Editors list the changes of many cursors from the last to the first. As long as each lies before the one before it,
    all can be placed with the lines of one text, and those need not be counted again for each of a thousand changes.
    """
    waiting: list[Edit] = []
    for change in changes:
        text = _without_lone_surrogates(change.text)
        if change.range is None:
            source, waiting = Source.from_text(text), []
            continue
        start, end = _offsets(source, change.range, unit)
        if waiting and end >= waiting[-1].start:
            source, waiting = apply(source, waiting), []
            start, end = _offsets(source, change.range, unit)
        waiting.append(Edit(start, end, text))
    return apply(source, waiting) if waiting else source


def _offsets(source: Source, place: wire.Range, unit: Unit) -> tuple[int, int]:
    start = source.lines.offset(Position(place.start.line, place.start.character), unit)
    end = source.lines.offset(Position(place.end.line, place.end.character), unit)
    return min(start, end), max(start, end)


def _without_lone_surrogates(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
