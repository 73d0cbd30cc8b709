"""`workspace/didChangeWatchedFiles`, `workspace/didChangeWorkspaceFolders`: what happens around the open documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import Editor, codes
from lsprotocol import types
from starting import start

pytestmark = pytest.mark.asyncio(loop_scope="session")

Created, Changed, Deleted = types.FileChangeType.Created, types.FileChangeType.Changed, types.FileChangeType.Deleted

FETCH = "import requests\n\n\ndef get(url):\n    return requests.get(url, timeout=3)\n"
HANDLES = "import requests\nimport fetch\n\ntry:\n    fetch.get('')\nexcept requests.RequestException:\n    exit()\n"
DOES_NOT = "import fetch\n\nfetch.get('')\n"
UNHANDLED = "import requests\n\nrequests.get('http://127.0.0.1', timeout=3)\n"


async def test_a_file_on_disk_decides_about_an_open_one(editor: Editor, folder: Path) -> None:
    fetch, main = (folder / "fetch.py").as_uri(), folder / "main.py"
    editor.open(fetch, FETCH)
    [alone] = await editor.diagnostics(fetch)
    assert alone.severity is types.DiagnosticSeverity.Information  # a function that nobody calls here
    for kind, text, wanted in (
        (Created, DOES_NOT, ["HUP101"]),
        (Changed, HANDLES, []),
        (Changed, DOES_NOT, ["HUP101"]),
    ):
        main.write_text(text, "utf-8")
        editor.changed_on_disk(main, kind)
        editor.replace(fetch, (0, 0, "\n"))
        assert codes(await editor.diagnostics(fetch)) == wanted
    main.unlink()
    editor.changed_on_disk(main, Deleted)
    editor.replace(fetch, (0, 0, "\n"))
    [alone] = await editor.diagnostics(fetch)
    assert alone.severity is types.DiagnosticSeverity.Information


async def test_an_open_document_goes_before_its_file(editor: Editor, folder: Path) -> None:
    program = folder / "program.py"
    program.write_text(UNHANDLED, "utf-8")
    editor.changed_on_disk(program, Created)
    editor.open(program.as_uri(), "x = 1\n")
    assert await editor.diagnostics(program.as_uri()) == []
    program.write_text(UNHANDLED * 2, "utf-8")
    editor.changed_on_disk(program)
    editor.replace(program.as_uri(), (0, 0, "\n"))
    assert await editor.diagnostics(program.as_uri()) == []


async def test_files_that_cannot_be_read_do_no_harm(editor: Editor, folder: Path) -> None:
    (folder / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nname = '\xe9'\n")
    (folder / "broken.py").write_bytes(b"name = '\xe9'\n\x00\xff(")
    (folder / "nowhere.py").symlink_to(folder / "missing")
    (folder / "folder.py").mkdir()
    for name in ("latin.py", "broken.py", "nowhere.py", "folder.py", "never.py"):
        editor.changed_on_disk(folder / name, Created)
    editor.open((folder / "fetch.py").as_uri(), FETCH)
    assert codes(await editor.diagnostics((folder / "fetch.py").as_uri())) == ["HUP101"]


async def test_environments_are_not_read(editor: Editor, folder: Path) -> None:
    """A file in one may be watched and told of. It must not become a part of the project."""
    hidden = folder / ".venv" / "fetch.py"
    hidden.parent.mkdir()
    hidden.write_text(HANDLES, "utf-8")
    editor.changed_on_disk(hidden, Created)
    fetch = (folder / "fetch.py").as_uri()
    editor.open(fetch, FETCH)
    [alone] = await editor.diagnostics(fetch)
    assert alone.severity is types.DiagnosticSeverity.Information
    assert await editor.diagnostics(hidden.as_uri()) == [] if editor.pulls else True


async def test_a_new_file_is_opened_before_it_is_told_of(editor: Editor, folder: Path) -> None:
    """Editors create a file, open it, and only then tell that it was created."""
    other = (folder / "other.py").as_uri()
    editor.open(other, UNHANDLED)
    assert codes(await editor.diagnostics(other)) == ["HUP101"]
    (folder / "new.py").write_text(UNHANDLED, "utf-8")
    editor.open((folder / "new.py").as_uri(), UNHANDLED)
    assert codes(await editor.diagnostics((folder / "new.py").as_uri())) == ["HUP101"]


async def test_files_are_watched_where_the_client_can_be_asked(editor: Editor) -> None:
    watched = editor.capabilities.workspace.did_change_watched_files
    registered = [r for r in editor.client.registrations if r.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES]
    if not watched or not watched.dynamic_registration:
        assert registered == []
        return
    [registration] = registered
    patterns = [watcher["globPattern"] for watcher in registration.register_options["watchers"]]
    assert {"**/*.py", "**/pyproject.toml", "**/hangup.toml"} <= set(patterns)
    # VS Code tells of its settings by itself: to ask for that as well would make it tell everything twice.
    assert [r.method for r in editor.client.registrations] == [types.WORKSPACE_DID_CHANGE_WATCHED_FILES]


async def test_saving_looks_at_the_disk_where_nobody_watches(tmp_path: Path) -> None:
    fetch, main = tmp_path / "fetch.py", tmp_path / "main.py"
    fetch.write_text(FETCH, "utf-8")
    main.write_text(DOES_NOT, "utf-8")
    async with start("neovim", folders=[tmp_path]) as editor:
        editor.open(fetch.as_uri(), FETCH)
        assert codes(await editor.diagnostics(fetch.as_uri())) == ["HUP101"]
        main.write_text(HANDLES + "\n", "utf-8")
        count = len(editor.client.publications)
        editor.save(fetch.as_uri())
        assert await editor.published(fetch.as_uri(), 1, after=count) == []
        (tmp_path / "hangup.toml").write_text("select = ['HUP4']\n", "utf-8")
        main.unlink()
        editor.save(fetch.as_uri())
        editor.substitute(fetch.as_uri(), ", timeout=3", "")
        assert codes(await editor.diagnostics(fetch.as_uri())) == ["HUP401"]


async def test_folders_come_and_go(editor: Editor, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for place in (one, two):
        place.mkdir()
        (place / "fetch.py").write_text(FETCH, "utf-8")
        (place / "hangup.toml").write_text(f"select = ['{'HUP1' if place is one else 'HUP4'}']\n", "utf-8")
    (one / "main.py").write_text(HANDLES, "utf-8")
    fetch = (one / "fetch.py").as_uri()
    editor.set_folders(added=[one, two])
    editor.open(fetch, FETCH)
    assert await editor.diagnostics(fetch) == []
    editor.set_folders(removed=[one])
    editor.replace(fetch, (0, 0, "\n"))
    [alone] = await editor.diagnostics(fetch)
    assert alone.severity is types.DiagnosticSeverity.Information
    editor.set_folders(added=[one], removed=[two])
    editor.replace(fetch, (0, 0, "\n"))
    assert await editor.diagnostics(fetch) == []
    editor.set_folders(removed=[one])


async def test_the_innermost_folder_counts(editor: Editor, folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (folder / "hangup.toml").write_text("select = ['HUP4']\n", "utf-8")
    (inner / "hangup.toml").write_text("select = ['HUP1']\n", "utf-8")
    editor.changed_on_disk(folder / "hangup.toml", Created)
    editor.set_folders(added=[inner])
    editor.open((inner / "program.py").as_uri(), UNHANDLED)
    assert codes(await editor.diagnostics((inner / "program.py").as_uri())) == ["HUP101"]
    editor.set_folders(removed=[inner])


async def test_folders_that_are_nowhere(editor: Editor, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    editor.set_folders(added=[missing])
    editor.open((missing / "program.py").as_uri(), UNHANDLED)
    assert codes(await editor.diagnostics((missing / "program.py").as_uri())) == ["HUP101"]
    event = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder("vscode-vfs://github/a/b", "b")], [])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    editor.open("vscode-vfs://github/a/b/program.py", UNHANDLED)
    assert codes(await editor.diagnostics("vscode-vfs://github/a/b/program.py")) == ["HUP101"]
    editor.set_folders(removed=[missing])
