"""Retries that harm, or that never happen."""

import time

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential


def at_once(url: str) -> str:
    for _ in range(5):  # bad: no wait between the tries
        try:
            return requests.get(url, timeout=3).text
        except requests.RequestException as error:
            print(error)
    return ""


def for_ever(url: str) -> str:
    while True:  # bad: never gives up
        try:
            return requests.get(url, timeout=3).text
        except requests.RequestException as error:
            print(error)
            time.sleep(1)


@retry(retry=retry_if_exception_type(ConnectionError), stop=stop_after_attempt(4), wait=wait_random_exponential())  # bad: requests raises another class
def wrong_class(url: str) -> str:
    return requests.get(url, timeout=3).text  # bad: so nothing handles its failure


@retry(
    retry=retry_if_exception_type(requests.ConnectionError),
    stop=stop_after_attempt(4),
    wait=wait_random_exponential(),
    reraise=True,
)
def order(url: str, number: int) -> None:
    requests.post(url, json={"number": number}, timeout=3)  # bad: may order twice


# Good: nothing may be said of this.


@retry(
    retry=retry_if_exception_type(requests.RequestException),
    stop=stop_after_attempt(4),
    wait=wait_random_exponential(max=30),
    reraise=True,
)
def steady(url: str) -> str:
    return requests.get(url, timeout=3).text


try:
    steady("https://example.com")
except requests.RequestException as error:
    print(error)
