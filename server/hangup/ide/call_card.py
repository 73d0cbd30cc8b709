"""What the hover says about a network call: what it does, raises, waits for, and what handles that here."""

from __future__ import annotations

import re

from hangup.flow.analysis import Flow
from hangup.flow.effects import Effect
from hangup.flow.expectation import expected
from hangup.ide.symbols import Symbol
from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.schema import Call, Timeout
from hangup.rules.wording import located
from hangup.syntax.lines import LineTable

_CATEGORIES = {
    "refused": "connection refused",
    "dns": "name not found",
    "reset": "connection reset",
    "closed": "closed without answer",
    "truncated": "body cut short",
    "timeout": "timeout",
    "tls": "TLS failure",
    "garbage": "not the protocol",
}


def call_card(catalogue: Catalogue, qualified: str, entries: tuple[Call, ...], *, limited: bool = False) -> list[str]:
    """The lines about a call by the name that its knowledge file has it under (`requests.Session#get`).

    limited: the call in question is given a time limit.
    """
    entry = entries[0]
    name = re.sub(r":\w+", "", qualified).replace("#", ".")
    kind = "awaits the network" if not entry.blocking else "a blocking network call"
    does = f" ({', '.join(entry.phase)})" if entry.phase else ""
    lines = [f"**{name}**: {kind}{does}"]
    facts = [_timeout(catalogue, qualified, entry.timeout)] if entry.timeout is not None and not limited else []
    if entry.timeout is not None and limited:
        facts.append(f"Waits no longer than `{entry.timeout.parameter}=` says.")
    if entry.idempotent is False:
        facts.append("Not idempotent: a retry may send it twice.")
    if facts:
        lines += ["", " ".join(facts)]
    table = _table(catalogue, entries)
    if table:
        lines += ["", "When the other side fails, it raises:", "", *table]
    else:
        lines += ["", "What it raises has not been measured."]
    if entry.note:
        lines += ["", entry.note]
    return lines


def measured_line(catalogue: Catalogue, qualified: str) -> list[str]:
    """Which versions the cells were measured on."""
    pack = catalogue.pack_of(qualified)
    if pack is not None and pack.library.derived:
        return ["", f"Nobody has measured {pack.library.name}: this is worked out from its source."]
    if pack is None or not pack.library.measured:
        return []
    runs = [
        f"Python {m.python}" if pack.library.distribution is None else f"{pack.library.name} {m.version}"
        for m in pack.library.measured
    ]
    return ["", f"Measured with {', '.join(dict.fromkeys(runs))}."]


def handled_here(flow: Flow, symbol: Symbol, effect: Effect, lines: LineTable) -> list[str]:
    """Which of the call's failures the code around it stops, and which it lets go."""
    if symbol.call is None:
        return []
    errors = expected(flow, symbol.scope, effect, symbol.call)
    if not errors:
        return []
    passage = flow.guards.follow(symbol.scope, symbol.call.guard, set(errors))
    shown: list[str] = []
    by_place: dict[tuple[int, int | None], list[str]] = {}
    for error, where in passage.stopped.items():
        by_place.setdefault(where, []).append(error)
    for (guard, clause), stopped in sorted(by_place.items(), key=lambda item: (-item[0][0], item[0][1] or 0)):
        fact = symbol.scope.unit.guards[guard]
        start = fact.handlers[clause].start if clause is not None else fact.body_start
        line = lines.line_of(symbol.scope.start + start) + 1
        shown.append(f"- line {line} handles {_names(flow, stopped)}")
    if passage.explicit:
        shown.append(f"- raised again on purpose: {_names(flow, list(passage.explicit))}")
    if passage.through:
        shown.append(f"- nothing {located(symbol.scope)} handles {_names(flow, list(passage.through))}")
    return ["", "Here:", "", *shown]


def _names(flow: Flow, errors: list[str]) -> str:
    return ", ".join(f"`{flow.classes.display(error)}`" for error in flow.classes.most_general(frozenset(errors)))


def _timeout(catalogue: Catalogue, qualified: str, timeout: Timeout) -> str:
    if isinstance(timeout.default, float | int):
        return f"Waits at most {timeout.default:g} s by default (`{timeout.parameter}`)."
    if timeout.default == "object":
        made = [each.timeout.default for each in catalogue.calls(qualified.partition("#")[0]) if each.timeout]
        if made and isinstance(made[0], float | int):
            return f"Waits at most {made[0]:g} s, unless its object sets another limit."
        return "How long it waits is set on its object."
    setting = f"; `{timeout.parameter}=` sets a limit" if timeout.parameter else ""
    inherits = ", unless socket.setdefaulttimeout() was called" if timeout.default == "global" else ""
    return f"**Waits for ever by default**{inherits}{setting}."


def _table(catalogue: Catalogue, entries: tuple[Call, ...]) -> list[str]:
    """One line for each category of fault: the classes it gives, and what passes in silence."""
    raised: dict[str, list[str]] = {}
    silent: dict[str, list[str]] = {}
    for entry in entries:
        for fault, names in entry.raises.items():
            known = catalogue.faults.get(fault)
            if known is not None and known.category in _CATEGORIES:
                given = raised.setdefault(known.category, [])
                given += [f"`{n}`" for n in ([names] if isinstance(names, str) else names) if f"`{n}`" not in given]
        for fault, text in entry.silent.items():
            known = catalogue.faults.get(fault)
            if known is not None and known.category in _CATEGORIES:
                quiet = silent.setdefault(known.category, [])
                quiet += [text] if text not in quiet else []
    lines = []
    for category, title in _CATEGORIES.items():
        parts = [", ".join(raised[category])] if category in raised else []
        parts += [f"no error ({'; '.join(silent[category])})"] if category in silent else []
        if parts:
            lines.append(f"- {title}: {', or '.join(parts)}")
    return lines
