"""The entry point of the `hangup` command: parses its arguments and runs one of its subcommands.

Exit codes: 0 nothing found (but hints), 1 something found, 2 the command could not do its work.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from hangup import __version__

CLEAN, FAILED = 0, 2
_LAST_PORT = 65_535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; `arguments` without the program's name, by default those of the process."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:  # the reader of our output went away: `hangup check | head`
        sys.stderr.close()
        return FAILED
    except Exception as error:
        print(f"hangup: internal error: {type(error).__name__}: {error}", file=sys.stderr)
        if options.verbose:
            raise
        print("hangup: run it again with --verbose for the traceback, and please report it", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hangup",
        description="Tells what a Python program does when the other side hangs up.",
    )
    parser.add_argument("--version", action="version", version=f"hangup {__version__}")
    parser.add_argument("--verbose", action="store_true", help="show the traceback of an internal error")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--verbose", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    check = commands.add_parser("check", parents=[common], help="report what is wrong in Python files")
    _add_check(check)
    check.set_defaults(run=_check)

    explain = commands.add_parser("explain", parents=[common], help="explain a rule, an exception class or an errno")
    explain.add_argument("name", metavar="CODE|EXCEPTION", help="HUP101, ConnectionResetError, ECONNRESET, ...")
    explain.set_defaults(run=_explain)

    knowledge = commands.add_parser(
        "knowledge", parents=[common], help="what is known of libraries: list, show, schema"
    )
    kinds = knowledge.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="kind")
    kinds.add_parser("list", help="the libraries, what was measured of each")
    shown = kinds.add_parser("show", help="the calls of a library and what they raise, fault by fault")
    shown.add_argument("library", metavar="LIBRARY", help="requests, http.client, ...")
    shown.add_argument("--output-format", choices=("text", "json"), default="text")
    kinds.add_parser("schema", help="the JSON schema of a knowledge file")
    _add_measure(kinds.add_parser("measure", help="drive a library against a peer that fails; needs hangup[measure]"))
    knowledge.set_defaults(run=_knowledge)

    serve = commands.add_parser("serve", parents=[common], help="run the language server")
    serve.add_argument("--tcp", metavar="HOST:PORT", help="listen there instead of using standard input and output")
    serve.add_argument("--stdio", action="store_true", help="use standard input and output (the default)")
    serve.set_defaults(run=_serve)
    return parser


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders (default: the workspace)")
    check.add_argument("--root", type=Path, metavar="DIR", help="the workspace (default: found above the first path)")
    check.add_argument("--output-format", choices=("text", "json"), default="text")
    check.add_argument("--hints", action="store_true", help="show hints as well (JSON always has them)")
    check.add_argument("--select", metavar="CODES", help="rules to report, comma-separated; instead of the settings'")
    check.add_argument("--ignore", metavar="CODES", help="rules not to report, comma-separated")
    check.add_argument(
        "--fix", action="store_true", help="make the preferred fixes that are safe, then report the rest"
    )
    check.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: those that are not safe too")
    check.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    check.add_argument("--python", metavar="PATH", help="the interpreter or environment that the programs run with")
    check.add_argument("--no-cache", action="store_true", help="neither read nor write what earlier runs found")


def _add_measure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("library", metavar="LIBRARY", help="requests, http.client, ... or a knowledge file of your own")
    parser.add_argument("--write", action="store_true", help="write what was seen into the file, and show the change")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the library")
    parser.add_argument("--only", metavar="TEXT", help="calls whose name contains the text")
    parser.add_argument("--fault", metavar="FAULT", help="one fault")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="measure each cell so often (races)")
    parser.add_argument("--jobs", type=int, default=6, metavar="N", help="cells at the same time")
    parser.add_argument("--verbose", action="store_true", help="each outcome as it comes, on standard error")


def _check(options: argparse.Namespace) -> int:
    from hangup.cli.check import check

    return check(options)


def _explain(options: argparse.Namespace) -> int:
    from hangup.cli.explain import explain

    text = explain(options.name)
    if text is None:
        print(f"hangup: nothing is known about {options.name!r}", file=sys.stderr)
        return FAILED
    print(text)
    return CLEAN


def _knowledge(options: argparse.Namespace) -> int:
    from hangup.cli import knowledge

    if options.kind == "measure":
        from hangup.cli.measure import measure

        return measure(options)
    if options.kind != "show":
        print(knowledge.listing() if options.kind == "list" else knowledge.schema())
        return CLEAN
    text = knowledge.show(options.library, as_json=options.output_format == "json")
    if text is None:
        print(
            f"hangup: no file speaks for {options.library!r}; `hangup knowledge list` names them all", file=sys.stderr
        )
        return FAILED
    print(text)
    return CLEAN


def _serve(options: argparse.Namespace) -> int:
    address: tuple[str, int] | None = None
    if options.tcp:
        host, _, port = options.tcp.rpartition(":")
        if not port.isdigit() or int(port) > _LAST_PORT:
            print(f"hangup: --tcp takes HOST:PORT, not {options.tcp!r}", file=sys.stderr)
            return FAILED
        address = host or "127.0.0.1", int(port)
    from hangup.lsp.server import serve

    return serve(address)
