"""A real Neovim with the configuration that the README gives, on a file with an unhandled network call."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from hangup.ide.actions import actions
from hangup.knowledge import packs
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

HERE = Path(__file__).parent / "neovim"
PAGE = Path(packs.__file__).parent / "pages" / "ConnectionResetError.md"
SCRIPTS = Path(sys.executable).parent
STEP, WHOLE = 15, 60
"""Seconds for one step inside of Neovim, and for all of it."""

# A form feed, characters of two and four bytes, and a tab: places where editors and servers count differently.
PROGRAM = """\
import requests

\f
class Ü:
\tlabel = "é😀"


def main():
    try:
        print("\N{GRINNING FACE}", requests.get("http://127.0.0.1:9/é😀", timeout=3).text)
    finally:
        print("done")


def other(s):
    try:
        s.close()
    except ConnectionResetError:
        pass


main()
"""


def fixed(program: str) -> str:
    """The program after the preferred action for its HUP101, by the engine itself."""
    workspace = Workspace()
    source = Source.from_text(program)
    workspace.update("program.py", source)
    offered = actions(workspace, "program.py", 0, len(source.data))
    [fix] = [each.fix for each in offered if each.finding.code == "HUP101" and each.fix.preferred]
    return apply(source, fix.edits).data.decode()


def environment(home: Path, result: Path) -> dict[str, str]:
    """That of a person with an empty home and `hangup` on the path."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "NVIM", "VIM"))}
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    path = os.pathsep.join([str(SCRIPTS), kept.get("PATH", "")])
    given = {"HOME": str(home), "PATH": path, "HANGUP_RESULT": str(result), "HANGUP_PATIENCE": str(STEP)}
    return {**kept, **folders, **given}


def test_the_readme_configuration_works_in_neovim(tmp_path: Path) -> None:
    """Underlined, explained, fixed, undone: each answer of the server arrives where Neovim means it."""
    neovim = SCRIPTS / ("nvim.exe" if sys.platform == "win32" else "nvim")
    assert neovim.exists(), f"no Neovim at {neovim}: install the package with its test extra"
    configuration = tmp_path / "config" / "nvim"
    (configuration / "lsp").mkdir(parents=True)
    shutil.copy(HERE / "hangup.lua", configuration / "lsp" / "hangup.lua")
    (configuration / "init.lua").write_text('vim.lsp.enable("hangup")\n', "utf-8")
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("[tool.hangup]\nselect = ['HUP101']\n", "utf-8")
    program = project / "program.py"
    program.write_text(PROGRAM, "utf-8")
    result = tmp_path / "result.json"

    command = [neovim, "--headless", "-n", "-i", "NONE", "-c", f"luafile {HERE / 'drive.lua'}", program]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(tmp_path, result),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=WHOLE,
    )
    report = json.loads(result.read_text("utf-8")) if result.exists() else {}
    log = tmp_path / "state" / "nvim" / "lsp.log"
    told = log.read_text("utf-8", "replace")[-4000:] if log.exists() else "no log"
    assert done.returncode == 0, f"{report}\n{done.stdout}{done.stderr}\nNeovim's log:\n{told}"

    line = PROGRAM.split("\n").index('        print("😀", requests.get("http://127.0.0.1:9/é😀", timeout=3).text)')
    start = len('        print("😀", '.encode())
    assert report["encoding"] == "utf-8"
    assert report["root"] == str(project)
    assert report["finding"] == {
        "line": line,
        "from": start,
        "to": start + len("requests.get"),
        "source": "hangup",
    }
    assert PAGE.read_text("utf-8").splitlines()[0] in report["hover"]
    assert "\n".join(report["fixed"]) + "\n" == fixed(PROGRAM)
    assert "\n".join(report["undone"]) + "\n" == PROGRAM
