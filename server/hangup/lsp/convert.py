"""From findings, fixes and offsets to what is sent: positions are converted here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import msgspec
from lsprotocol import types
from msgspec import UNSET, UnsetType

from hangup.fixes.fix import Fix
from hangup.lsp import wire
from hangup.lsp.client import Client
from hangup.rules.finding import Finding, Related, Severity
from hangup.syntax.edits import Edit
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
    """The edits of a fix; of that version of the document only, if the client knows versions.

    With a handler's body as a place to fill in, and with what the fix is about, for clients that take those.
    """
    if not client.versions:
        edits = tuple(wire.TextEdit(to_range(source, e.start, e.end, client.unit), e.text) for e in fix.edits)
        return wire.WorkspaceEdit(changes={uri: edits})
    key = fix.name if client.annotations else UNSET
    found = [_text_edit(each, fix.tail if each is fix.edits[-1] else "", source, client, key) for each in fix.edits]
    about = {fix.name: wire.Annotation(fix.title, _WARNINGS[fix.applicability])} if client.annotations else UNSET
    document = wire.DocumentEdit(wire.DocumentId(uri, version), tuple(found))
    return wire.WorkspaceEdit(document_changes=(document,), change_annotations=about)


_WARNINGS = {
    "safe": "A run in which nothing fails does the same as before.",
    "unsafe": "Changes what the program does: read it before you keep it.",
}


def _text_edit(
    edit: Edit, tail: str, source: Source, client: Client, key: str | UnsetType
) -> wire.TextEdit | wire.SnippetEdit:
    """An edit, with its tail as a place to fill in where the client takes that: each line of it is one.

    Editors indent the lines of a snippet as the line it goes into. So it begins where that line does, and the
    indentation is its own; what goes behind something else is no snippet.
    """
    start = source.lines.start(source.lines.line_of(edit.start))
    before = source.slice(start, edit.start)
    if not client.snippets or not tail or before.strip():
        return wire.TextEdit(to_range(source, edit.start, edit.end, client.unit), edit.text, key)
    stops = [
        f"{line[: len(line) - len(line.lstrip())]}${{{number}:{_escaped(line.lstrip())}}}"
        for number, line in enumerate(tail.split(source.newline), 1)
    ]
    value = _escaped(before + edit.text[: -len(tail)]) + source.newline.join(stops)
    return wire.SnippetEdit(to_range(source, start, edit.end, client.unit), wire.Snippet(value), key)


def _escaped(text: str) -> str:
    """Text as a snippet has it literally."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")


def _placed(related: tuple[Related, ...], place: Place) -> list[tuple[Related, str, Source]]:
    found = [(each, place(each.path)) for each in related]
    return [(each, *where) for each, where in found if where is not None]
