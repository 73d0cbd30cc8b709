"""Environments with packages in them, as installers make them, and programs that use them."""

from __future__ import annotations

from pathlib import Path

from hangup.rules.finding import Finding
from hangup.workspace.loading import load_workspace
from hangup.workspace.settings import Settings
from hangup.workspace.store import Store

SITE = "lib/python3.12/site-packages"
SDK = {
    "weather/__init__.py": """
from .client import Client, fetch, WeatherError
from . import client as _c

default = Client('x')
""",
    "weather/client.py": """
import requests
from contextlib import contextmanager
from ._mixin import Paging

class WeatherError(Exception):
    pass

class Client(Paging):
    def __init__(self, key):
        self.session = requests.Session()

    def _get(self, path):
        return self.session.get("http://127.0.0.1/" + path, timeout=3)

    def today(self):
        return self._get("today").json()

    def careful(self):
        try:
            return self._get("today")
        except requests.RequestException as error:
            raise WeatherError("no weather") from error

    def silent(self):
        try:
            return self._get("today")
        except requests.RequestException:
            return None

    @contextmanager
    def opened(self):
        self._get("open")
        yield self

    @property
    def now(self):
        return self._get("now")

def fetch(key):
    return Client(key).today()
""",
    "weather/_mixin.py": """
class Paging:
    def pages(self):
        for number in range(3):
            yield self._get(str(number))
""",
}


def environment(folder: Path, files: dict[str, str], *distributions: str, version: str = "3.12.4") -> Path:
    """An environment as venv makes it, with packages in it."""
    site = folder / SITE
    site.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n", "utf-8")
    for name, text in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, "utf-8")
    for each in distributions:
        (site / f"{each}.dist-info").mkdir()
    return folder


def findings(root: Path, text: str, store: Store | None = None, **settings: object) -> list[Finding]:
    """The findings in a program that is alone in a workspace."""
    (root / "program.py").write_text(text, "utf-8")
    workspace = load_workspace(root, Settings(**settings), store=store)  # type: ignore[arg-type]
    return workspace.findings("program.py")
