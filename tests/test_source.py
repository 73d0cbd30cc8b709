"""Decoding: byte order marks, coding cookies, bytes that are wrong."""

from __future__ import annotations

import pytest

from hangup.syntax.source import Source
from hangup.syntax.tree import parse


@pytest.mark.parametrize(
    ("raw", "text", "encoding"),
    [
        (b"x = '\xc3\xa9'\n", "x = 'é'\n", "utf-8"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n", "iso-8859-1"),
        (b"\xef\xbb\xbfx = 1\r\n", "\ufeffx = 1\r\n", "utf-8"),
        (b"", "", "utf-8"),
    ],
)
def test_a_file_is_read_by_its_own_encoding_and_written_back_as_it_was(raw: bytes, text: str, encoding: str) -> None:
    source = Source.from_bytes(raw)
    assert source.data.decode() == text
    assert source.encoding == encoding
    assert source.problem is None
    assert source.to_bytes() == raw


@pytest.mark.parametrize("raw", [b"x = '\xff'\n", b"# coding: nonsense\nx = '\xe9'\n"])
def test_bytes_that_do_not_decode_lose_nothing_and_say_so(raw: bytes) -> None:
    source = Source.from_bytes(raw)
    assert source.problem is not None
    assert "Latin-1" in source.problem
    assert source.to_bytes() == raw


@pytest.mark.parametrize(("text", "newline"), [("a\r\nb\n", "\r\n"), ("a\rb", "\r"), ("a\n", "\n"), ("", "\n")])
def test_the_first_line_break_is_the_one_to_use(text: str, newline: str) -> None:
    assert Source.from_text(text).newline == newline


def test_old_line_breaks_parse_and_keep_their_offsets() -> None:
    source = Source.from_text("import x\rdef f():\r    return 1\r")
    tree = parse(source)
    assert not tree.root_node.has_error
    assert [node.start_byte for node in tree.root_node.named_children] == [0, 9]
    assert source.data == b"import x\rdef f():\r    return 1\r"


def test_a_lone_surrogate_from_an_editor_is_no_crash() -> None:
    assert Source.from_text("x = '\ud800'").data == b"x = '?'"
