"""Downloads a page. One unhandled failure, on the way from `main()` to the network and back."""

import sys

import requests


def main() -> None:
    print(requests.get(sys.argv[1], timeout=3).text)


if __name__ == "__main__":
    main()
