"""Nothing to report: a time limit, a few attempts with growing pauses, and an end that says what happened."""

import random
import sys
import time

import requests


def fetch(url: str, attempts: int = 4) -> str:
    for attempt in range(attempts):
        try:
            return requests.get(url, timeout=3).text
        except requests.RequestException as error:
            if attempt == attempts - 1:
                raise SystemExit(f"{url}: {error}") from error
            time.sleep(random.uniform(0, 2**attempt))
    raise SystemExit(f"{url}: no attempt was made")


if __name__ == "__main__":
    print(fetch(sys.argv[1]))
