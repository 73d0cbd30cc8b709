"""`python -m hangup.faults FAULT`: serve one fault until interrupted, so that a program can be pointed at it.

The URL goes to standard output; everything else goes to standard error.
"""

from __future__ import annotations

import argparse
import sys
import time

from .catalogue import FAULTS, PROTOCOLS
from .server import FaultServer


def main(argv: list[str] | None = None) -> int:
    """Run the command. Returns 0, or 1 when the port is taken; leaves with 2 on wrong arguments."""
    parser = _parser()
    wanted = parser.parse_args(argv)
    try:
        server = FaultServer(
            wanted.fault,
            protocol=wanted.protocol,
            tls=wanted.tls,
            fail_first=wanted.fail_first,
            hang=wanted.hang,
            port=wanted.port,
        )
    except ValueError as error:
        parser.error(str(error))
    try:
        server.start()
    except OSError as error:
        print(f"cannot listen on port {wanted.port}: {error}", file=sys.stderr)
        return 1
    try:
        _serve(server, wanted.seconds)
    finally:
        server.close()
    _report(server)
    return 0


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, FAULTS))
    names = "\n".join(f"  {name:{width}}  {fault.summary}" for name, fault in FAULTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m hangup.faults",
        description="Serve one network fault on 127.0.0.1, so that you can point a program at it.",
        epilog="faults:\n" + names,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("fault", metavar="FAULT", choices=FAULTS, help="one of the names below")
    parser.add_argument(
        "--protocol", choices=PROTOCOLS, default="http", metavar="NAME", help=f"{', '.join(PROTOCOLS)}; default: http"
    )
    parser.add_argument("--tls", action="store_true", help="behind TLS also where the fault does not need it")
    parser.add_argument("--fail-first", type=int, metavar="N", help="fail N times, then answer properly")
    parser.add_argument("--hang", type=float, default=30.0, metavar="S", help="how long a hang lasts; default: 30")
    parser.add_argument("--port", type=int, default=0, metavar="P", help="default: any free port")
    parser.add_argument("--seconds", type=float, default=300.0, metavar="S", help="stop after; default: 300")
    return parser


def _serve(server: FaultServer, seconds: float) -> None:
    print(server.url, flush=True)
    if server.tls:
        print(f"test authority to trust: {server.ca_file}", file=sys.stderr, flush=True)
    try:
        time.sleep(max(0.0, seconds))
    except KeyboardInterrupt:
        print(file=sys.stderr)


def _report(server: FaultServer) -> None:
    waits = ", ".join(f"{wait:.2f}" for wait in server.waits)
    print(
        f"{server.connections} connections, {len(server.requests)} requests, {server.struck} faults"
        + (f"; seconds between connections: {waits}" if waits else ""),
        file=sys.stderr,
    )


if __name__ == "__main__":
    sys.exit(main())
