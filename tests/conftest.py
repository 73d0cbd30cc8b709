"""Options of the test run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-library",
        action="store_true",
        help="measure every knowledge file, not only the standard library's and the most used ones",
    )
