"""Network errors that are dropped without a trace."""

import logging
import socket

import httpx
import requests

logger = logging.getLogger(__name__)


def passed_over(url: str) -> None:
    try:
        requests.post(url, json={}, timeout=3)
    except Exception:  # bad: everything is dropped
        pass


def bare(url: str) -> None:
    try:
        requests.post(url, json={}, timeout=3)
    except:  # noqa: E722  # bad: everything is dropped, KeyboardInterrupt too
        pass


def gone_on(urls: list[str]) -> None:
    for url in urls:
        try:
            httpx.post(url, json={})
        except Exception:  # bad: goes on as if nothing had happened
            continue


# Good: nothing may be said of these.


def best_effort(url: str) -> None:
    try:
        requests.post(url, json={}, timeout=3)
    except requests.RequestException:  # whether it arrives does not matter
        pass


def told(url: str) -> None:
    try:
        requests.post(url, json={}, timeout=3)
    except requests.RequestException as error:
        logger.warning("not sent: %s", error)


def closing(sock: socket.socket) -> None:
    try:
        sock.close()
    except OSError:
        pass
