"""Writes what was measured into a knowledge file; comments, order and everything else of it stay as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import tomlkit
from tomlkit.items import AoT, Item, Key, Table

from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.packs import read_faults
from hangup.knowledge.schema import Measured, Pack
from hangup.measure.bench import Outcome
from hangup.measure.comparison import is_said

Cells = dict[str, dict[str, Any]]
"""`raises` and `silent`, each from fault to what is said of it."""


def filled(text: str, pack: Pack, outcomes: Iterable[Outcome], measured: Measured | None = None) -> str:
    """The text of a knowledge file with the cells that were measured in place of its own.

    pack: the file as it is read, shared cells written out. measured: the versions to add to the header. A cell that
    was not measured stays.
    """
    document = tomlkit.parse(text)
    outcomes = [outcome for outcome in outcomes if outcome.stage == "op"]
    by_entry: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_entry[outcome.cell.entry].append(outcome)
    calls = document.get("calls")
    assert isinstance(calls, AoT)
    for number, seen in by_entry.items():
        _fill_entry(calls[number], pack, number, seen)
    _add_classes(document, pack, outcomes)
    if measured is not None and measured not in pack.library.measured:
        _add_measured(document, pack, measured)
    return tomlkit.dumps(document)


def _fill_entry(table: Table, pack: Pack, number: int, seen: list[Outcome]) -> None:
    """Rewrite the cells that say something else. One that says more stays: it may tell of a race, or of a version."""
    call = pack.calls[number]
    catalogue = Catalogue()
    wrong = {outcome.cell.fault for outcome in seen if not is_said(pack, catalogue, outcome)}
    seen = [outcome for outcome in seen if outcome.cell.fault in wrong]
    shared = pack.behaviours.get(call.behaviour or "")
    found = _cells(seen, call.silent)
    tail = _take_tail(table) if seen else []
    for kind in ("raises", "silent"):
        before = getattr(call, kind)
        own = dict(table.get(kind, {}))
        for outcome in seen:
            fault = outcome.cell.fault
            now = found[kind].get(fault)
            if now is None:
                own.pop(fault, None)
            elif now != before.get(fault) or (shared is None and fault not in own):
                own[fault] = now
        if shared is not None:
            own = {fault: value for fault, value in own.items() if getattr(shared, kind).get(fault) != value}
        _replace(table, kind, own)
    if tail:
        _take_tail(table)
        _last(table).extend(tail)


def _last(table: Table) -> list[tuple[Key | None, Item]]:
    """What stands in the last of a table's tables."""
    body = table.value.body
    within = [item for key, item in body if key is not None]
    return _last(within[-1]) if within and isinstance(within[-1], Table) else body


def _take_tail(table: Table) -> list[tuple[Key | None, Item]]:
    """Take away the comments and empty lines at the end of an entry: they belong to what follows."""
    body = _last(table)
    kept = max((number for number, (key, _) in enumerate(body, 1) if key is not None), default=0)
    tail = body[kept:]
    del body[kept:]
    return tail


def _cells(seen: list[Outcome], said: dict[str, str]) -> Cells:
    raised: dict[str, list[str]] = defaultdict(list)
    silent: dict[str, str] = {}
    for outcome in seen:
        fault = outcome.cell.fault
        if outcome.raised is not None:
            if outcome.raised not in raised[fault]:
                raised[fault].append(outcome.raised)
        else:
            now = "waits for ever" if outcome.waits else f"returns {outcome.returned}"
            silent[fault] = said.get(fault, silent.get(fault, now))
    return {
        "raises": {fault: names[0] if len(names) == 1 else names for fault, names in raised.items() if names},
        "silent": silent,
    }


def _replace(table: Table, kind: str, cells: dict[str, Any]) -> None:
    """Put the cells there in the order in which the faults are listed."""
    if not cells:
        table.pop(kind, None)
        return
    if dict(table.get(kind, {})) == cells:
        return
    order = list(read_faults())
    fresh = tomlkit.table()
    for fault in sorted(cells, key=order.index):
        fresh[fault] = cells[fault]
    fresh.add(tomlkit.nl())
    table[kind] = fresh


def _add_classes(document: tomlkit.TOMLDocument, pack: Pack, outcomes: list[Outcome]) -> None:
    catalogue = Catalogue()
    for outcome in outcomes:
        name = outcome.raised
        if name is None or name in pack.exceptions or catalogue.exception(catalogue.canonical(name)) is not None:
            continue
        exceptions = document.setdefault("exceptions", tomlkit.table(is_super_table=True))
        if name not in exceptions:
            entry = tomlkit.table()
            entry["bases"] = list(outcome.bases)
            if outcome.reset not in (None, "e"):
                entry["reset"] = outcome.reset
            entry.add(tomlkit.nl())
            exceptions[name] = entry


def _add_measured(document: tomlkit.TOMLDocument, pack: Pack, measured: Measured) -> None:
    library = document["library"]
    assert isinstance(library, Table)
    runs = tomlkit.array()
    for run in (*pack.library.measured, measured):
        inline = tomlkit.inline_table()
        inline.update({"version": run.version, "python": run.python})
        runs.append(inline)
    library["measured"] = runs
