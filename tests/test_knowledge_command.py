"""`hangup knowledge`: the list, the pages, the JSON contract, the schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import tomli

from hangup.cli.main import main
from hangup.knowledge import schema
from hangup.knowledge.packs import index, read_faults
from hangup.knowledge.schema import Pack

PYTHONPATH = os.environ.get("PYTHONPATH", "")
SCHEMA = Path(schema.__file__).with_name("schema.json")
LIBRARIES = sorted({path.stem for path in index().values()})


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["knowledge", *arguments]) == 0
    return capsys.readouterr().out


def test_the_list_names_every_library(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "list").splitlines()
    assert [line.split()[0] for line in lines[1:]] == LIBRARIES
    assert {"requests", "socket", "ssl", "http.client", "urllib.request", "asyncio"} <= set(LIBRARIES)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_json_contract(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = json.loads(printed(capsys, "show", library, "--output-format", "json"))
    assert table["version"] == 1
    assert set(table) == {"version", "library", "calls", "exceptions", "aliases", "classes"}
    for call in table["calls"]:
        assert isinstance(call["match"], list)
        assert all(fault in read_faults() and isinstance(names, list) for fault, names in call["raises"].items())
        assert call["measured"] == bool(call["raises"] or call["silent"])


def test_a_page_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "show", "requests")
    assert "Waits for ever by default" in text
    assert "connection refused: `requests.exceptions.ConnectionError`" in text


def test_the_schema_takes_the_files_that_come_with_hangup(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(printed(capsys, "schema"))
    known = schema["$defs"]["Pack"]["properties"]
    for path in set(index().values()):
        table = tomli.loads(path.read_text("utf-8"))
        assert set(table) <= set(known)
        msgspec.convert(table, Pack)


def test_an_unknown_library_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["knowledge", "show", "nothing"]) == 2
    assert "nothing" in capsys.readouterr().err


def test_the_schema_file_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    """`UPDATE_README=1` rewrites it."""
    text = printed(capsys, "schema")
    if os.environ.get("UPDATE_README") == "1":
        SCHEMA.write_text(text, "utf-8")
    assert SCHEMA.read_text("utf-8") == text


def test_a_package_brings_its_own_file(tmp_path: Path) -> None:
    """It is found through the entry point; the package is not imported."""
    package, info = tmp_path / "site" / "ourclient", tmp_path / "site" / "ourclient-1.0.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')\n", "utf-8")
    (package / "hangup.toml").write_text(
        "[library]\nname = 'ourclient'\nimports = ['ourclient']\nbase = ['OSError']\n"
        "[[calls]]\nmatch = ['ourclient.fetch']\nphase = ['connect']\n"
        "raises = { refused = 'ConnectionRefusedError' }\n",
        "utf-8",
    )
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ourclient\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[hangup.knowledge]\nourclient = ourclient:hangup.toml\n", "utf-8")
    program = tmp_path / "program"
    program.mkdir()
    (program / "main.py").write_text("import ourclient\n\nourclient.fetch()\n", "utf-8")
    command = [sys.executable, "-m", "hangup", "check", "--root", str(program)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(package.parent), PYTHONPATH]))}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert "ourclient.fetch may raise ConnectionRefusedError" in done.stdout, done.stderr
