"""Offsets and positions: any text, any encoding, any line breaks."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from hangup.syntax.lines import LineTable, Position, Unit

PIECES = ["\n", "\r\n", "\r", "\f", "\v", "\x1c", "\u2028", "é", "😀", "a", "\t", "\ufeff", "あ"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
UNITS: st.SearchStrategy[Unit] = st.sampled_from(["utf-8", "utf-16", "utf-32"])
WIDTH = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}


@given(TEXTS, UNITS)
def test_every_boundary_of_a_character_survives_the_round_trip(text: str, unit: Unit) -> None:
    table = LineTable(text.encode())
    for index in range(len(text) + 1):
        if text[index - 1 : index + 1] == "\r\n":
            continue  # inside a line break there is no position
        offset = len(text[:index].encode())
        assert table.offset(table.position(offset, unit), unit) == offset


@given(TEXTS, UNITS)
def test_lines_and_columns_are_those_of_a_plain_reading(text: str, unit: Unit) -> None:
    """Lines end at \\n, \\r\\n and \\r only; a column counts units from the start of the line."""
    table = LineTable(text.encode())
    lines = re.split(r"\r\n|\n|\r", text)
    assert len(table) == len(lines)
    for number, line in enumerate(lines):
        assert table.text(number).decode() == line
        end = table.position(table.end(number), unit)
        assert end == (number, WIDTH[unit](line))


@given(TEXTS, UNITS, st.integers(-2, 40), st.integers(-2, 40))
def test_any_position_gives_an_offset_inside_the_text(text: str, unit: Unit, line: int, column: int) -> None:
    """As the protocol has it: past the end of a line means its end, past the last line the end of the text."""
    table = LineTable(text.encode())
    offset = table.offset(Position(line, column), unit)
    assert 0 <= offset <= len(text.encode())
    text.encode()[:offset].decode()  # never inside a character
    if 0 <= line < len(table):
        assert table.start(line) <= offset <= table.end(line)
