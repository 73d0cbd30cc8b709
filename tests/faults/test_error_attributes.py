"""What the knowledge files say an error has not got when the network fails (`none`, `missing`) is what is seen."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from hangup.faults import FaultServer
from hangup.knowledge.catalogue import Catalogue

FAULTS = ("rst_after_request", "fin_before_response", "hang_before_response")


def _requests(url: str) -> None:
    import requests

    requests.get(url, timeout=0.3)


def _httpx(url: str) -> None:
    import httpx

    httpx.get(url, timeout=0.3)


def _urllib3(url: str) -> None:
    import urllib3

    urllib3.request("GET", url, timeout=0.3, retries=False)


def _urllib(url: str) -> None:
    urllib.request.urlopen(url.replace("http:", "https:"), timeout=0.3)


def _socket(url: str) -> None:
    import socket

    host, port = url.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port)), timeout=0.3) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        if not connection.recv(1):
            connection.sendall(b"x" * 5_000_000)
            connection.recv(1)
            connection.sendall(b"x")


def _aiohttp(url: str) -> None:
    import asyncio

    import aiohttp

    async def get() -> None:
        async with aiohttp.ClientSession() as session, session.get(url):
            pass

    asyncio.run(get())


def _openai(url: str) -> None:
    import openai

    openai.OpenAI(base_url=url, api_key="none", max_retries=0, timeout=0.3).models.list()


def _anthropic(url: str) -> None:
    import anthropic

    anthropic.Anthropic(base_url=url, api_key="none", max_retries=0, timeout=0.3).models.list()


def _botocore(url: str) -> None:
    import botocore.config
    import botocore.session

    config = botocore.config.Config(retries={"max_attempts": 0}, read_timeout=0.3)
    session = botocore.session.get_session()
    names = {"region_name": "eu-west-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    session.create_client("s3", endpoint_url=url, config=config, **names).list_buckets()


CALLS: dict[str, Callable[[str], None]] = {
    "requests": _requests,
    "httpx": _httpx,
    "urllib3": _urllib3,
    "socket": _socket,
    "urllib": _urllib,
    "aiohttp": _aiohttp,
    "openai": _openai,
    "anthropic": _anthropic,
    "botocore": _botocore,
}
CELLS = [
    (library, fault)
    for library in CALLS
    for fault in FAULTS
    if find_spec(library) and not (library in ("aiohttp", "urllib") and fault == "hang_before_response")
]


def attribute(error: BaseException, path: str) -> object:
    found: object = error
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        found = getattr(found, name) if name else found[int(index)]  # type: ignore[index]
    return found


@pytest.mark.parametrize(("library", "fault"), CELLS)
def test_what_the_files_say_is_not_there(library: str, fault: str) -> None:
    catalogue = Catalogue()
    with FaultServer(fault) as server, pytest.raises(Exception) as caught:  # noqa: PT011 - its class is the library's
        CALLS[library](server.url)
    named = [f"{cls.__module__}.{cls.__qualname__}" for cls in type(caught.value).__mro__]
    entries = [entry for name in named if (entry := catalogue.exception(catalogue.canonical(name))) is not None]
    entry = next(entry for entry in entries if entry.none or entry.missing)
    for path in entry.none:
        assert attribute(caught.value, path) is None
    for path in entry.missing:
        with pytest.raises(AttributeError):
            attribute(caught.value, path)


def test_there_are_libraries_to_see_it_with() -> None:
    assert {library for library, _ in CELLS} >= {"requests", "httpx", "urllib3", "socket", "urllib"}
