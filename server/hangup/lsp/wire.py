"""The messages of the protocol that are frequent or large, as typed structs in the shape they have on the wire.

lsprotocol's classes serve for everything else. Its converter takes 6 ms to write 450 diagnostics, these take 0.5 ms,
and it refuses a `range` of null, which these read as no range.
This module knows nothing of findings or files.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType


class Position(msgspec.Struct, frozen=True):
    """Zero-based line, and zero-based column in the unit that was agreed with the client."""

    line: int
    character: int


class Range(msgspec.Struct, frozen=True):
    """From `start` up to, without, `end`."""

    start: Position
    end: Position


class DocumentId(msgspec.Struct, frozen=True):
    """Which document, and which version of it; None for a file that no editor holds."""

    uri: str
    version: int | None = None


class Change(msgspec.Struct, frozen=True):
    """Replace a range of a document by `text`; without a range, the whole of it."""

    text: str
    range: Range | None = None


class ChangedDocument(msgspec.Struct, frozen=True, rename="camel"):
    """The part of a change notification that must be legible for anything to be done about it."""

    text_document: DocumentId


class DidChange(msgspec.Struct, frozen=True, rename="camel"):
    """`textDocument/didChange`: each change applies to what the one before it left. None: they were not legible."""

    text_document: DocumentId
    content_changes: tuple[Change, ...] | None


class Location(msgspec.Struct, frozen=True):
    """A range of a document."""

    uri: str
    range: Range


class RelatedInformation(msgspec.Struct, frozen=True):
    """A sentence about another place."""

    location: Location
    message: str


class CodeDescription(msgspec.Struct, frozen=True):
    """The address of a rule's page."""

    href: str


class Diagnostic(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A finding as an editor shows it. severity: 1 error, 2 warning, 3 information, 4 hint."""

    range: Range
    severity: int
    code: str
    source: str
    message: str
    code_description: CodeDescription | UnsetType = UNSET
    related_information: tuple[RelatedInformation, ...] | UnsetType = UNSET
    data: dict[str, str] | UnsetType = UNSET


class Publication(msgspec.Struct, frozen=True, omit_defaults=True):
    """`textDocument/publishDiagnostics`."""

    uri: str
    diagnostics: tuple[Diagnostic, ...]
    version: int | UnsetType = UNSET


class FullReport(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, tag_field="kind", tag="full"):
    """The answer to `textDocument/diagnostic` when something is new."""

    items: tuple[Diagnostic, ...]
    result_id: str | UnsetType = UNSET


class UnchangedReport(msgspec.Struct, frozen=True, rename="camel", tag_field="kind", tag="unchanged"):
    """The answer to `textDocument/diagnostic` when the client has it already."""

    result_id: str


class TextEdit(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Replace a range by a text. annotation_id: what it is about, by its key in the workspace edit."""

    range: Range
    new_text: str
    annotation_id: str | UnsetType = UNSET


class Snippet(msgspec.Struct, frozen=True, tag_field="kind", tag="snippet"):
    """A text with places to fill in, in the snippet syntax of the protocol."""

    value: str


class SnippetEdit(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Replace a range by a snippet."""

    range: Range
    snippet: Snippet
    annotation_id: str | UnsetType = UNSET


class DocumentEdit(msgspec.Struct, frozen=True, rename="camel"):
    """Edits of one version of a document."""

    text_document: DocumentId
    edits: tuple[TextEdit | SnippetEdit, ...]


class Annotation(msgspec.Struct, frozen=True, rename="camel"):
    """What an edit is about, for clients that show it before it is made."""

    label: str
    description: str
    needs_confirmation: bool = False


class WorkspaceEdit(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Edits of documents, by version or, for clients that do not know versions, by address."""

    document_changes: tuple[DocumentEdit, ...] | UnsetType = UNSET
    changes: dict[str, tuple[TextEdit, ...]] | UnsetType = UNSET
    change_annotations: dict[str, Annotation] | UnsetType = UNSET


class ActionId(msgspec.Struct, frozen=True):
    """Says which action was offered for which range, so that its edit can be computed when it is chosen.

    code: of the rule; empty where it answers no single finding. start, end: of the finding, else of what was asked for.
    """

    uri: str
    version: int | None
    code: str
    start: int
    end: int
    fix: str
    title: str


class Reason(msgspec.Struct, frozen=True):
    """Why an action cannot be taken."""

    reason: str


class Command(msgspec.Struct, frozen=True):
    """What the server is asked to do when an action is chosen."""

    title: str
    command: str
    arguments: tuple[str, ...]


class CodeAction(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A change that is offered. `edit` is missing when the client asks for it later, by `data`."""

    title: str
    kind: str
    diagnostics: tuple[Diagnostic, ...] | UnsetType = UNSET
    is_preferred: bool = False
    disabled: Reason | UnsetType = UNSET
    edit: WorkspaceEdit | UnsetType = UNSET
    command: Command | UnsetType = UNSET
    data: ActionId | UnsetType = UNSET
