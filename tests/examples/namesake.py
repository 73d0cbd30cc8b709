"""Catches the builtin ConnectionError; what requests raises has the same name and is another class."""

import requests


def is_up(url: str) -> bool:
    try:
        return requests.get(url, timeout=3).ok
    except ConnectionError:
        return False


print(is_up("http://127.0.0.1:8000"))
