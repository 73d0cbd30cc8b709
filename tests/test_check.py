"""`hangup check` as a person and as a program meets it: exit codes, text, the JSON contract, odd files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = "import requests\n\n\ndef main():\n    print(requests.get('http://127.0.0.1', timeout=3).text)\n\n\nmain()\n"


def hangup(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hangup", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, encoding="utf-8")


def findings(cwd: Path, *arguments: str) -> list[dict[str, Any]]:
    done = hangup("check", "--output-format", "json", *arguments, cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    table = json.loads(done.stdout)
    assert table["version"] == 1
    assert (done.returncode == 1) == any(each["severity"] != "hint" for each in table["findings"])
    return list(table["findings"])


def test_the_contract(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    (finding,) = findings(tmp_path, ".")
    fixes = finding.pop("fixes")
    message = finding.pop("message")
    assert finding == {
        "code": "HUP101",
        "name": "unhandled-network-call",
        "severity": "warning",
        "path": "main.py",
        "line": 5,
        "column": 11,
        "end_line": 5,
        "end_column": 23,
        "related": [{"path": "main.py", "line": 8, "column": 1, "message": "called at the top level of main"}],
    }
    assert "requests.exceptions.ConnectionError" in message
    assert [set(fix) for fix in fixes] == [{"title", "kind", "preferred", "applicability", "edits"}] * len(fixes)
    assert sum(fix["preferred"] for fix in fixes) == 1
    edit_keys = {"path", "line", "column", "end_line", "end_column", "text"}
    assert all(set(edit) == edit_keys for fix in fixes for edit in fix["edits"])


def test_exit_codes(tmp_path: Path) -> None:
    (tmp_path / "clean.py").write_text("print(1)\n")
    (tmp_path / "dirty.py").write_text(PROGRAM)
    assert hangup("check", "clean.py", cwd=tmp_path).returncode == 0
    assert hangup("check", "dirty.py", cwd=tmp_path).returncode == 1
    assert hangup("check", "missing.py", cwd=tmp_path).returncode == 2
    assert hangup("check", "--output-format", "nonsense", cwd=tmp_path).returncode == 2
    assert hangup("nonsense", cwd=tmp_path).returncode == 2


def test_text_for_people(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    done = hangup("check", "main.py", cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("main.py:5:11: warning HUP101 requests.get may raise ")
    assert lines[1] == "    main.py:8:1: called at the top level of main"
    assert lines[-1] == "Found 1 warning in 1 file."


def test_findings_are_for_the_paths_and_the_flow_is_for_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    package = tmp_path / "app"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "client.py").write_text(PROGRAM.replace("\n\nmain()\n", "").replace("main", "fetch"))
    (package / "cli.py").write_text("from app.client import fetch\n\nfetch()\n")
    (finding,) = findings(package, "client.py")
    assert (finding["path"], finding["severity"]) == ("client.py", "warning")
    assert finding["related"][0]["path"] == "cli.py"
    (package / "cli.py").write_text("from .client import fetch\ntry:\n    fetch()\nexcept OSError:\n    print('off')\n")
    assert findings(tmp_path, "app/client.py") == []
    assert findings(tmp_path, ".", "--root", str(tmp_path)) == []


ODD_FILES = {
    "broken": (
        b"import requests\ndef f(:\n  requests.get('u', timeout=1)\n)))\nrequests.get('u', timeout=1)\n",
        {3: 3, 5: 1},
    ),
    "empty": (b"", {}),
    "latin1": ("# coding: latin-1\nimport requests\ns = 'é'; requests.get('u', timeout=1)\n".encode("latin1"), {3: 10}),
    "crlf": (b"import requests\r\n\r\nrequests.get('u', timeout=1)\r\n", {3: 1}),
    "cr": (b"import requests\r\rrequests.get('u', timeout=1)\r", {3: 1}),
    "form_feed": (b"import requests\n\x0c\nrequests.get('u', timeout=1)\n", {3: 1}),
    "tabs": (b"import requests\nif True:\n\trequests.get('u', timeout=1)\n", {3: 2}),
    "emoji": ("import requests\ns = '😀'; requests.get('u', timeout=1)\n".encode(), {2: 10}),
    "bom": (b"\xef\xbb\xbfimport requests\nrequests.get('u', timeout=1)\n", {2: 1}),
    "no_newline": (b"import requests\nrequests.get('u', timeout=1)", {2: 1}),
    "nul": (b"import requests\nx = '\x00'\nrequests.get('u', timeout=1)\n", {3: 1}),
    "python2": (b"import urllib2\nprint urllib2.urlopen('u').read()\n", {2: 7}),
    "long_line": (b"import requests\nx = [" + b"1, " * 200_000 + b"]\nrequests.get('u', timeout=1)\n", {3: 1}),
}


@pytest.mark.parametrize("name", ODD_FILES)
def test_odd_files_have_their_findings_at_the_right_place(name: str, tmp_path: Path) -> None:
    """Lines and columns are one-based, in code points, whatever the encoding and the line breaks; nothing crashes."""
    raw, expected = ODD_FILES[name]
    (tmp_path / "odd.py").write_bytes(raw)
    found = findings(tmp_path, "odd.py", "--select", "HUP101")
    assert {finding["line"]: finding["column"] for finding in found} == expected


def test_bytes_that_are_not_the_encoding_are_told_and_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_bytes(b"import requests\ns = '\xff'; requests.get('u', timeout=1)\n")
    done = hangup("check", "odd.py", cwd=tmp_path)
    assert "odd.py:2:10: warning HUP101" in done.stdout
    assert "Latin-1" in done.stderr


def test_settings_are_followed_and_bad_ones_are_told(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    settings = tmp_path / "pyproject.toml"
    settings.write_text('[tool.hangup]\nignore = ["HUP101"]\n')
    assert findings(tmp_path, ".") == []
    settings.write_text('[tool.hangup]\nselect = ["HUP4"]\nextend-select = ["HUP101"]\n')
    assert [finding["code"] for finding in findings(tmp_path, ".")] == ["HUP101"]
    settings.write_text('[tool.hangup]\nexclude = ["main.py"]\n')
    assert findings(tmp_path, ".") == []
    for bad in ("[tool.hangup]\nselekt = []\n", "[tool.hangup]\nselect = 3\n", "[tool.hangup\n"):
        settings.write_text(bad)
        done = hangup("check", cwd=tmp_path)
        assert done.returncode == 2
        assert "pyproject.toml" in done.stderr


def test_tests_are_left_out_unless_they_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_main.py").write_text(PROGRAM)
    (tmp_path / "pyproject.toml").write_text("")
    assert findings(tmp_path, ".") == []
    assert len(findings(tmp_path, "tests/test_main.py")) == 1
    (tmp_path / "pyproject.toml").write_text("[tool.hangup]\ninclude-tests = true\n")
    assert len(findings(tmp_path, ".")) == 1


def test_explain(tmp_path: Path) -> None:
    for name, words in {
        "HUP101": "HUP101",
        "no-timeout": "HUP401",
        "ConnectionResetError": "The peer ended the connection abruptly",
        "requests.ConnectionError": "requests.exceptions.ConnectionError",
        "ECONNRESET": "54 on macOS",
        "IOError": "OSError",
    }.items():
        done = hangup("explain", name, cwd=tmp_path)
        assert done.returncode == 0
        assert words in done.stdout
    done = hangup("explain", "NoSuchThing", cwd=tmp_path)
    assert done.returncode == 2
    assert "NoSuchThing" in done.stderr


DEEP_FILES = {
    "a sum": "x = " + "+".join(["1"] * 6000) + "\n",
    "parentheses": "x = " + "(" * 1500 + "1" + ")" * 1500 + "\n",
    "a chain of calls": "x" + ".a()" * 3000 + "\n",
    "blocks": "".join("  " * level + "if x:\n" for level in range(800)) + "  " * 800 + "pass\n",
    "functions": "".join(" " * level + f"def f{level}():\n" for level in range(99)) + " " * 99 + "pass\n",
    "lists": "x = " + "[" * 3000 + "]" * 3000 + "\n",
    "lambdas": "x = " + "lambda: " * 2000 + "1\n",
    "broken": "(" * 5000 + "\n" + "def f(\n" * 500,
}


@pytest.mark.parametrize("name", DEEP_FILES)
def test_no_text_is_too_deep(name: str, tmp_path: Path) -> None:
    """What is nested deeper than anybody writes is left out; the rest of the workspace is looked at all the same."""
    (tmp_path / "deep.py").write_text(DEEP_FILES[name])
    (tmp_path / "main.py").write_text(PROGRAM)
    assert [finding["path"] for finding in findings(tmp_path, ".")] == ["main.py"]


OWN = """
[library]
name = "our client"
imports = ["ourclient"]
base = ["ourclient.Failed"]

