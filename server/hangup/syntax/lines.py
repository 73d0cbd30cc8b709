"""Lines of a text and positions in them.

A line ends at \\n, \\r\\n or \\r and nowhere else: a form feed, a vertical tab or U+2028 is a character like any
other, as for Python's tokenizer and the Language Server Protocol (`str.splitlines` disagrees with both).
This module does not know about syntax.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import Literal, NamedTuple

Unit = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(rb"\r\n|\n|\r")


class Position(NamedTuple):
    """A place in a text: zero-based line, and zero-based column in the unit that was asked for."""

    line: int
    column: int


class LineTable:
    """Converts between offsets (bytes of UTF-8) and positions (line and column).

    data: the whole text, UTF-8.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        if b"\r" in data:
            self._starts = [0, *(match.end() for match in _LINE_END.finditer(data))]
        else:
            self._starts = [0, *accumulate(len(line) + 1 for line in data.split(b"\n"))]
            self._starts.pop()  # behind the last line stands no line break
        self._ascii = data.isascii()

    def __len__(self) -> int:
        return len(self._starts)

    def line_of(self, offset: int) -> int:
        """The zero-based line that holds `offset`."""
        return bisect_right(self._starts, offset) - 1

    def start(self, line: int) -> int:
        """The offset at which `line` starts; past the last line, the end of the text."""
        return self._starts[line] if line < len(self._starts) else len(self._data)

    def end(self, line: int) -> int:
        """The offset at which `line` ends, before its line break."""
        if line + 1 >= len(self._starts):
            return len(self._data)
        following = self._starts[line + 1]
        return following - (2 if self._data[following - 2 : following] == b"\r\n" else 1)

    def text(self, line: int) -> bytes:
        """The bytes of `line` without its line break."""
        return self._data[self.start(line) : self.end(line)]

    def position(self, offset: int, unit: Unit) -> Position:
        """The position of `offset`; an offset outside the text is moved to its nearer end."""
        offset = max(0, min(offset, len(self._data)))
        line = self.line_of(offset)
        start = self._starts[line]
        return Position(line, self._width(start, offset, unit))

    def offset(self, position: Position, unit: Unit) -> int:
        """The offset of `position`; a column past the end of its line means that end, a line past the last the end of
        the text."""
        if position.line < 0:
            return 0
        if position.line >= len(self._starts):
            return len(self._data)
        start, end = self.start(position.line), self.end(position.line)
        column = max(0, position.column)
        if self._ascii or self._data[start:end].isascii():
            return min(start + column, end)
        if unit == "utf-8":
            return self._start_of_character(min(start + column, end))
        return start + _bytes_of_column(self._data[start:end], column, unit)

    def _start_of_character(self, offset: int) -> int:
        while 0 < offset < len(self._data) and self._data[offset] & 0xC0 == 0x80:
            offset -= 1
        return offset

    def _width(self, start: int, end: int, unit: Unit) -> int:
        if unit == "utf-8" or self._ascii:
            return end - start
        piece = self._data[start:end]
        if piece.isascii():
            return len(piece)
        text = piece.decode("utf-8", "surrogatepass" if unit == "utf-16" else "replace")
        return len(text) if unit == "utf-32" else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _bytes_of_column(line: bytes, column: int, unit: Unit) -> int:
    """The number of bytes before `column`; a column inside a surrogate pair means its start."""
    seen = 0
    for index, character in enumerate(text := line.decode("utf-8", "surrogatepass")):
        width = 2 if unit == "utf-16" and ord(character) > 0xFFFF else 1
        if seen + width > column:
            return len(text[:index].encode("utf-8", "surrogatepass"))
        seen += width
    return len(line)
