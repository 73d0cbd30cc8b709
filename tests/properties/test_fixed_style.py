"""What fixes write is laid out as `ruff format` does it, and gives `ruff check` nothing to say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import hangup
from case_format import read_cases
from hangup.ide.offers import fixes_for
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.settings import Settings
from hangup.workspace.workspace import Workspace

CASES = sorted(Path(hangup.__file__).parent.glob("*/*/cases.md"))
SETTINGS = Settings(dependencies=["tenacity", "stamina", "backoff", "aiohttp-retry"])
_OTHERS = {"ignore-on-this-line", "ignore-in-this-file", "replace-dead-class", "unwrap-real-cause"}
"""A comment may make its line too long; a class that takes another's place may stand in a later clause as well."""


def complained_of(folder: Path) -> set[str]:
    """The files that ruff would lay out in another way, or finds fault with, with its default rules; by name."""
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--line-length", "120", str(folder)]
    # Where a class was replaced, the import of the one before may be left over; what was imported for type checkers
    # alone is now there twice. To take either away is another decision.
    shape = subprocess.run([*ruff, "format", "--check", *options], capture_output=True, text=True, timeout=60)
    check = [*ruff, "check", "--ignore", "F401,F811,TC004", "--output-format", "json", *options]
    found = subprocess.run(check, capture_output=True, text=True, timeout=60)
    assert shape.returncode in (0, 1), shape.stderr
    names = {Path(line.rpartition(": ")[2]).name for line in shape.stdout.splitlines() if line.startswith("Would")}
    return names | {Path(each["filename"]).name for each in json.loads(found.stdout)}


def test_fixed_programs_keep_their_style(tmp_path: Path) -> None:
    """Of the programs in the cases: those that ruff was content with before, after each fix that they are offered."""
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    programs = [text for path in CASES for case in read_cases(path) for text in case.files.values()]
    titles: dict[str, str] = {}
    for number, text in enumerate(programs):
        (before / f"p{number}.py").write_text(text, "utf-8")
        source, workspace = Source.from_text(text), Workspace(SETTINGS)
        workspace.update("main.py", source)
        offered = [fix for each in workspace.findings("main.py") for fix in fixes_for(workspace, "main.py", each)]
        for index, fix in enumerate(fix for fix in offered if fix.name not in _OTHERS):
            name = f"p{number}_{index}.py"
            titles[name] = fix.title
            (after / name).write_bytes(apply(source, fix.edits).data)
    old = complained_of(before)
    content = [name for name in titles if f"{name.partition('_')[0]}.py" not in old]
    assert len(content) > 200
    wrong = {name: titles[name] for name in complained_of(after) if name in content}
    assert wrong == {}, "\n".join(f"{wrong[name]}\n{(after / name).read_text()}" for name in sorted(wrong))
