"""What is said of retries against what they do: how often a library tries, and what comes out in the end.

Each program is looked at as hangup looks at any, and then run against a peer that resets every connection.
"""

from __future__ import annotations

import asyncio
import inspect

import pytest

from hangup.faults import FaultServer
from hangup.flow.classes import as_raised
from hangup.syntax.source import Source
from hangup.workspace.workspace import Workspace

HEAD = """
import backoff
import httpx
import requests
import retrying
import stamina
import tenacity
from requests.adapters import HTTPAdapter
from retry import retry
from urllib3.util.retry import Retry
"""
PLAIN = """
def fetch(url):
    return requests.get(url, timeout=5)
"""
DECORATED = {
    "@tenacity.retry(stop=tenacity.stop_after_attempt(3))": 3,
    "@tenacity.retry(stop=tenacity.stop_after_attempt(3), reraise=True)": 3,
    "@tenacity.retry(stop=tenacity.stop_after_attempt(3), retry=tenacity.retry_if_exception_type(ConnectionError))": 1,
    "@tenacity.retry(stop=tenacity.stop_after_attempt(2), retry=tenacity.retry_if_exception_type(OSError))": 2,
    "@tenacity.retry(stop=tenacity.stop_after_attempt(2), retry=tenacity.retry_if_not_exception_type(ValueError))": 2,
    "@tenacity.retry(stop=tenacity.stop_after_attempt(2), retry=tenacity.retry_if_not_exception_type(OSError))": 1,
    "@tenacity.retry(stop=tenacity.stop_after_delay(9) | tenacity.stop_after_attempt(4))": 4,
    "@stamina.retry(on=requests.RequestException, attempts=2, wait_initial=0.01, wait_jitter=0)": 2,
    "@stamina.retry(on=ConnectionError, attempts=2, wait_initial=0.01, wait_jitter=0)": 1,
    "@backoff.on_exception(backoff.constant, requests.ConnectionError, interval=0.01, max_tries=3)": 3,
    "@backoff.on_exception(backoff.expo, ConnectionError, max_tries=3)": 1,
    "@retry(requests.RequestException, tries=3)": 3,
    "@retry(ConnectionError, tries=3)": 1,
    "@retrying.retry(stop_max_attempt_number=3)": 3,
    "@retrying.retry(stop_max_attempt_number=3, wrap_exception=True)": 3,
}
ATTEMPTS = {
    "tenacity.Retrying(stop=tenacity.stop_after_attempt(3))": 3,
    "tenacity.Retrying(stop=tenacity.stop_after_attempt(3), reraise=True)": 3,
    "stamina.retry_context(on=requests.RequestException, attempts=2, wait_initial=0.01, wait_jitter=0)": 2,
}
POLICIES = {
    "HTTPAdapter(max_retries=Retry(total=2))": {"GET": 3, "POST": 1},
    "HTTPAdapter(max_retries=Retry(total=2, allowed_methods=None))": {"GET": 3, "POST": 3},
    "HTTPAdapter(max_retries=2)": {"GET": 3, "POST": 1},
    "HTTPAdapter()": {"GET": 1, "POST": 1},
}


def looked_at(text: str) -> tuple[set[str], list[int | None]]:
    """The classes that may leave `fetch`, and how often each retry in it tries."""
    workspace = Workspace()
    workspace.update("main.py", Source.from_text(text))
    context = workspace.context("main.py")
    fetch = next(scope for scope in context.module.scopes if scope.unit.name == "fetch")
    names = {as_raised(name) for name in context.flow.escapes.of(fetch).names}
    return names, [each.limit.tries if each.retried else 1 for each in context.retries]


def run(text: str, *arguments: object) -> tuple[str, int]:
    """The class that comes out of `fetch`, and how many connections it made."""
    names: dict[str, object] = {}
    exec(compile(text, "main.py", "exec"), names)
    fetch = names["fetch"]
    assert callable(fetch)
    with FaultServer("rst_after_request") as server:
        with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is what is asked
            _finish(fetch(server.url, *arguments))
        return f"{raised.type.__module__}.{raised.type.__qualname__}", server.connections


def _finish(result: object) -> None:
    if inspect.iscoroutine(result):
        asyncio.run(result)


@pytest.mark.parametrize(("decorator", "tries"), DECORATED.items())
def test_a_decorator(decorator: str, tries: int) -> None:
    text = HEAD + decorator + PLAIN
    names, limits = looked_at(text)
    error, connections = run(text)
    assert error in names
    assert connections == tries
    assert limits == [tries]


@pytest.mark.parametrize(("attempts", "tries"), ATTEMPTS.items())
def test_a_loop_over_attempts(attempts: str, tries: int) -> None:
    text = f"""{HEAD}
def fetch(url):
    for attempt in {attempts}:
        with attempt:
            return requests.get(url, timeout=5)
"""
    names, limits = looked_at(text)
    error, connections = run(text)
    assert error in names
    assert (connections, limits) == (tries, [tries])


def test_an_asynchronous_loop_over_attempts() -> None:
    text = f"""{HEAD}
async def fetch(url):
    async for attempt in tenacity.AsyncRetrying(stop=tenacity.stop_after_attempt(2)):
        with attempt:
            async with httpx.AsyncClient() as client:
                return await client.get(url)
"""
    names, limits = looked_at(text)
    error, connections = run(text)
    assert error in names
    assert (connections, limits) == (2, [2])


@pytest.mark.parametrize(("adapter", "tries"), POLICIES.items())
def test_a_client_that_tries_again(adapter: str, tries: dict[str, int]) -> None:
    text = f"""{HEAD}
def fetch(url, method):
    session = requests.Session()
    session.mount("http://", {adapter})
    return session.request(method, url, timeout=5)
"""
    assert {method: run(text, method)[1] for method in tries} == tries
    workspace = Workspace()
    workspace.update("main.py", Source.from_text(text))
    limits = [each.limit.tries for each in workspace.context("main.py").retries]
    assert limits == ([tries["GET"]] if tries["GET"] > 1 else [])
