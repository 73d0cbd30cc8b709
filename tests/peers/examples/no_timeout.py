"""Calls that a silent peer stops for ever."""

import http.client
import smtplib
import socket
from urllib.request import urlopen

import httpx
import requests
import urllib3


def rates(url: str) -> str:
    try:
        return requests.get(url).text  # bad: no timeout
    except requests.RequestException:
        return ""


def order(url: str, number: int) -> int:
    try:
        return requests.post(url, json={"number": number}, timeout=None).status_code  # bad: timeout=None
    except requests.RequestException:
        return 0


class Client:
    def __init__(self) -> None:
        self.session = requests.Session()

    def user(self, url: str) -> str:
        try:
            return self.session.get(url).text  # bad: a session's method, no timeout
        except requests.RequestException:
            return ""


def news(url: str) -> str:
    try:
        return httpx.get(url, timeout=None).text  # bad: httpx told to wait for ever
    except httpx.HTTPError:
        return ""


def page(url: str) -> bytes:
    try:
        with urlopen(url) as answer:  # bad: urlopen without timeout
            return answer.read()
    except (OSError, http.client.HTTPException):
        return b""


def banner(host: str) -> bytes:
    try:
        with socket.create_connection((host, 25)) as sock:  # bad: create_connection without timeout
            return sock.recv(100)
    except OSError:
        return b""


def send(host: str, text: str) -> bool:
    try:
        with smtplib.SMTP(host) as mail:  # bad: SMTP without timeout
            mail.sendmail("a@example.com", "b@example.com", text)
    except (OSError, ValueError):
        return False
    return True


def pooled(url: str) -> bytes:
    http = urllib3.PoolManager()  # bad: a pool without timeout
    try:
        return http.request("GET", url).data
    except urllib3.exceptions.HTTPError:
        return b""


# Good: nothing may be said of these.


def limited(url: str) -> str:
    try:
        return requests.get(url, timeout=(3, 10)).text
    except requests.RequestException:
        return ""


def five_seconds(url: str) -> str:
    try:
        return httpx.get(url).text
    except httpx.HTTPError:
        return ""


def forwarded(url: str, **options: float) -> str:
    try:
        return requests.get(url, **options).text
    except requests.RequestException:
        return ""


limited("https://example.com")
forwarded("https://example.com", timeout=3.0)
