"""The part of a knowledge file about trying again: what makes calls be repeated, on which errors, how often, after what
wait, and what comes out when it gives up.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Manner = Literal["none", "constant", "incrementing", "exponential", "random", "unknown"]
"""How the wait between two tries goes on: not at all, always the same, growing, or somewhere in a range."""


class Struct(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """A table of this part: an unknown key is an error, never ignored."""


class Setting(Struct, frozen=True):
    """An argument: its keyword, and its index among positional arguments (self not counted) if it has one."""

    keyword: str
    position: int | None = None


class Waits(Struct, frozen=True):
    """How long is waited between two tries.

    seconds: the first wait, where it is known. jitter: chance is in it.
    """

    manner: Manner = "none"
    seconds: float | None = None
    jitter: bool = False


class Retrier(Struct, frozen=True):
    """`[[retriers]]`: a callable that makes something be tried again.

    form: "decorator" of a function, bare or called for a decorator; "attempts": an object that is iterated over, each
        item a context manager around one try (it may decorate as well); "policy": given to a client, which then tries
        again by itself.
    on: the argument that says which errors lead to another try: classes, or `terms`. classes: those without it.
    limit: the argument with the number of tries; tries: that number where it is not given, none for no limit.
    counts: what both numbers count, tries or tries after the first. unlimited: the number that stands for no limit.
    duration, seconds: the same for the time after which it gives up.
    stop: the argument that limits it by `terms`.
    wait: the argument with the seconds, or with `terms`; waits: what holds without it.
    waits_by: other arguments that set a wait, by keyword, and which.
    unit: seconds of one unit of `wait`. factor: the argument that makes the wait grow, if it is not 1.
    jitter: the argument that decides about chance, where `None`, `False` and 0 mean none.
    wraps: what comes out in the end in place of the last error, unless `reraise` is given and true; with `wrap`, only
        if that is given and true.
    silenced: arguments that make it return a value in the end, by keyword. swallows: the argument that does when it
        is false.
    methods, retried_methods: the argument with the HTTP methods that are repeated, and those without it.
    connects: it repeats only the making of the connection.
    """

    match: list[str]
    form: Literal["decorator", "attempts", "policy"] = "decorator"
    on: Setting | None = None
    classes: list[str] = []
    limit: Setting | None = None
    tries: int | None = None
    counts: Literal["tries", "retries"] = "tries"
    unlimited: int | None = None
    duration: Setting | None = None
    seconds: float | None = None
    stop: Setting | None = None
    wait: Setting | None = None
    waits: Waits = Waits()
    waits_by: dict[str, Waits] = {}
    unit: float = 1.0
    factor: Setting | None = None
    jitter: Setting | None = None
    wraps: str | None = None
    reraise: Setting | None = None
    wrap: Setting | None = None
    silenced: list[str] = []
    swallows: Setting | None = None
    methods: list[Setting] = []
    retried_methods: list[str] = []
    connects: bool = False


class Term(Struct, frozen=True):
    """`[[terms]]`: something that is given to a retrier and decides one thing about it.

    means: "tries" and "seconds" limit it, by the number in `value`; "never" does not; "limited": in another way;
        "wait"; "on": the classes in `value`, or any if it is not given, lead to another try; "except": all others do;
        "result": what is returned decides, and no error.
    any: it joins the terms that it is given.
    """

    match: list[str]
    means: Literal["tries", "seconds", "never", "limited", "wait", "on", "except", "result"]
    value: Setting | None = None
    default: float | None = None
    waits: Waits = Waits()
    classes: list[str] = []
    any: bool = False
