"""Small programs of many libraries, each with what the fixes make of it, and what must come of that under which fault.

`plan` names every cell: library, fix and fault. `play` makes one. The table in `server/hangup/fixes/README.md` is
written from the plan (`python tests/faults/fire.py --write`), and `test_fixes_under_fire.py` plays it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import hangup
from hangup.faults import FaultServer
from hangup.ide.offers import fixes_for
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.settings import RetrySettings, Settings
from hangup.workspace.workspace import Workspace

ATTEMPTS, BASE, CAP, TOTAL = 4, 0.02, 0.05, 3
SETTINGS = Settings(
    retry=RetrySettings(attempts=ATTEMPTS, base=BASE, cap=CAP, total=TOTAL),
    dependencies=["tenacity", "stamina", "backoff"],
)
PAGE = Path(hangup.__file__).parent / "fixes" / "README.md"
_BEGIN, _END = "<!-- begin: proved -->\n", "<!-- end -->"

_AT_ONCE = ("rst_after_request", "fin_before_response", "hang_before_response")
_IN_BODY = ("rst_mid_body", "hang_mid_body")
_CUT = ("fin_mid_body",)


@dataclass(frozen=True)
class Program:
    """A program that prints the answer of the server at `url`.

    needs: the modules that it imports beyond the standard library. retried: the faults after which the retried call
    succeeds. wrapped: those that end in the handler once everything is wrapped; "refused" always does.
    each: the requests that one call makes: aiohttp repeats some by itself. repeated: the faults after which the client
    succeeds that was told to try again; only: no other fix is tried.
    """

    library: str
    text: str
    retried: tuple[str, ...]
    wrapped: tuple[str, ...]
    needs: tuple[str, ...] = ()
    protocol: str = "http"
    each: int = 1
    repeated: tuple[str, ...] = ()
    only: bool = False


def _program(body: str) -> str:
    return textwrap.dedent(body).lstrip("\n")


PROGRAMS = (
    Program(
        "requests",
        _program("""
            import sys

            import requests


            def main():
                response = requests.get(sys.argv[1], timeout=0.3)
                print(response.text)


            main()
        """),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        ("requests",),
    ),
    Program(
        "requests (session)",
        _program("""
            import sys

            import requests

            session = requests.Session()


            def main():
                print(session.get(sys.argv[1], timeout=0.3).text)


            main()
        """),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        ("requests",),
        repeated=_AT_ONCE,
    ),
    Program(
        "httpx",
        _program("""
            import sys

            import httpx


            def main():
                with httpx.Client(timeout=0.3) as client:
                    response = client.get(sys.argv[1])
                    print(response.text)


            main()
        """),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        ("httpx",),
    ),
    Program(
        "httpx (async)",
        _program("""
            import asyncio
            import sys

            import httpx


            async def main():
                async with httpx.AsyncClient(timeout=0.3) as client:
                    response = await client.get(sys.argv[1])
                    print(response.text)


            asyncio.run(main())
        """),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        ("httpx",),
    ),
    Program(
        "urllib3",
        _program("""
            import sys

            import urllib3

            http = urllib3.PoolManager(timeout=0.3, retries=False)


            def main():
                response = http.request("GET", sys.argv[1])
                print(response.data.decode())


            main()
        """),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        ("urllib3",),
    ),
    Program(
        "urllib.request",
        _program("""
            import sys
            from urllib.request import urlopen


            def main():
                print(urlopen(sys.argv[1], timeout=0.3).read().decode())


            main()
        """),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
    ),
    Program(
        "http.client",
        _program("""
            import sys
            from http.client import HTTPConnection
            from urllib.parse import urlsplit

            url = urlsplit(sys.argv[1])


            def main():
                connection = HTTPConnection(url.hostname, url.port, timeout=0.3)
                connection.request("GET", "/")
                print(connection.getresponse().read().decode())


            main()
        """),
        (),
        (*_AT_ONCE, *_IN_BODY, *_CUT),
    ),
    Program(
        "socket",
        _program("""
            import socket
            import sys
            from urllib.parse import urlsplit

            url = urlsplit(sys.argv[1])


            def main():
                connection = socket.create_connection((url.hostname, url.port), timeout=0.3)
                connection.sendall(b"GET / HTTP/1.0\\\\r\\\\n\\\\r\\\\n")
                while part := connection.recv(1024):
                    print(part.decode())


            main()
        """).replace("\\\\", "\\"),
        (),
        ("rst_after_request", "hang_before_response", *_IN_BODY),
    ),
    Program(
        "asyncio streams",
        _program("""
            import asyncio
            import sys
            from urllib.parse import urlsplit

            url = urlsplit(sys.argv[1])


            async def main():
                reader, writer = await asyncio.open_connection(url.hostname, url.port)
                writer.write(b"GET / HTTP/1.0\\\\r\\\\n\\\\r\\\\n")
                print((await reader.readuntil(b"answer")).decode())


            asyncio.run(main())
        """).replace("\\\\", "\\"),
        (),
        ("rst_after_request", "fin_before_response", "rst_mid_body", "fin_mid_body"),
    ),
    Program(
        "aiohttp",
        _program("""
            import asyncio
            import sys

            import aiohttp


            async def main():
                async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(0.3)) as session:
                    response = await session.get(sys.argv[1])
                    print(await response.text())


            asyncio.run(main())
        """),
        _AT_ONCE,
        (*_AT_ONCE, *_IN_BODY, *_CUT),
        ("aiohttp",),
        each=2,
    ),
    Program(
        "redis",
        _program("""
            import sys
            from urllib.parse import urlsplit

            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry

            url = urlsplit(sys.argv[1])
            store = redis.Redis(host=url.hostname, port=url.port, socket_timeout=0.3, retry=Retry(NoBackoff(), 0))


            def main():
                print(store.get("rates").decode())


            main()
        """),
        (*_AT_ONCE, "fin_mid_body", "rst_mid_body"),
        (*_AT_ONCE, "fin_mid_body", "rst_mid_body"),
        ("redis",),
        "redis",
    ),
    Program(
        "urllib3 (its own retries)",
        _program("""
            import sys

            import urllib3

            http = urllib3.PoolManager(timeout=0.3)


            def main():
                print(http.request("GET", sys.argv[1]).data.decode())


            main()
        """),
        (),
        (),
        ("urllib3",),
        repeated=(*_AT_ONCE, *_IN_BODY, *_CUT),
        only=True,
    ),
    Program(
        "httpx (its own retries)",
        _program("""
            import sys

            import httpx


            def main():
                with httpx.Client(timeout=0.3) as client:
                    print(client.get(sys.argv[1]).text)


            main()
        """),
        (),
        (),
        ("httpx",),
        repeated=("refused",),
        only=True,
    ),
    Program(
        "redis (its own retries)",
        _program("""
            import sys
            from urllib.parse import urlsplit

            import redis

            url = urlsplit(sys.argv[1])
            store = redis.Redis(host=url.hostname, port=url.port, socket_timeout=0.3)


            def main():
                print(store.get("rates").decode())


            main()
        """),
        (),
        (),
        ("redis",),
        "redis",
        repeated=_AT_ONCE,
        only=True,
    ),
    Program(
        "boto3",
        _program("""
            import sys

            import boto3


            def main():
                s3 = boto3.client("s3", "eu-west-1", None, True, None, sys.argv[1], "key", "secret")
                print(s3.get_object(Bucket="rates", Key="today")["Body"].read().decode())


            main()
        """),
        (),
        (),
        ("boto3",),
        repeated=("rst_after_request", "fin_before_response"),
        only=True,
    ),
    Program(
        "aiohttp-retry",
        _program("""
            import asyncio
            import sys

            import aiohttp


            async def main():
                async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=0.3)) as session:
                    async with session.get(sys.argv[1]) as response:
                        print(await response.text())


            asyncio.run(main())
        """),
        (),
        (),
        ("aiohttp", "aiohttp_retry"),
        repeated=_AT_ONCE,
        only=True,
    ),
)

_LIBRARIES = {
    "retry-with-tenacity": "tenacity",
    "retry-with-stamina": "stamina",
    "retry-with-backoff-library": "backoff",
}
_TIMED = "retry-with-backoff (deadline)"


@dataclass(frozen=True)
class Cell:
    """One proof: a program with a fix, against a fault. recovers: the server answers from the third request on; else it
    never does."""

    program: Program
    fix: str
    fault: str
    recovers: bool

    @property
    def needs(self) -> tuple[str, ...]:
        """The modules that must be installed."""
        library = library_of(self.fix)
        return (*self.program.needs, *((library,) if library else ()))

    @property
    def name(self) -> str:
        return f"{self.program.library}-{self.fix}-{self.fault}-{'recovers' if self.recovers else 'stays'}"


def library_of(fix: str) -> str | None:
    """The module of the library that a retry is made with; None for the others."""
    return _LIBRARIES.get(fix)


def plan() -> Iterator[Cell]:
    """Every cell, whatever is installed."""
    for program in PROGRAMS:
        for fix in offered(program):
            if program.only and fix != "retry-in-the-client":
                continue
            if fix == "wrap-in-try":
                for fault in ("refused", *program.wrapped):
                    yield Cell(program, fix, fault, False)
                continue
            if fix == "retry-in-the-client":
                for fault in program.repeated:
                    yield Cell(program, fix, fault, True)
                continue
            for fault in program.retried:
                yield Cell(program, fix, fault, True)
                if fix != _TIMED or fault == "rst_after_request":
                    yield Cell(program, fix, fault, False)


def is_installed(cell: Cell) -> bool:
    """Whether this interpreter can play a cell."""
    return all(find_spec(module) is not None for module in cell.needs)


def offered(program: Program) -> list[str]:
    """The fixes of the plan that some unhandled call of a program is offered, by name."""
    workspace = _workspace(Source.from_text(program.text))
    found: dict[str, None] = {}
    for finding in workspace.findings("main.py"):
        for fix in fixes_for(workspace, "main.py", finding):
            if finding.code == "HUP101" and fix.name.startswith(("wrap", "retry")):
                found[_TIMED if "seconds" in fix.title else fix.name] = None
    return list(found)


def fixed(cell: Cell) -> str:
    """The program after the fix: a `try` around every unhandled call, or a retry of the first that can be retried.

    As it is for the fix "none".
    """
    source = Source.from_text(cell.program.text)
    for _ in range(10):
        workspace = _workspace(source)
        found = [finding for finding in workspace.findings("main.py") if finding.code == "HUP101"]
        fixes = [fix for finding in found for fix in fixes_for(workspace, "main.py", finding)]
        wanted = [fix for fix in fixes if (_TIMED if "seconds" in fix.title else fix.name) == cell.fix]
        if not wanted:
            return source.data.decode()
        source = apply(source, wanted[0].edits)
        if cell.fix != "wrap-in-try":
            return source.data.decode()
    raise AssertionError("the fixes do not come to an end")


def _workspace(source: Source) -> Workspace:
    workspace = Workspace(SETTINGS)
    workspace.update("main.py", source)
    return workspace


@dataclass(frozen=True)
class Seen:
    """What came of a program. error: the class that ended it, with those above it; waits: between its requests."""

    out: str
    err: str
    error: tuple[str, ...]
    requests: int
    waits: tuple[float, ...]


class Runner:
    """A process that runs programs one after the other, so that a library is imported once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def run(self, text: str, url: str) -> dict[str, object]:
        """Run a program; it ends itself after a while, and then nothing more is heard: RuntimeError."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([text, url]), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the program hangs")
        seen: dict[str, object] = json.loads(line)
        return seen

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


_WORKER = """
import contextlib, faulthandler, io, json, sys
for line in sys.stdin:
    faulthandler.dump_traceback_later(20, exit=True)
    text, url = json.loads(line)
    sys.argv = ["main.py", url]
    out, err, error = io.StringIO(), io.StringIO(), ()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            exec(compile(text, "main.py", "exec"), {"__name__": "__main__"})
        except BaseException as raised:
            error = [f"{each.__module__}.{each.__qualname__}" for each in type(raised).__mro__]
            print(raised, file=err)
    print(json.dumps({"out": out.getvalue(), "err": err.getvalue(), "error": error}), flush=True)
    faulthandler.cancel_dump_traceback_later()
"""


def play(cell: Cell, runner: Runner) -> Seen:
    """Run a cell's program against its fault."""
    failing = {"fail_first": 2} if cell.recovers and cell.fault != "refused" else {}
    server = FaultServer(cell.fault, protocol=cell.program.protocol, answer=b"recovered", hang=2, **failing)
    with server:
        if cell.recovers and cell.fault == "refused":
            threading.Timer(0.2, server.recover).start()
        seen = runner.run(fixed(cell), server.url)
        return Seen(str(seen["out"]), str(seen["err"]), tuple(seen["error"]), len(server.requests), tuple(server.waits))


def table() -> str:
    """The plan for people: library and fix to the faults."""
    rows: dict[tuple[str, str], list[str]] = {}
    for cell in plan():
        faults = rows.setdefault((cell.program.library, cell.fix), [])
        faults += [cell.fault] if cell.fault not in faults else []
    lines = ["| library | fix | faults |", "|---|---|---|"]
    lines += [f"| {library} | {fix} | {', '.join(faults)} |" for (library, fix), faults in rows.items()]
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = text.partition(_BEGIN)
    return before + _BEGIN + table() + _END + rest.partition(_END)[2]


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    else:
        print(table())
