"""`hangup knowledge`: what is known of libraries, for people and for programs.

The JSON of `show` is a contract: README describes it, `tests/test_knowledge_command.py` holds it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from hangup.ide.call_card import call_card, measured_line
from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.packs import index, read_pack
from hangup.knowledge.schema import Call, Pack

VERSION = 1


def listing() -> str:
    """One line for each library: its name, what was measured, how many calls and exception classes are known."""
    rows = [("library", "measured", "calls", "exceptions")]
    for path in sorted(set(index().values())):
        pack = read_pack(path)
        measured = ", ".join(dict.fromkeys(each.version for each in pack.library.measured)) or "no"
        calls = sum(len(call.match) for call in pack.calls)
        rows.append((path.stem, measured, str(calls), str(len(pack.exceptions))))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def show(library: str, *, as_json: bool) -> str | None:
    """All that is known of a library, by the name of its file or of a module it speaks for; None if nothing is."""
    path = _find(library)
    if path is None:
        return None
    pack = read_pack(path)
    return msgspec.json.format(msgspec.json.encode(_table(pack)), indent=2).decode() if as_json else _text(pack)


def schema() -> str:
    """The JSON schema of a knowledge file."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Pack)), indent=2).decode()


def _find(library: str) -> Path | None:
    files = index()
    return files.get(library) or next((path for path in files.values() if path.stem == library), None)


def _text(pack: Pack) -> str:
    catalogue = Catalogue()
    pages = ["\n".join([f"# {pack.library.name}", *measured_line(catalogue, pack.library.imports[0])])]
    seen: set[str] = set()
    for call in pack.calls:
        name = call.match[0]
        if name not in seen:
            seen.add(name)
            others = [f"Also: {', '.join(call.match[1:])}", ""] if call.match[1:] else []
            pages.append("\n".join([*others, *call_card(catalogue, name, catalogue.calls(name))]))
    return "\n\n".join(pages)


def _table(pack: Pack) -> dict[str, Any]:
    return {
        "version": VERSION,
        "library": msgspec.to_builtins(pack.library),
        "calls": [_call(call) for call in pack.calls],
        "exceptions": msgspec.to_builtins(pack.exceptions),
        "aliases": {name: alias if isinstance(alias, str) else alias.target for name, alias in pack.aliases.items()},
        "classes": msgspec.to_builtins(pack.classes),
    }


def _call(call: Call) -> dict[str, Any]:
    return {
        "match": call.match,
        "when": call.when,
        "property": call.property,
        "awaitable": call.awaitable,
        "phase": list(call.phase),
        "raises": {fault: [names] if isinstance(names, str) else names for fault, names in call.raises.items()},
        "silent": call.silent,
        "measured": bool(call.raises or call.silent) and call.unmeasured is None,
        "unmeasured": call.unmeasured,
        "since": call.since,
        "until": call.until,
        "returns": call.returns,
        "timeout": msgspec.to_builtins(call.timeout),
        "idempotent": call.idempotent,
        "blocking": call.blocking,
        "note": call.note,
    }
