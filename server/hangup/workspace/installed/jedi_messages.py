"""What is said between this program and the process that runs jedi, as JSON."""

from __future__ import annotations

import msgspec


class Request(msgspec.Struct):
    """What to infer. text: of the module. file: where it would be. root: the workspace. folders: of installed packages.
    places: lines (from 1) and columns (from 0, in code points)."""

    text: str
    file: str
    root: str
    folders: list[str]
    places: list[tuple[int, int]]


class Answer(msgspec.Struct):
    """For each place the dotted names of the classes that the object there may be of."""

    found: list[list[str]]
