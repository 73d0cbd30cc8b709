"""Python programs of a given length for benchmarks: ordinary code with a network call about every ten lines."""

from __future__ import annotations

_HEAD = """\
import json
import logging
import os
import socket

import requests

logger = logging.getLogger(__name__)
"""

_PIECE = '''

class Client{n}:
    """Talks to service {n}."""

    def __init__(self, base: str, retries: int = 3) -> None:
        self.base = base
        self.retries = retries
        self.session = requests.Session()
        self.cache: dict[str, object] = {{}}

    def _url(self, *parts: str) -> str:
        return "/".join([self.base.rstrip("/"), *parts])

    def load(self, name: str) -> object:
        if name in self.cache:
            return self.cache[name]
        response = self.session.get(self._url("items", name), timeout=5)
        response.raise_for_status()
        self.cache[name] = json.loads(response.text)
        return self.cache[name]

    def store(self, name: str, value: object) -> bool:
        try:
            self.session.post(self._url("items", name), data=json.dumps(value), timeout=5)
        except requests.RequestException as error:
            logger.warning("storing %s failed: %s", name, error)
            return False
        self.cache[name] = value
        return True


def ping_{n}(host: str, port: int) -> bytes:
    with socket.create_connection((host, port), timeout=2) as connection:
        connection.sendall(b"ping\\n")
        return connection.recv(16)


def report_{n}(path: str) -> int:
    total = 0
    for name in sorted(os.listdir(path)):
        if name.endswith(".json"):
            with open(os.path.join(path, name), encoding="utf-8") as file:
                total += len(json.load(file))
    logger.info("%s holds %d entries", path, total)
    return total
'''


def program(lines: int) -> str:
    """A program of exactly `lines` lines that parses."""
    text = _HEAD
    number = 0
    while text.count("\n") + _PIECE.count("\n") <= lines:
        text += _PIECE.format(n=number)
        number += 1
    if number == 0:
        text += "\n\ndef ping_" + _PIECE.partition("def ping_")[2].format(n=number)
    missing = lines - text.count("\n")
    return text + "".join(f"# line {number}\n" for number in range(missing))
