"""From findings, fixes and offsets to what is sent: positions are converted here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import msgspec
from lsprotocol import types
from msgspec import UNSET

from hangup.fixes.fix import Fix
from hangup.lsp import wire
from hangup.lsp.client import Client
from hangup.rules.finding import Finding, Related, Severity
from hangup.syntax.lines import Position, Unit
from hangup.syntax.source import Source

DOCUMENTATION = "https://hangup.readthedocs.io"
"""Where the documentation is; a rule's page is below it at `rules/<name>`."""

SOURCE = "hangup"
"""What diagnostics say they come from."""

_SEVERITIES: dict[Severity, int] = {"error": 1, "warning": 2, "information": 3, "hint": 4}

Place = Callable[[str], tuple[str, Source] | None]
"""From a path of a workspace to the address and text of the document; None if there is no such file."""


def to_range(source: Source, start: int, end: int, unit: Unit) -> wire.Range:
    """Two offsets as positions."""
    lines = source.lines
    return wire.Range(
        wire.Position(*lines.position(start, unit)),
        wire.Position(*lines.position(end, unit)),
    )


def to_offset(source: Source, position: types.Position, unit: Unit) -> int:
    """A position as an offset; one that lies outside of its line or of the text means the nearest that does not."""
    return source.lines.offset(Position(position.line, position.character), unit)


def rule_page(name: str) -> str:
    """The address of a rule's page. name: as in `unhandled-network-call`."""
    return f"{DOCUMENTATION}/rules/{name}"


def to_diagnostic(finding: Finding, path: str, source: Source, place: Place, client: Client) -> wire.Diagnostic:
    """A finding of the file at `path` with the text `source`, with as much of it as the client can show."""
    related = tuple(
        wire.RelatedInformation(wire.Location(uri, to_range(text, each.start, each.end, client.unit)), each.message)
        for each, uri, text in _placed(finding.related if client.related else (), place)
    )
    return wire.Diagnostic(
        range=to_range(source, finding.start, finding.end, client.unit),
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        source=SOURCE,
        message=finding.message,
        code_description=wire.CodeDescription(rule_page(finding.name)) if client.descriptions else UNSET,
        related_information=related or UNSET,
        data={"path": path, "code": finding.code} if client.data else UNSET,
    )


def fingerprint(diagnostics: tuple[wire.Diagnostic, ...]) -> str:
    """A short text that is the same for the same diagnostics, and for others another."""
    return blake2b(msgspec.json.encode(diagnostics), digest_size=12).hexdigest()


def to_edit(fix: Fix, uri: str, version: int | None, source: Source, client: Client) -> wire.WorkspaceEdit:
    """The edits of a fix; of that version of the document only, if the client knows versions."""
    edits = tuple(wire.TextEdit(to_range(source, e.start, e.end, client.unit), e.text) for e in fix.edits)
    if client.versions:
        return wire.WorkspaceEdit(document_changes=(wire.DocumentEdit(wire.DocumentId(uri, version), edits),))
    return wire.WorkspaceEdit(changes={uri: edits})


def _placed(related: tuple[Related, ...], place: Place) -> list[tuple[Related, str, Source]]:
    found = [(each, place(each.path)) for each in related]
    return [(each, *where) for each, where in found if where is not None]
