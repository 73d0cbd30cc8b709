"""For all tests: nothing is written into the user's own cache."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache() -> Iterator[str]:
    """A folder for what would be kept between runs; the servers and commands that tests start inherit it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["HANGUP_CACHE_DIR"] = folder
        yield folder
        del os.environ["HANGUP_CACHE_DIR"]
