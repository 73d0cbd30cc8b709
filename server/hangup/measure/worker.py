"""Runs single programs in the interpreter that has the library, and tells what came of each.

A script on its own (standard library only, any Python from 3.8), as the library may live in another environment than
hangup. It reads one JSON object a line and answers each with one line. The first tells the names of exception classes
that answers should use; each other is a cell: its program, its names and how long it may take.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import json
import os
import socket
import struct
import sys
import threading
import warnings
from typing import Any

_DEEPEST = 6
"""Steps from an exception to the ConnectionResetError inside it."""
_SHOWN = 60
"""Characters of a returned value."""


class Names:
    """What a knowledge file calls the exception classes."""

    def __init__(self, names: list[str]) -> None:
        self._known: dict[type, str] = {}
        for name in names:
            found = find(name)
            if isinstance(found, type):
                self._known.setdefault(found, name)

    def __call__(self, kind: type) -> str:
        """The file's own name, else the class's full name; a builtin is bare."""
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        return self._known.get(kind, name)


def find(name: str) -> Any:
    """The object of a dotted name, its modules imported; None if it does not exist."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        if 1 < length == len(parts):  # a package may hold something else under the name of its module
            held = getattr(importlib.import_module(".".join(parts[:-1])), parts[-1], found)
            return found if isinstance(held, type(importlib)) else held
        for part in parts[length:]:
            found = getattr(found, part, None)
        return found
    return getattr(importlib.import_module("builtins"), name, None)


class Cell:
    """One program and its outcome."""

    def __init__(self, order: dict[str, Any], names: Names) -> None:
        self._order = order
        self._names = names
        self._stage = "setup"
        self._returned: Any = None
        self.outcome: dict[str, Any] | None = None
        self._kept: list[Any] = []

    def run(self) -> None:
        """Run the program; `outcome` is set as soon as its last statement has ended."""
        scope = self._scope()
        try:
            code = compile(self._program(), "<drive>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            if code.co_flags & inspect.CO_COROUTINE:
                self._await(code, scope)
            else:
                exec(code, scope)  # the program stands in a knowledge file that a person asked to have measured
                self._ended(None)
        except BaseException as error:
            self._ended(error)

    def _await(self, code: Any, scope: dict[str, Any]) -> None:
        async def main() -> None:
            try:
                await eval(code, scope)
            except BaseException as error:
                self._ended(error)
            else:
                self._ended(None)

        if self._order["runner"] == "trio":
            importlib.import_module("trio").run(main)
        else:
            asyncio.run(main())

    def _ended(self, error: BaseException | None) -> None:
        if self.outcome is not None:
            return
        outcome: dict[str, Any] = {"stage": self._stage}
        if error is None:
            outcome["returned"] = _shown(self._returned)
        else:
            kind = type(error)
            outcome["raised"] = self._names(kind)
            outcome["mro"] = [self._names(each) for each in kind.__mro__[:-1]]
            outcome["bases"] = [self._names(each) for each in kind.__bases__]
            outcome["text"] = _shown(error)
            outcome["reset"] = path_to_reset(error)
            places = next(filter(None, map(self._order["resets"].get, outcome["mro"])), None)
            if places is not None:
                outcome["stated"] = any(_is_reset(place, error) for place in places)
            if getattr(error, "exceptions", None):
                outcome["members"] = [self._names(type(each)) for each in error.exceptions]  # type: ignore[attr-defined]
        self.outcome = outcome

    def _program(self) -> ast.Module:
        """Set-up statements, a mark, and the statement that is measured."""
        order = self._order
        body: list[ast.stmt] = []
        for name in order["imports"]:
            body += ast.parse(f"import {name}").body
        body += ast.parse(order["setup"]).body
        if order["make"]:
            body += _assigned("it", ast.parse(order["make"]).body)
        drive = ast.parse(order["drive"]).body
        body += [*drive[:-1], *ast.parse("stage_op()").body]
        last = drive[-1:]
        body += _assigned("result", last) if isinstance(last[0], ast.Expr) else last
        body += ast.parse("returned(locals().get('result'))").body
        return ast.fix_missing_locations(ast.Module(body=body, type_ignores=[]))

    def _scope(self) -> dict[str, Any]:
        def stage_op() -> None:
            self._stage = "op"

        def returned(value: Any) -> None:
            self._returned = value

        def peer(address: Any) -> None:
            self._kept.append(peer_that(self._order["fault"], address))

        known = dict(self._order["names"], stage_op=stage_op, returned=returned, peer=peer, __name__="__main__")
        if known.pop("upload", False):
            known["payload"] = b"x" * 20_000_000
        return known


def _assigned(name: str, body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements, the value of the last one bound to a name."""
    last = body[-1]
    if not isinstance(last, ast.Expr):
        raise SyntaxError("a program must end in an expression")
    return [*body[:-1], ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=last.value)]


def peer_that(fault: str, address: Any) -> socket.socket:
    """A client of a server that is measured: it connects to the address and behaves as the fault says."""
    peer = socket.create_connection(address, 5)
    if "rst" in fault:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if "hang" not in fault:
        peer.close()
    return peer


def path_to_reset(error: BaseException) -> str | None:
    """The shortest expression on `e` that is a ConnectionResetError; "e" if the error itself is."""
    waiting: list[tuple[str, Any, int]] = [("e", error, 0)]
    seen: set[int] = set()
    while waiting:
        path, each, depth = waiting.pop(0)
        if isinstance(each, ConnectionResetError):
            return path
        if id(each) in seen or depth == _DEEPEST:
            continue
        seen.add(id(each))
        for name in ("__cause__", "__context__", "reason"):
            inner = getattr(each, name, None)
            if isinstance(inner, BaseException):
                waiting.append((f"{path}.{name}", inner, depth + 1))
        for name in ("args", "exceptions", "errors"):
            inner = getattr(each, name, None)
            if isinstance(inner, (list, tuple)):
                found = [(n, item) for n, item in enumerate(inner) if isinstance(item, BaseException)]
                waiting += [(f"{path}.{name}[{n}]", item, depth + 1) for n, item in found]
    return None


def _is_reset(expression: str, error: BaseException) -> bool:
    try:
        return isinstance(eval(expression, {"e": error}), ConnectionResetError)
    except Exception:
        return False


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except Exception as error:
        return f"<{type(value).__name__}: its repr raises {type(error).__name__}>"
    if text.startswith("<"):  # it holds an address or a port: another one each time
        return f"a {type(value).__module__}.{type(value).__qualname__}"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def main() -> None:
    """Answer until the input ends. A cell that takes too long ends the process after its answer."""
    warnings.simplefilter("ignore")
    threading.excepthook = lambda _: None
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    names = Names(json.loads(sys.stdin.readline())["names"])
    for line in sys.stdin:
        order = json.loads(line)
        cell = Cell(order, names)
        thread = threading.Thread(target=cell.run, daemon=True) if order["thread"] else None
        watch = threading.Timer(order["deadline"], _give_up, (cell, replies))
        watch.daemon = True
        watch.start()
        if thread is None:
            cell.run()
        else:
            thread.start()
            thread.join()
        watch.cancel()
        print(json.dumps(cell.outcome), file=replies, flush=True)


def _give_up(cell: Cell, replies: Any) -> None:
    print(json.dumps(cell.outcome or {"stage": cell._stage, "hangs": True}), file=replies, flush=True)
    os._exit(3)


if __name__ == "__main__":
    main()
