"""Names of exceptions that no library has: AttributeError in the handler."""

import json
import socket

import httpx
import redis
import requests


def of_requests(url: str) -> str:
    try:
        return requests.get(url, timeout=3).text
    except requests.exceptions.ConnectionResetError:  # bad: requests has none
        return ""
    except requests.RequestException:
        return ""


def looked_at_later(url: str) -> str:
    try:
        return requests.get(url, timeout=3).text
    except requests.RequestException as error:
        if isinstance(error, requests.exceptions.TimeoutError):  # bad: it is called Timeout
            return "late"
        return ""


def of_httpx(url: str) -> str:
    try:
        return httpx.get(url).text
    except httpx.ConnectionError:  # bad: it is called ConnectError
        return ""
    except httpx.HTTPError:
        return ""


def of_socket(sock: socket.socket) -> bytes:
    try:
        return sock.recv(100)
    except socket.ConnectionError:  # bad: it is a builtin
        return b""
    except OSError:
        return b""


def of_redis(client: redis.Redis, key: str) -> object:
    try:
        return client.get(key)
    except redis.ConnectionResetError:  # bad: it is called redis.ConnectionError
        return None
    except redis.RedisError:
        return None


# Good: nothing may be said of these.


def present(url: str) -> object:
    try:
        return requests.get(url, timeout=3).json()
    except requests.exceptions.JSONDecodeError:
        return None
    except requests.exceptions.ConnectionError:
        return None
    except requests.RequestException:
        return json.loads("null")
