"""Installed packages without a knowledge file: their source tells what they raise, and versions choose entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from hangup.knowledge.catalogue import Catalogue
from hangup.workspace.installed import following
from hangup.workspace.store import Store
from installations import SDK, SITE, environment, findings


@pytest.mark.parametrize(
    ("expression", "raised"),
    [
        ("weather.Client('k').today()", "requests.exceptions.RequestException"),
        ("weather.fetch('k')", "requests.exceptions.RequestException"),
        ("weather.default.today()", "requests.exceptions.RequestException"),
        ("weather.Client('k').careful()", "weather.client.WeatherError"),
        ("weather.Client('k').now", "requests.exceptions.RequestException"),
        ("list(weather.Client('k').pages())", "requests.exceptions.RequestException"),
        ("weather.Client('k').pages()", None),
        ("weather.Client('k').silent()", None),
        ("weather.Client('k')", None),
    ],
)
def test_a_package_built_on_a_known_library_yields_its_errors(
    tmp_path: Path, expression: str, raised: str | None
) -> None:
    environment(tmp_path / ".venv", SDK, "weather-1.0")
    found = findings(tmp_path, f"import weather\n\ndef main():\n    x = {expression}\n\nmain()\n")
    assert [finding.code for finding in found] == (["HUP101"] if raised else [])
    if raised:
        assert raised.rpartition(".")[2] in found[0].message or "requests.exceptions" in found[0].message
        assert found[0].severity == "information"


@pytest.mark.parametrize(
    "block",
    [
        "for page in weather.Client('k').pages():\n        print(page)",
        "with weather.Client('k').opened() as client:\n        print(client)",
    ],
)
def test_generators_and_context_managers_raise_where_they_are_used(tmp_path: Path, block: str) -> None:
    environment(tmp_path / ".venv", SDK)
    assert [f.code for f in findings(tmp_path, f"import weather\n\ndef main():\n    {block}\n\nmain()\n")] == ["HUP101"]


def test_a_handler_of_the_library_below_is_right(tmp_path: Path) -> None:
    environment(tmp_path / ".venv", SDK)
    text = "import weather, requests\n\ntry:\n    weather.fetch('k')\nexcept {}:\n    print('no')\n"
    assert findings(tmp_path, text.format("requests.RequestException")) == []
    assert "HUP101" in [f.code for f in findings(tmp_path, text.format("KeyError"))]


def test_a_package_is_not_followed_where_the_settings_say_so(tmp_path: Path) -> None:
    environment(tmp_path / ".venv", SDK)
    text = "import weather\n\nweather.fetch('k')\n"
    assert len(findings(tmp_path, text)) == 1
    assert findings(tmp_path, text, follow_packages=False) == []


def test_a_package_on_a_package_is_followed(tmp_path: Path) -> None:
    above = {"city/__init__.py": "import weather\n\ndef climate():\n    return weather.fetch('k')\n"}
    environment(tmp_path / ".venv", {**SDK, **above})
    assert len(findings(tmp_path, "import city\n\ncity.climate()\n")) == 1


def test_what_was_derived_is_kept_until_the_package_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = environment(tmp_path / "w" / ".venv", SDK)
    store = Store(tmp_path / "index.sqlite3")
    text = "import weather\n\nweather.fetch('k')\n"
    assert len(findings(tmp_path / "w", text, store)) == 1
    store.flush()
    derived: list[str] = []
    derive = following.derive
    monkeypatch.setattr(
        following, "derive", lambda header, *rest: (derived.append(header.name), derive(header, *rest))[1]
    )
    assert len(findings(tmp_path / "w", text, store)) == 1
    assert derived == []
    (place / SITE / "weather/client.py").write_text("def fetch(key):\n    return key\n\nclass Client: ...\n", "utf-8")
    assert findings(tmp_path / "w", text, store) == []
    store.close()


def test_nothing_of_it_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "run"
    code = f"open({str(mark)!r}, 'w')\nimport requests\n"
    environment(
        tmp_path / ".venv", {**SDK, "weather/evil.py": code, "bad.pth": f"import sys; open({str(mark)!r}, 'w')\n"}
    )
    assert len(findings(tmp_path, "import weather\n\nweather.fetch('k')\n")) == 1
    assert not mark.exists()


def test_a_package_that_is_broken_stops_nothing(tmp_path: Path) -> None:
    broken = {"broken/__init__.py": "import requests\ndef f(:\n  \x00 class\n", "broken/latin.py": "# é"}
    place = environment(tmp_path / ".venv", {**SDK, **broken})
    (place / SITE / "broken/binary.py").write_bytes(b"\xff\xfe\x00\x01import requests")
    assert len(findings(tmp_path, "import weather, broken\n\nbroken.f()\nweather.fetch('k')\n")) == 1


# --- Versions ---


def test_entries_hold_for_the_versions_that_they_name(tmp_path: Path) -> None:
    pack = tmp_path / "ours.toml"
    pack.write_text(
        '[library]\nname = "ours"\nimports = ["ours"]\ndistribution = "Ours.Client"\n\n'
        '[[calls]]\nmatch = ["ours.old"]\nuntil = "1.9"\nraises = { rst_after_request = "ConnectionResetError" }\n'
        'phase = ["receive"]\n\n'
        '[[calls]]\nmatch = ["ours.new"]\nsince = "2.0"\nraises = { rst_after_request = "ConnectionResetError" }\n'
        'phase = ["receive"]\n',
        "utf-8",
    )

    def known(version: str | None) -> list[bool]:
        catalogue = Catalogue({"ours": pack}, (3, 12), {"ours-client": version} if version else {})
        return [bool(catalogue.calls(name)) for name in ("ours.old", "ours.new")]

    assert known("1.9.4") == [True, False]
    assert known("2.0rc1") == [False, True]
    assert known("2.11") == [False, True]
    assert known(None) == [True, True]


def test_pythons_own_entries_follow_its_version() -> None:
    names = [bool(Catalogue(None, python).calls("nntplib.NNTP")) for python in ((3, 12), (3, 13), None)]
    assert names == [True, False, True]
