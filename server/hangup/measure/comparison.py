"""What a knowledge file says of a cell, beside what was seen."""

from __future__ import annotations

from collections.abc import Iterable

from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.schema import Pack
from hangup.measure.bench import Outcome
from hangup.measure.cells import Cell


def exception_names(pack: Pack, catalogue: Catalogue) -> list[str]:
    """Every name that the file has for an exception class, its own first."""
    names = list(pack.exceptions)
    for entry in pack.exceptions.values():
        names += [base for base in entry.bases if base not in names]
    for cells in (call.raises for call in pack.calls):
        for raised in cells.values():
            names += [raised] if isinstance(raised, str) else raised
    return list(dict.fromkeys(names))


def resets(pack: Pack, catalogue: Catalogue) -> dict[str, list[str]]:
    """Exception class to the places where the file says that the reset can be."""
    found = {}
    for name in exception_names(pack, catalogue):
        entry = catalogue.exception(catalogue.canonical(name))
        if entry is not None and entry.reset is not None:
            found[name] = [entry.reset, *entry.reset_elsewhere]
    return found


def differences(pack: Pack, catalogue: Catalogue, outcomes: Iterable[Outcome]) -> list[str]:
    """One line for each outcome that the file does not say, and for each cell that cannot come about."""
    outcomes = list(outcomes)
    lines = [line for outcome in outcomes for line in _difference(pack, catalogue, outcome)]
    reached = {(outcome.cell.entry, outcome.cell.fault) for outcome in outcomes if outcome.stage == "op"}
    tried = {(outcome.cell.entry, outcome.cell.fault) for outcome in outcomes}
    for number, fault in sorted(tried - reached):
        call = pack.calls[number]
        if fault in call.raises or fault in call.silent:
            lines.append(f"{call.match[0]}: {fault}: the file has a cell, but the call is never reached")
    return lines


def is_said(pack: Pack, catalogue: Catalogue, outcome: Outcome) -> bool:
    """Whether the file holds the outcome possible."""
    call, fault = pack.calls[outcome.cell.entry], outcome.cell.fault
    if outcome.raised is None:
        return fault in call.silent
    raises = call.raises.get(fault, [])
    return _names(outcome.raised, [raises] if isinstance(raises, str) else raises, catalogue)


def shown(outcome: Outcome) -> str:
    """An outcome in a few words."""
    if outcome.waits:
        return "waits for ever" if outcome.stage == "op" else "waits for ever before the call"
    if outcome.raised is not None:
        where = "" if outcome.stage == "op" else " before the call"
        inside = f", reset at {outcome.reset}" if outcome.reset not in (None, "e") else ""
        members = f" of {', '.join(outcome.members)}" if outcome.members else ""
        return f"raises {outcome.raised}{members}{where}{inside}"
    return f"returns {outcome.returned}" if outcome.stage == "op" else outcome.text


def said(pack: Pack, cell: Cell) -> list[str]:
    """What the file says of a cell."""
    call = pack.calls[cell.entry]
    raises = call.raises.get(cell.fault, [])
    names = [raises] if isinstance(raises, str) else raises
    return [f"raises {name}" for name in names] + ([call.silent[cell.fault]] if cell.fault in call.silent else [])


def _difference(pack: Pack, catalogue: Catalogue, outcome: Outcome) -> list[str]:
    cell = outcome.cell
    if outcome.stage != "op":
        return []
    call = pack.calls[cell.entry]
    place = f"{cell.callable}{f' ({call.when})' if call.when else ''}: {cell.fault}"
    if not is_said(pack, catalogue, outcome):
        return [f"{place}: {shown(outcome)}; the file says {_said(pack, cell)}"]
    if outcome.reset not in (None, "e") and outcome.stated is False:
        return [f"{place}: the reset in {outcome.raised} is at {outcome.reset}, not where the file says"]
    return []


def _names(raised: str, names: list[str], catalogue: Catalogue) -> bool:
    canonical = {catalogue.canonical(name.partition("[")[0]) for name in names}
    return catalogue.canonical(raised) in canonical


def _said(pack: Pack, cell: Cell) -> str:
    return " or ".join(said(pack, cell)) or "nothing"
