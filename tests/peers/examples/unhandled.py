"""Calls whose failure ends the program, or that are guarded in part."""

import http.client
import socket
import urllib.error
from urllib.request import urlopen

import requests


def download(url: str) -> bytes:
    return requests.get(url, timeout=3).content  # bad: nothing handles it


def partly(url: str) -> bytes:
    try:
        with urlopen(url, timeout=3) as answer:  # bad: a reset while waiting is no URLError
            return answer.read()  # bad: a reset in the body is none either
    except urllib.error.URLError:
        return b""


def in_chunks(url: str) -> int:
    try:
        answer = requests.get(url, timeout=3, stream=True)
    except requests.RequestException:
        return 0
    return sum(len(chunk) for chunk in answer.iter_content(1024))  # bad: the body is read outside of the try


def bound(host: str) -> None:
    try:
        sock = socket.create_connection((host, 80), timeout=3)
        sock.sendall(b"done")
    except OSError as error:
        print(error)
    finally:
        sock.close()  # bad: perhaps never bound


def main() -> None:
    download("https://example.com/a")
    partly("https://example.com/b")
    in_chunks("https://example.com/c")


# Good: nothing may be said of these.


def whole(url: str) -> bytes:
    try:
        with urlopen(url, timeout=3) as answer:
            return answer.read()
    except (OSError, http.client.HTTPException):
        return b""


if __name__ == "__main__":
    main()
    whole("https://example.com/d")
