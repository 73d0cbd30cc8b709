"""Every cell of a knowledge file, driven against the installed library and a peer that fails.

By default the first callable of each entry of the standard library's files and of the ten most used libraries, so that
the suite stays short; `EVERY_LIBRARY=1 pytest tests/faults/test_knowledge_measured.py` takes all callables of all.
"""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.packs import index, read_pack
from hangup.knowledge.schema import Pack
from hangup.measure.bench import Bench
from hangup.measure.cells import plan
from hangup.measure.comparison import differences, exception_names, resets

EVERY = os.environ.get("EVERY_LIBRARY") == "1"
FILES = sorted(set(index().values()))
MOST_USED = {
    "aiohttp", "botocore", "grpc", "httpx", "openai", "paramiko", "redis", "requests", "urllib3", "websockets",
}  # fmt: skip
JOBS = 12  # most cells wait for a peer that hangs


def installed(pack: Pack) -> str:
    """The version that the entries of a file are about."""
    distribution = pack.library.distribution
    return platform.python_version() if distribution is None else version(distribution)


def always(pack: Pack, path: Path) -> bool:
    """Whether a file's cells are driven in every run."""
    return pack.library.distribution is None or path.stem in MOST_USED


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "measured" in metafunc.fixturenames:
        packs = {path: read_pack(path) for path in FILES}
        chosen = [path for path, pack in packs.items() if (EVERY or always(pack, path)) and plan(pack)]
        metafunc.parametrize("measured", chosen, ids=[path.stem for path in chosen])


def test_the_cells_are_what_is_seen(measured: Path) -> None:
    pack, catalogue = read_pack(measured), Catalogue()
    cells = [cell for cell in plan(pack, installed(pack)) if EVERY or cell.callable == pack.calls[cell.entry].match[0]]
    bench = Bench(pack, exception_names(pack, catalogue), jobs=JOBS, resets=resets(pack, catalogue))
    outcomes = bench.run(cells)
    assert len(outcomes) == len(cells)
    wrong = differences(pack, catalogue, outcomes)
    # A machine under load makes races that a quiet one does not: what differs is looked at once more, alone.
    doubtful = [o.cell for o in outcomes if differences(pack, catalogue, [o])]
    if doubtful:
        bench.jobs = 1
        wrong = differences(pack, catalogue, bench.run(doubtful))
    assert wrong == []


def cells_without_measurement(pack: Pack) -> list[str]:
    return [
        call.match[0]
        for call in pack.calls
        if (call.raises or call.silent) and call.drive is None and call.unmeasured is None
    ]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_no_cell_is_from_memory(path: Path) -> None:
    """An entry has cells only if it says how they are measured."""
    assert cells_without_measurement(read_pack(path)) == []
