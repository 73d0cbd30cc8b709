"""Settings: of the start, of `workspace/configuration` and `workspace/didChangeConfiguration`, and the project's."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import Client, Editor, codes, without
from lsprotocol import types
from starting import profile, start

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOTH = "import requests\n\nrequests.get('http://127.0.0.1')\n"
ONE = "untitled:one"


def unasked(name: str) -> types.ClientCapabilities:
    """An editor that cannot be asked for its settings."""
    return without(profile(name), "workspace.configuration", False)


async def after_change(editor: Editor, uri: str, wanted: list[str]) -> None:
    """Wait until the client knows the findings that it should, by itself or because it is told to ask again."""
    if editor.pulls:
        await editor.client.until(lambda: editor.client.diagnostic_refresh_count, "a refresh")
        assert codes(await editor.diagnostics(uri)) == wanted
    else:
        version = editor.versions[uri]
        await editor.client.until(
            lambda: [
                p
                for p in editor.client.publications[-1:]
                if p.uri == uri and p.version == version and codes(p.diagnostics) == wanted
            ],
            f"{wanted} for {uri}",
        )


@pytest.mark.parametrize("name", ["vscode", "neovim"])
@pytest.mark.parametrize("options", [{"ignore": ["HUP1"]}, {"hangup": {"ignore": ["HUP101"]}}])
async def test_those_of_the_start_hold_where_the_client_cannot_be_asked(name: str, options: object) -> None:
    async with start(unasked(name), options=options) as editor:
        editor.open(ONE, BOTH)
        assert codes(await editor.diagnostics(ONE)) == ["HUP401"]


@pytest.mark.parametrize("name", ["vscode", "neovim"])
async def test_those_that_are_asked_for_go_first(name: str) -> None:
    """And nothing is reported by other settings before they are known."""
    async with start(name, options={"ignore": ["HUP1"]}, settings={"select": ["HUP1"]}) as editor:
        editor.open(ONE, BOTH)
        assert codes(await editor.diagnostics(ONE)) == ["HUP101"]
        assert {tuple(codes(p.diagnostics)) for p in editor.client.publications} <= {("HUP101",)}


async def test_what_is_not_answered_leaves_the_start_in_force() -> None:
    """Neovim answers null for a section that its configuration does not have."""
    async with start("neovim", options={"ignore": ["HUP1"]}) as editor:
        editor.open(ONE, BOTH)
        assert codes(await editor.diagnostics(ONE)) == ["HUP401"]


@pytest.mark.parametrize("answer", ["an error", "nothing"])
async def test_an_editor_that_does_not_answer_is_not_waited_for(answer: str) -> None:
    def refuse(client: Client) -> None:
        features = client.protocol.fm.features
        del features[types.WORKSPACE_CONFIGURATION]
        if answer == "nothing":
            client.protocol._handle_request = lambda *_: None

    async with start("neovim", options={"ignore": ["HUP101"]}, prepare=refuse) as editor:
        editor.open(ONE, BOTH)
        assert codes(await editor.diagnostics(ONE)) == ["HUP401"]


@pytest.mark.parametrize("name", ["vscode", "neovim", "emacs"])
@pytest.mark.parametrize("asked", [True, False])
async def test_a_change_takes_effect_at_once(name: str, asked: bool) -> None:
    async with start(profile(name) if asked else unasked(name)) as editor:
        editor.open(ONE, BOTH)
        assert codes(await editor.diagnostics(ONE)) == ["HUP101", "HUP401"]
        editor.configure({"ignore": ["HUP401"]})
        await after_change(editor, ONE, ["HUP101"])


async def test_findings_by_the_settings_before_are_not_sent_any_more() -> None:
    """The settings change while a long document is looked at."""
    body = "def f{0}(url):\n    session = requests.Session()\n    print(session.get(url, timeout=3).text)\n\n\n"
    async with start(unasked("neovim")) as editor:
        editor.open("untitled:small", BOTH)
        await editor.published("untitled:small", 1)
        editor.open("untitled:long", "import requests\n\n\n" + "".join(body.format(n) for n in range(1500)))
        editor.configure({"select": ["HUP4"]})
        await after_change(editor, "untitled:long", [])
        assert [codes(p.diagnostics) for p in editor.client.publications if p.uri == "untitled:long"] == [[]]


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ({"enable": False}, []),
        ({"select": ["HUP4"]}, ["HUP401"]),
        ({"select": ["ALL"], "ignore": ["hup401"]}, ["HUP101"]),
        ({"select": ["HUP4"], "extendSelect": ["HUP101"]}, ["HUP101", "HUP401"]),
        ({"select": [], "extendSelect": None, "ignore": None}, []),
        ({"select": None, "ignore": None, "enable": None, "trace": {"server": "off"}}, ["HUP101", "HUP401"]),
        ({"select": "HUP4", "ignore": [1, 2], "enable": "no"}, ["HUP101", "HUP401"]),
        ([1, 2], ["HUP101", "HUP401"]),
        ("off", ["HUP101", "HUP401"]),
    ],
)
async def test_each_setting(shared_neovim: Editor, loose_uri: str, table: object, wanted: list[str]) -> None:
    """Values that make no sense count as not given: people write them by hand."""
    editor = shared_neovim
    editor.open(loose_uri, BOTH)
    other = "HUP101" if wanted == ["HUP401"] else "HUP401"
    editor.configure({"select": [other]})
    await after_change(editor, loose_uri, [other])
    editor.configure(table)
    await after_change(editor, loose_uri, wanted)


async def test_disabled_means_silent_everywhere(shared_neovim: Editor, loose_uri: str) -> None:
    editor = shared_neovim
    editor.open(loose_uri, BOTH)
    editor.configure({"enable": False})
    await after_change(editor, loose_uri, [])
    assert await editor.actions(loose_uri, "requests.get") == []
    assert await editor.hover(loose_uri, "get(") is None
    editor.configure({"enable": True})
    await after_change(editor, loose_uri, ["HUP101", "HUP401"])
    assert await editor.actions(loose_uri, "requests.get") != []
    assert await editor.hover(loose_uri, "get(") is not None


async def test_those_of_the_project_hold_where_the_editor_says_nothing(editor: Editor, folder: Path, uri: str) -> None:
    (folder / "pyproject.toml").write_text("[tool.hangup]\nselect = ['HUP401']\n", "utf-8")
    editor.changed_on_disk(folder / "pyproject.toml", types.FileChangeType.Created)
    editor.open(uri, BOTH)
    assert codes(await editor.diagnostics(uri)) == ["HUP401"]


async def test_those_of_the_editor_go_before_the_projects(tmp_path: Path) -> None:
    (tmp_path / "hangup.toml").write_text("select = ['HUP401']\ninclude-tests = true\n", "utf-8")
    async with start("neovim", folders=[tmp_path], settings={"select": ["HUP101"]}) as editor:
        uri = (tmp_path / "test_program.py").as_uri()
        editor.open(uri, BOTH)
        assert codes(await editor.diagnostics(uri)) == ["HUP101"]


async def test_each_folder_may_have_its_own(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    async with start("neovim", folders=[one, two]) as editor:
        editor.client.set_configuration({"select": ["HUP4"]}, section="hangup", scope_uri=two.as_uri())
        editor.configure({"select": ["HUP1"]})
        uris = [(place / "program.py").as_uri() for place in (one, two, tmp_path)]
        for uri in uris:
            editor.open(uri, BOTH)
        wanted = dict(zip(uris, (["HUP101"], ["HUP401"], ["HUP101"]), strict=True))

        def is_told() -> bool:
            return {each.uri: codes(each.diagnostics) for each in editor.client.publications} == wanted

        await editor.client.until(is_told, f"the findings {wanted}")


async def test_a_broken_settings_file_keeps_the_settings_before(editor: Editor, folder: Path, uri: str) -> None:
    settings = folder / "hangup.toml"
    settings.write_text("select = ['HUP401']\n", "utf-8")
    editor.changed_on_disk(settings, types.FileChangeType.Created)
    editor.open(uri, BOTH)
    assert codes(await editor.diagnostics(uri)) == ["HUP401"]
    for broken in ("select = [", "select = 3\n", "unknown = true\n", "\xff"):
        settings.write_text(broken, "latin-1")
        editor.changed_on_disk(settings)
        editor.replace(uri, (0, 0, "\n"))
        assert codes(await editor.diagnostics(uri)) == ["HUP401"]
    assert any("hangup.toml" in line for line in editor.client.log)
    settings.unlink()
    editor.changed_on_disk(settings, types.FileChangeType.Deleted)
    editor.replace(uri, (0, 0, "\n"))
    assert codes(await editor.diagnostics(uri)) == ["HUP101", "HUP401"]


async def test_severities_and_the_limit_of_the_editor() -> None:
    """Code by code before the project's; what is no severity or no code is passed over."""
    given = {
        "severity": {"HUP1": "error", "HUP4": "loud", "HUP9999": "hint", "hup401": "hint"},
        "timeoutConstant": "LIMIT",
    }
    async with start("vscode", settings=given) as editor:
        editor.open(ONE, BOTH)
        found = {d.code: d for d in await editor.diagnostics(ONE)}
        assert {code: d.severity for code, d in found.items()} == {
            "HUP101": types.DiagnosticSeverity.Error,
            "HUP401": types.DiagnosticSeverity.Hint,
        }
        assert "timeout=LIMIT" in found["HUP401"].message
