"""Clauses, and classes in them, that nothing reaches."""

import http.client
import socket
import urllib.error
from urllib.request import urlopen

import requests


def builtin(sock: socket.socket) -> bytes:
    try:
        return sock.recv(100)
    except OSError:
        return b""
    except ConnectionResetError:  # bad: below OSError, which is above
        return b"reset"


def of_requests(url: str) -> str:
    try:
        return requests.get(url, timeout=3).text
    except requests.RequestException:
        return ""
    except requests.Timeout:  # bad: below RequestException, which is above
        return "late"


def twice(sock: socket.socket) -> bytes:
    try:
        return sock.recv(100)
    except ConnectionResetError:
        return b""
    except ConnectionResetError:  # bad: the same again
        return b"again"
    except OSError:
        return b"other"


def pair(sock: socket.socket) -> bytes:
    try:
        return sock.recv(100)
    except (ConnectionResetError, OSError):  # bad: OSError covers the other
        return b""


def same_name_twice(sock: socket.socket) -> bytes:
    try:
        return sock.recv(100)
    except (TimeoutError, TimeoutError):  # bad: the same class twice
        return b"late"
    except OSError:
        return b""


def aliases(sock: socket.socket) -> bytes:
    try:
        return sock.recv(100)
    except (OSError, IOError):  # bad: two names of one class
        return b""


def of_urllib(url: str) -> bytes:
    try:
        with urlopen(url, timeout=3) as answer:
            return answer.read()
    except urllib.error.URLError:
        return b""
    except urllib.error.HTTPError as error:  # bad: below URLError, which is above
        return str(error.code).encode()
    except (OSError, http.client.HTTPException):
        return b"cut"


def everything_first(url: str) -> str:
    try:
        return requests.get(url, timeout=3).text
    except Exception as error:
        print(error)
        return ""
    except requests.ConnectionError:  # bad: below Exception, which is above
        return "unreachable"


# Good: nothing may be said of these.


def narrow_first(url: str) -> str:
    try:
        return requests.get(url, timeout=3).text
    except requests.Timeout:
        return "late"
    except requests.RequestException:
        return ""


def siblings(sock: socket.socket) -> bytes:
    try:
        return sock.recv(100)
    except (ConnectionResetError, ConnectionAbortedError):
        return b""
    except OSError:
        return b"other"
