"""What is shown over a name: an exception class, an errno, a network call, a caught error."""

from __future__ import annotations

import msgspec

from hangup.flow.timeouts import gives_timeout
from hangup.ide.call_card import call_card, handled_here, measured_line
from hangup.ide.pages import class_page, page_about
from hangup.ide.retry_card import retry_card
from hangup.ide.symbols import Symbol, symbol_at
from hangup.resolve.entries import applicable
from hangup.resolve.values import Dotted, Method, Value
from hangup.workspace.workspace import Workspace


class Hover(msgspec.Struct, frozen=True):
    """A text in Markdown about the code from `start` to `end`, offsets in the module."""

    markdown: str
    start: int
    end: int


def hover(workspace: Workspace, path: str, offset: int) -> Hover | None:
    """What there is to say about the name at an offset of a file; None if nothing is known."""
    document = workspace.document(path)
    symbol = symbol_at(workspace.flow, workspace.module(path), document, offset)
    if symbol is None:
        return None
    text = (
        _caught(workspace, symbol, path) if symbol.handler is not None else retry_card(workspace.context(path), symbol)
    )
    for value in symbol.values:
        text = text or _about(workspace, symbol, value, path)
    return Hover(text, symbol.start, symbol.end) if text else None


def _about(workspace: Workspace, symbol: Symbol, value: Value, path: str) -> str | None:
    catalogue = workspace.catalogue
    if isinstance(value, Dotted):
        entry = catalogue.exception(value.name)
        if entry is not None:
            asked = _alias(workspace, symbol, value.name)
            return class_page(catalogue, value.name, entry, asked, _imported(workspace))
        if value.name.startswith("errno."):
            return page_about(value.name, catalogue)
        return _call(workspace, symbol, value.name, path)
    if isinstance(value, Method):
        return _call(workspace, symbol, value.qualified, path)
    return None


def _imported(workspace: Workspace) -> set[str]:
    """The modules that the project imports."""
    return {
        imported.module
        for module in workspace.flow.project
        for scope in module.scopes
        for imported in scope.unit.imports
        if not imported.level
    }


def _alias(workspace: Workspace, symbol: Symbol, canonical: str) -> str | None:
    """The name as it was written, where it is another public name of the class."""
    last = canonical.rpartition(".")[2]
    written = symbol.text.rpartition(".")[2]
    return symbol.text if written != last and workspace.catalogue.canonical(symbol.text) == canonical else None


def _call(workspace: Workspace, symbol: Symbol, qualified: str, path: str) -> str | None:
    catalogue = workspace.catalogue
    entries = catalogue.calls(qualified)
    if symbol.call is not None:
        entries = applicable(entries, symbol.call.expression) or entries
    if not entries:
        return None
    limited = symbol.call is not None and gives_timeout(entries[0], symbol.call.expression) is True
    lines = call_card(catalogue, qualified, entries, limited=limited)
    if symbol.call is not None:
        effect = workspace.flow.effects.of(symbol.scope, symbol.call)
        lines += handled_here(workspace.flow, symbol, effect, workspace.document(path).source.lines)
    return "\n".join([*lines, *measured_line(catalogue, qualified)])


def _caught(workspace: Workspace, symbol: Symbol, path: str) -> str | None:
    """About the name that an `except ... as name` binds: what it can be here, and where the reset is."""
    handler = symbol.handler
    if handler is None:
        return None
    names, _ = workspace.flow.guards.caught(symbol.scope, handler)
    shown = workspace.flow.classes.most_general(names)
    line = workspace.document(path).source.lines.line_of(symbol.scope.start + handler.start) + 1
    lines = [f"**{handler.name}**: the error caught on line {line}", ""]
    for name in shown:
        entry = workspace.catalogue.exception(name)
        summary = f": {entry.summary}" if entry is not None and entry.summary else ""
        lines.append(f"- `{workspace.flow.classes.display(name)}`{summary}")
        if entry is not None and entry.reset:
            reset = entry.reset.replace("e.", f"{handler.name}.", 1) if entry.reset.startswith("e.") else entry.reset
            lines.append(f"  After a reset, the `ConnectionResetError` is at `{reset}`.")
    return "\n".join(lines)
