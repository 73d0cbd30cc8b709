"""Text edits in offsets, and the text they give."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from hangup.syntax.source import Source


class Edit(msgspec.Struct, frozen=True, order=True):
    """Replace the bytes from `start` to `end` (offsets) by `text`; the line breaks of `text` are already the file's."""

    start: int
    end: int
    text: str


def apply(source: Source, edits: Iterable[Edit]) -> Source:
    """The source after all edits, which are given in offsets of the original and may stand in any order.

    Insertions at one place keep the order in which they are given.
    Raises ValueError if two edits overlap: such a set has no single meaning.
    """
    pieces: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise ValueError(f"edits overlap at offset {edit.start}")
        pieces += [source.data[at : edit.start], edit.text.encode("utf-8")]
        at = edit.end
    pieces.append(source.data[at:])
    return Source(b"".join(pieces), source.encoding)
