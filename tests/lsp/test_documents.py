"""Texts kept in step with an editor's: any text, any edits, any encoding."""

from __future__ import annotations

import pytest
from editor import lines_of, position_at
from hypothesis import given
from hypothesis import strategies as st

from hangup.lsp import wire
from hangup.lsp.documents import Documents, apply_changes, key_of, near, path_of, read_change
from hangup.syntax.lines import Unit
from hangup.syntax.source import Source

PIECES = ["\n", "\r\n", "\r", "\f", "\v", "\x1c", "\x85", "\u2028", "é", "あ", "😀", "a", "b", "\t", ""]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
EDITS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12), TEXTS), max_size=8)
UNITS: st.SearchStrategy[Unit] = st.sampled_from(["utf-8", "utf-16", "utf-32"])


def change(text: str, start: int, end: int, new: str, unit: Unit) -> wire.Change:
    """A change of the characters from `start` to `end`, as an editor writes it."""
    first, last = position_at(text, start, unit), position_at(text, end, unit)
    places = (wire.Position(each.line, each.character) for each in (first, last))
    return wire.Change(new, wire.Range(*places))


def boundary(text: str, index: int) -> int:
    """The nearest place that an editor can name: not past the end, not inside of a line break."""
    index = min(index, len(text))
    return index - (text[index - 1 : index + 1] == "\r\n")


@given(TEXTS, EDITS, UNITS)
def test_changes_give_the_text_that_plain_strings_give(
    text: str, edits: list[tuple[int, int, str]], unit: Unit
) -> None:
    source, changes = Source.from_text(text), []
    for at, length, new in edits:
        start, end = boundary(text, at), boundary(text, at + length)
        changes.append(change(text, start, end, new, unit))
        text = text[:start] + new + text[end:]
    assert apply_changes(source, changes, unit).data.decode() == text


@given(TEXTS, st.lists(st.integers(0, 40), max_size=8), st.sampled_from(["x", "\n", "é😀"]), UNITS)
def test_many_cursors_from_the_last_to_the_first(text: str, places: list[int], new: str, unit: Unit) -> None:
    """The order for which there is a shorter way; equal places included."""
    source, changes = Source.from_text(text), []
    for at in sorted((boundary(text, place) for place in places), reverse=True):
        if at != boundary(text, at):  # the text before has put a line break together
            continue
        changes.append(change(text, at, at, new, unit))
        text = text[:at] + new + text[at:]
    assert apply_changes(source, changes, unit).data.decode() == text


@given(TEXTS)
def test_the_tests_own_arithmetic(text: str) -> None:
    """What the tests compare with is right by itself: lines join to the text, and end where they should."""
    lines = [line for _, line in lines_of(text)]
    assert "".join(lines) == text
    assert all(line.endswith(("\n", "\r")) for line in lines[:-1])
    assert not any(mark in line.rstrip("\r\n") for line in lines for mark in "\r\n")
    assert all(text[start : start + len(line)] == line for start, line in lines_of(text))


def test_an_order_that_no_editor_has() -> None:
    source = Source.from_text("abc\n")
    backwards = wire.Change("X", wire.Range(wire.Position(0, 2), wire.Position(0, 1)))
    assert apply_changes(source, [backwards], "utf-16").data == b"aXc\n"
    outside = wire.Change("Y", wire.Range(wire.Position(-5, -1), wire.Position(0, -3)))
    assert apply_changes(source, [outside], "utf-16").data == b"Yabc\n"
    whole = [wire.Change("new"), change("new", 3, 3, "!", "utf-16"), wire.Change("newest")]
    assert apply_changes(source, whole, "utf-16").data == b"newest"


def test_what_others_hold_does_not_change() -> None:
    documents = Documents()
    first = documents.open("file:///a.py", 1, "x = 1\n")
    seen = documents.opened
    documents.change(wire.DidChange(wire.DocumentId("file:///a.py", 2), (wire.Change("y = 2\n"),)), "utf-8")
    assert seen[key_of("file:///a.py")] is first
    assert first.source.data == b"x = 1\n"
    now = documents.get("file:///a.py")
    assert now is not None
    assert (now.version, now.source.data) == (2, b"y = 2\n")
    documents.close("file:///a.py")
    assert documents.get("file:///a.py") is None
    assert list(seen) == ["file:///a.py"]
    with pytest.raises(TypeError):
        seen["b"] = first  # type: ignore[index]


def test_a_whole_text_opens_what_was_lost() -> None:
    documents = Documents()
    part = wire.Change("!", wire.Range(wire.Position(0, 0), wire.Position(0, 0)))
    unknown = wire.DocumentId("untitled:a", 4)
    assert documents.change(wire.DidChange(unknown, (part,)), "utf-8") is None
    assert documents.change(wire.DidChange(unknown, ()), "utf-8") is None
    opened = documents.change(wire.DidChange(unknown, (part, wire.Change("x"), part)), "utf-8")
    assert opened is not None
    assert opened.source.data == b"!x"


@pytest.mark.parametrize(
    ("uri", "path", "beside"),
    [
        ("file:///home/me/a%20b.py", "/home/me/a b.py", "/home/me/a b.py"),
        ("file:///home/%C3%A9%F0%9F%98%80.py", "/home/é😀.py", "/home/é😀.py"),
        ("vscode-notebook-cell:/home/me/n.ipynb#W1", None, "/home/me/n.ipynb"),
        ("untitled:Untitled-1", None, None),
        ("git:/home/me/a.py?HEAD", None, None),
        ("nonsense", None, None),
        ("", None, None),
    ],
)
def test_places_on_disk(uri: str, path: str | None, beside: str | None) -> None:
    assert [each and each.as_posix() for each in (path_of(uri), near(uri))] == [path, beside]


def test_one_key_for_all_spellings() -> None:
    assert key_of("file:///c%3A/a%20b.py") == key_of("file:///c:/a b.py")


def test_a_change_without_a_document_cannot_be_read() -> None:
    for params in (None, {}, {"contentChanges": []}, {"textDocument": {}}):
        with pytest.raises(ValueError, match=r"Expected|Object"):
            read_change(params)