[exceptions."ourclient.Failed"]
bases = ["Exception"]

[[calls]]
match = ["ourclient.fetch"]
phase = ["connect"]
raises = { refused = "ourclient.Failed" }
"""


def test_a_knowledge_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.hangup]\nknowledge = ["our.toml"]\n')
    (tmp_path / "our.toml").write_text(OWN)
    (tmp_path / "main.py").write_text("import ourclient\nourclient.fetch()\n")
    (finding,) = findings(tmp_path, ".")
    assert "ourclient.fetch may raise ourclient.Failed" in finding["message"]
    assert finding["fixes"][0]["title"].startswith("Wrap in try/except ourclient.Failed")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (OWN.replace("match", "mach"), "mach"),
        (OWN.replace("refused", "refuse"), "no fault 'refuse'"),
        (OWN.replace("[library]", "[library"), "line 2"),
    ],
)
def test_a_bad_knowledge_file_is_told_and_stops_nothing_else(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.hangup]\nknowledge = ["our.toml", "gone.toml"]\n')
    (tmp_path / "our.toml").write_text(text)
    (tmp_path / "main.py").write_text(PROGRAM)
    done = hangup("check", cwd=tmp_path)
    assert done.returncode == 1
    assert "Found 1 warning" in done.stdout
    assert "our.toml" in done.stderr
    assert reason in done.stderr
    assert "gone.toml" in done.stderr


TUTORIAL = (
    "import requests\r\n\r\ntry:\r\n    requests.get('http://127.0.0.1')\r\n"
    "except requests.exceptions.ConnectionResetError:\r\n    print('gone')\r\n"
)


def test_fixes_are_made(tmp_path: Path) -> None:
    """Those that are safe, or all that are preferred; a diff changes nothing."""
    program = tmp_path / "main.py"
    program.write_bytes(TUTORIAL.encode())
    shown = hangup("check", "--diff", "main.py", cwd=tmp_path)
    assert (shown.returncode, program.read_bytes()) == (1, TUTORIAL.encode())
    assert "+except requests.RequestException:" in shown.stdout
    assert "timeout" not in shown.stdout
    fixed = hangup("check", "--fix", "main.py", cwd=tmp_path)
    assert fixed.stderr == "hangup: fixed 1 finding in 1 file\n"
    assert "HUP401" in fixed.stdout
    assert fixed.returncode == 1
    assert b"except requests.RequestException:\r\n" in program.read_bytes()
    fixed = hangup("check", "--fix", "--unsafe-fixes", "main.py", cwd=tmp_path)
    assert fixed.returncode == 0
    assert b"timeout=10" in program.read_bytes()
    assert hangup("check", "--diff", "--unsafe-fixes", cwd=tmp_path).stdout == ""
    assert program.read_bytes().count(b"\n") == program.read_bytes().count(b"\r\n")


def test_a_diff_can_be_applied(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PROGRAM.rstrip())
    shown = hangup("check", "--diff", "--unsafe-fixes", cwd=tmp_path)
    (tmp_path / "changes.patch").write_text(shown.stdout)
    apply = subprocess.run(["git", "apply", "changes.patch"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert apply.returncode == 0, apply.stderr
    assert hangup("check", cwd=tmp_path).returncode == 0


def test_a_dependency_that_the_project_names_is_offered(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    (tmp_path / "requirements-dev.txt").write_text(
        "-r other.txt\n# comment\nTenacity[async]>=8 ; python_version > '3'\n"
    )
    project = (
        '[project]\nname = "p"\nversion = "1"\ndependencies = ["stamina>=24"]\n[tool.hangup.retry]\nattempts = 7\n'
    )
    (tmp_path / "pyproject.toml").write_text(project)
    (finding,) = findings(tmp_path)
    titles = [fix["title"] for fix in finding["fixes"]]
    assert {"Retry up to 7 times with tenacity", "Retry up to 7 times with stamina"} <= set(titles)
    assert not any("with backoff" in title for title in titles)
    (tmp_path / "pyproject.toml").write_text("[tool.hangup.retry]\nattempts = 1\n")
    assert "attempts" in hangup("check", cwd=tmp_path).stderr
