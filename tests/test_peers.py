"""What is said of other tools beside hangup is what was seen, and what is said of hangup holds now."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "peers"))

from compare import BEGIN, END, FOUND, PAGE, current, examples, marked, of_hangup


def test_the_table_is_current() -> None:
    text = PAGE.read_text("utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0] == current()


def test_hangup_finds_what_is_marked_and_nothing_beside() -> None:
    wanted = {name: sorted(marked(text)) for name, text in examples().items()}
    assert sum(map(len, wanted.values())) > 40
    assert of_hangup() == wanted


def test_the_neighbours_were_run_on_these_programs() -> None:
    found = json.loads(FOUND.read_text("utf-8"))["found"]
    assert set(found) == {"ruff", "pylint", "flake8-bugbear", "basedpyright"}
    for findings in found.values():
        assert set(findings) == set(examples())
        assert any(findings.values())
