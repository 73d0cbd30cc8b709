"""Calls that stop the event loop."""

import asyncio
import socket
import time
from urllib.request import urlopen

import httpx
import requests


async def rates(url: str) -> str:
    try:
        return requests.get(url, timeout=3).text  # bad: requests in a coroutine
    except requests.RequestException:
        return ""


async def session(url: str) -> str:
    with requests.Session() as client:
        try:
            return client.get(url, timeout=3).text  # bad: a session's method in a coroutine
        except requests.RequestException:
            return ""


async def page(url: str) -> bytes:
    try:
        with urlopen(url, timeout=3) as answer:  # bad: urlopen in a coroutine
            return answer.read()
    except Exception as error:
        print(error)
        return b""


async def news(url: str) -> str:
    try:
        return httpx.get(url).text  # bad: httpx's plain function in a coroutine
    except httpx.HTTPError:
        return ""


async def client_of_httpx(url: str) -> str:
    with httpx.Client() as client:
        try:
            return client.get(url).text  # bad: httpx's plain client in a coroutine
        except httpx.HTTPError:
            return ""


async def pause() -> None:
    time.sleep(1)  # bad: time.sleep in a coroutine


async def address(host: str) -> list[object]:
    try:
        return list(socket.getaddrinfo(host, 80))  # bad: a look-up of a name in a coroutine
    except OSError:
        return []


def load(url: str) -> str:
    try:
        return requests.get(url, timeout=3).text
    except requests.RequestException:
        return ""


async def through_a_function(url: str) -> str:
    return load(url)  # bad: blocks in a function that it calls


# Good: nothing may be said of these.


async def in_a_thread(url: str) -> str:
    return await asyncio.to_thread(load, url)


async def asynchronous(url: str) -> str:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(url)).text
        except httpx.HTTPError:
            return ""


async def asleep() -> None:
    await asyncio.sleep(1)
