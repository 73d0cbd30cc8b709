"""A fix changes nothing while nothing fails: `fire`'s programs, before and after, against a server that is well."""

from __future__ import annotations

from collections.abc import Iterator

import fire
import pytest

from hangup.faults import FaultServer

FIXES = [
    (program, fix)
    for program in fire.PROGRAMS
    for fix in fire.offered(program)
    if fire.is_installed(fire.Cell(program, fix, "rst_after_request", True))
]


@pytest.fixture(scope="module")
def runner() -> Iterator[fire.Runner]:
    found = fire.Runner()
    yield found
    found.close()


@pytest.mark.parametrize(("program", "fix"), FIXES, ids=lambda each: getattr(each, "library", each))
def test_the_output_is_the_same(program: fire.Program, fix: str, runner: fire.Runner) -> None:
    seen = []
    for name in ("none", fix):
        text = fire.fixed(fire.Cell(program, name, "rst_after_request", True))
        with FaultServer("rst_after_request", protocol=program.protocol, fail_first=0, answer=b"an answer") as server:
            came = runner.run(text, server.url)
            seen.append((came["out"], came["err"], came["error"], len(server.requests)))
    assert seen[0] == seen[1]
    assert "an" in str(seen[0][0])
    assert seen[0][2] == []


def test_there_is_something_of_every_kind() -> None:
    assert {"wrap-in-try", "retry-with-backoff", "retry-with-backoff (deadline)"} <= {fix for _, fix in FIXES}
