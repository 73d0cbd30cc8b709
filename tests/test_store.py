"""What is kept between runs: found again, by anybody; and whatever is wrong with it costs nothing but time."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hangup.workspace.store import Store
from installations import findings


def test_what_was_put_is_found_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "index.sqlite3"
    store = Store(path)
    store.put(b"key", {"a": [1, 2]})
    store.flush()
    code = (
        "from pathlib import Path; from hangup.workspace.store import Store; "
        f"print(Store(Path({str(path)!r})).find(b'key', dict))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "{'a': [1, 2]}"
    store.close()


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_broken_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "index.sqlite3"
    path.write_bytes(damage)
    store = Store(path)
    store.put(b"key", [1])
    store.flush()
    assert store.find(b"key", list) == [1]
    store.close()


def test_a_broken_entry_is_none(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO entries VALUES (?, 99999, ?)", (b"a", b"junk"))
        connection.execute("INSERT INTO entries VALUES (?, 99999, ?)", (b"b", "text"))
    store = Store(path)
    assert [store.find(key, list) for key in (b"a", b"b", b"c")] == [None, None, None]
    store.close()


def test_a_place_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    store = Store(tmp_path / "file" / "index.sqlite3")
    store.put(b"key", [1])
    store.flush()
    assert store.find(b"key", list) is None


def test_one_that_is_locked_is_not_waited_for_long(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    store = Store(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store.put(b"key", [1])
    store.flush()
    other.execute("ROLLBACK")
    other.close()
    assert store.find(b"key", list) is None
    store.put(b"key", [2])
    store.flush()
    assert store.find(b"key", list) == [2]
    store.close()


def test_the_findings_are_the_same_with_and_without(tmp_path: Path) -> None:
    text = "import requests\n\ndef get():\n    return requests.get('u')\n\nget()\n"
    store = Store(tmp_path / "index.sqlite3")
    (tmp_path / "w").mkdir()
    found = [findings(tmp_path / "w", text, each) for each in (None, store, store)]
    store.flush()
    found.append(findings(tmp_path / "w", text, store))
    assert found[0]
    assert all(each == found[0] for each in found)
    store.close()


def test_what_cannot_be_kept_is_not(tmp_path: Path) -> None:
    store = Store(tmp_path / "index.sqlite3")
    store.put(b"key", [10**40])
    store.flush()
    assert store.find(b"key", list) is None
    store.close()
    text = f"import requests\n\nLARGE = {10**40}\nrequests.get(str(LARGE), timeout=3)\n"
    store = Store(tmp_path / "index.sqlite3")
    (tmp_path / "w").mkdir()
    for _ in range(2):
        assert [each.code for each in findings(tmp_path / "w", text, store)] == ["HUP101"]
        store.flush()
    store.close()


def test_it_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old entries go first; among those of today, half."""
    monkeypatch.setattr("hangup.workspace.store._MOST_BYTES", 200_000)
    path = tmp_path / "index.sqlite3"
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO entries VALUES (?, 99, ?)", (b"old", b""))
    store = Store(path)
    keys = [random.Random(number).randbytes(20) for number in range(100)]
    for key in keys:
        store.put(key, random.Random(key).randbytes(4_000))
    store.flush()
    kept = [key for key in keys if store.find(key, bytes) is not None]
    assert 20 < len(kept) < 80
    store.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM entries WHERE key = ?", (b"old",)).fetchone() == (0,)
