"""Markdown as plain text."""

from __future__ import annotations

import pytest

from hangup.knowledge import packs
from hangup.lsp.plaintext import plaintext

PAGES = sorted((packs.Path(packs.__file__).parent / "pages").glob("*.md"))


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("# Title #\n\n## Second\ntext", "Title\n\nSecond\ntext"),
        ("**bold** and *leaning* and _so_ and __strong__", "bold and leaning and so and strong"),
        ("call `f(*args, **kwargs)` or `__init__`", "call f(*args, **kwargs) or __init__"),
        ("**`finally: s.close()`** is wrong", "finally: s.close() is wrong"),
        ("``a ` b``", "a ` b"),
        ("snake_case_name, 2 * 3 * 4, **", "snake_case_name, 2 * 3 * 4, **"),
        ("[docs](https://example.org/a_b_c)", "docs (https://example.org/a_b_c)"),
        ("[https://example.org](https://example.org)", "https://example.org"),
        ("- one\n- **two**: `2`", "- one\n- two: 2"),
        ("a\n\n---\n\nb", "a\n\nb"),
        ("| a | b |\n|---|:-:|\n| `1` | 2 |", "a  b\n1  2"),
        (r"\*not bold\* and \_", "*not bold* and _"),
        ("```python\n# not **a** heading\n\nx = `1`\n```\nend", "# not **a** heading\n\nx = `1`\nend"),
        ("````md\n```\ninner\n```\n````", "```\ninner\n```"),
        ("~~~\n# code\n~~~", "# code"),
        ("```\nnever closed", "never closed"),
        ("", ""),
    ],
)
def test_marks_go_and_code_stays(markdown: str, plain: str) -> None:
    assert plaintext(markdown) == plain


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_our_pages_keep_their_words(page: object) -> None:
    """Every letter of each page is there, in order, and so is every line of its examples."""
    markdown = page.read_text("utf-8")
    plain = plaintext(markdown)
    marks = str.maketrans(dict.fromkeys("*_`#[]()\\|- \n"))
    assert plain.translate(marks) == markdown.replace("```python", "").translate(marks)
    code = [line for block in markdown.split("```python\n")[1:] for line in block.split("```")[0].splitlines() if line]
    assert bool(code) == ("```python" in markdown)
    assert [line for line in code if line not in plain.splitlines()] == []
