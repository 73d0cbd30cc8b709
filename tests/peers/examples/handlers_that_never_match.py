"""Handlers that name a class which the call never raises."""

import asyncio
import socket

import httpx
import pymysql
import redis
import requests


def builtin_for_requests(url: str) -> str:
    try:
        return requests.get(url, timeout=3).text
    except ConnectionError:  # bad: the builtin; requests raises its own
        return "unreachable"
    except requests.RequestException:
        return ""


def reset_of_httpx(url: str) -> str:
    try:
        return httpx.get(url).text
    except ConnectionResetError:  # bad: httpx raises httpx.ReadError
        return "reset"
    except httpx.HTTPError:
        return ""


def timeout_of_httpx(url: str) -> str:
    try:
        return httpx.get(url).text
    except TimeoutError:  # bad: httpx raises httpx.TimeoutException
        return "late"
    except httpx.HTTPError:
        return ""


def socket_error_of_redis(client: redis.Redis, key: str) -> object:
    try:
        return client.get(key)
    except OSError:  # bad: redis raises redis.ConnectionError
        return "unreachable"
    except redis.RedisError:
        return None


def another_library(url: str) -> str:
    try:
        return httpx.get(url).text
    except requests.ConnectionError:  # bad: it is httpx that is called
        return "unreachable"
    except httpx.HTTPError:
        return ""


def broken_pipe(host: str) -> object:
    try:
        return pymysql.connect(host=host, connect_timeout=3)
    except BrokenPipeError:  # bad: pymysql raises OperationalError
        return None
    except pymysql.MySQLError:
        return None


def alternatives(sock: socket.socket) -> bytes:
    try:
        return sock.recv(100)
    except ConnectionResetError or BrokenPipeError:  # bad: only the first is caught
        return b""
    except OSError:
        return b"other"


def no_class(url: str) -> str:
    try:
        return requests.get(url, timeout=3).text
    except "timeout":  # bad: a string is no class
        return "late"
    except requests.RequestException:
        return ""


# Good: nothing may be said of these.


async def asynchronous(host: str) -> bytes:
    try:
        async with asyncio.timeout(3):
            reader, _ = await asyncio.open_connection(host, 80)
            return await reader.read(100)
    except OSError:
        return b""


def aware(url: str) -> str:
    try:
        return requests.get(url, timeout=3).text
    except requests.ConnectionError:
        return "unreachable"
    except requests.RequestException:
        return ""
