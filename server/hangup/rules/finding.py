"""What a rule reports: plain data in offsets and sentences."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "information", "hint"]


class Related(msgspec.Struct, frozen=True):
    """Another place that belongs to a finding. path: the module's path; start, end: offsets in it."""

    path: str
    start: int
    end: int
    message: str


class Finding(msgspec.Struct, frozen=True):
    """Something wrong at a place of a module.

    code, name: the rule's. start, end: offsets in the module.
    names: the exception classes that it is about, by canonical name. arriving: those that reach the clause it is about.
    anchor: the offset of the network call behind it.
    replacement: the rule's own word to its fix: a parameter's name, a class or a module.
    """

    code: str
    name: str
    severity: Severity
    start: int
    end: int
    message: str
    related: tuple[Related, ...] = ()
    names: tuple[str, ...] = ()
    arriving: tuple[str, ...] = ()
    anchor: int | None = None
    replacement: str | None = None
