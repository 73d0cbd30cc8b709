"""The text of one module, whatever its encoding, and how to write it back.

Decoding follows PEP 263. This module reads no files: it is given bytes or text.
"""

from __future__ import annotations

import io
import re
import tokenize
from codecs import BOM_UTF8
from functools import cached_property

from hangup.syntax.lines import LineTable

_LONE_RETURN = re.compile(rb"\r(?!\n)")
_DEEP_LINE = re.compile(rb"\n[ \t]{100}")
_INDENT = re.compile(rb"[ \t\x0c]*")
_MOST_LEVELS = 100


def _without_depths(data: bytes) -> bytes:
    """The text with spaces in place of all lines that stand deeper than any Python program can."""
    levels = [0]
    lines = data.split(b"\n")
    for number, line in enumerate(lines):
        match = _INDENT.match(line)
        width = match.end() if match is not None else 0
        if width == len(line.rstrip()):
            continue
        while levels[-1] > width:
            levels.pop()
        if levels[-1] < width:
            levels.append(width)
        if len(levels) > _MOST_LEVELS:
            lines[number] = b" " * len(line)
    return b"\n".join(lines)


class Source:
    """One module's text.

    data: the text as UTF-8, with the line breaks the user has (and the byte order mark, if there is one).
    encoding: the encoding of the file on disk.
    problem: what was wrong with the encoding, as a sentence; None when nothing was.
    """

    def __init__(self, data: bytes, encoding: str = "utf-8", problem: str | None = None) -> None:
        self.data = data
        self.encoding = encoding
        self.problem = problem

    @classmethod
    def from_text(cls, text: str) -> Source:
        """A source from an editor's buffer. Lone surrogates, which JSON can carry, become question marks of one
        byte."""
        return cls(text.encode("utf-8", "replace"))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Source:
        """A source from a file's bytes, decoded by its byte order mark or coding cookie, else as UTF-8.

        Bytes that do not decode lose nothing: the file is read as Latin-1 and `problem` says so.
        """
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
            if encoding in ("utf-8", "utf-8-sig"):
                raw.decode("utf-8")
                return cls(raw)
            return cls(raw.decode(encoding).encode("utf-8"), encoding)
        except (SyntaxError, UnicodeError, LookupError) as error:
            text = raw.decode("latin-1")
            return cls(text.encode("utf-8"), "latin-1", f"read as Latin-1, because its encoding is not valid: {error}")

    @cached_property
    def lines(self) -> LineTable:
        """The lines of the text."""
        return LineTable(self.data)

    @cached_property
    def parseable(self) -> bytes:
        """The text for the parser, of the same length.

        The parser takes a lone \\r for no line break and a NUL for the end, and more levels of indentation than Python
        has (100) can crash it: those lines are blank for it.
        """
        data = self.data
        if b"\r" in data:
            data = _LONE_RETURN.sub(b"\n", data)
        data = data.replace(b"\0", b"\1")
        return _without_depths(data) if _DEEP_LINE.search(b"\n" + data) else data

    @cached_property
    def newline(self) -> str:
        """The line break that the text uses first; \\n if it has none."""
        match = re.search(rb"\r\n|\n|\r", self.data)
        return match.group().decode() if match else "\n"

    @property
    def start(self) -> int:
        """The offset of the first character after a byte order mark."""
        return len(BOM_UTF8) if self.data.startswith(BOM_UTF8) else 0

    def slice(self, start: int, end: int) -> str:
        """The text between two offsets."""
        return self.data[start:end].decode("utf-8", "replace")

    def to_bytes(self) -> bytes:
        """The bytes to write back to disk, in the file's own encoding."""
        if self.encoding.startswith("utf-8"):
            return self.data
        return self.data.decode("utf-8").encode(self.encoding)
