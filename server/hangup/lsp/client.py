"""What the client at the other end can do, read once from what it says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from lsprotocol import types
from pygls.capabilities import get_capability

from hangup.syntax.lines import Unit


@dataclass(frozen=True)
class Client:
    """A client's abilities.

    unit: of columns. pulls: it asks for diagnostics and can be told to ask again; one that cannot be told would show
    stale findings in the files next to the one that is edited, so it is sent them. refreshes: it can be told.
    related, descriptions, data: fields of a diagnostic that it reads.
    versions: it applies an edit only to the version that it was made for. literals: it takes code actions at all.
    lazy_edits: it asks for an action's edit when it is chosen. markdown: it shows Markdown.
    snippets: it takes text edits with places to fill in. annotations: it shows what an edit is about.
    disabled: it shows actions that cannot be taken, and why. shows_pages: it opens an address when it is asked to.
    configuration: it answers `workspace/configuration`. watches: it can be asked to watch files.
    """

    unit: Unit = "utf-16"
    pulls: bool = False
    refreshes: bool = False
    related: bool = False
    descriptions: bool = False
    data: bool = False
    versions: bool = False
    literals: bool = False
    lazy_edits: bool = False
    markdown: bool = False
    snippets: bool = False
    annotations: bool = False
    disabled: bool = False
    shows_pages: bool = False
    configuration: bool = False
    watches: bool = False


def read_client(capabilities: types.ClientCapabilities, unit: str) -> Client:
    """The abilities behind a client's capabilities. unit: the agreed position encoding."""

    def has(field: str) -> bool:
        return bool(get_capability(capabilities, field, False))

    def either(field: str) -> bool:
        return has(f"text_document.publish_diagnostics.{field}") or has(f"text_document.diagnostic.{field}")

    lazy: Sequence[str] = get_capability(capabilities, "text_document.code_action.resolve_support.properties", ())
    formats: Sequence[str] = get_capability(capabilities, "text_document.hover.content_format", ()) or ()
    refreshes = has("workspace.diagnostics.refresh_support")
    return Client(
        unit=cast(Unit, str(unit)),
        pulls=refreshes and get_capability(capabilities, "text_document.diagnostic") is not None,
        refreshes=refreshes,
        related=either("related_information"),
        descriptions=either("code_description_support"),
        data=either("data_support"),
        versions=has("workspace.workspace_edit.document_changes"),
        literals=get_capability(capabilities, "text_document.code_action.code_action_literal_support") is not None,
        lazy_edits="edit" in lazy and has("text_document.code_action.data_support"),
        markdown=types.MarkupKind.Markdown in formats,
        snippets=has("workspace.workspace_edit.snippet_edit_support")
        and has("workspace.workspace_edit.document_changes"),
        annotations=get_capability(capabilities, "workspace.workspace_edit.change_annotation_support") is not None,
        disabled=has("text_document.code_action.disabled_support"),
        shows_pages=has("window.show_document.support"),
        configuration=has("workspace.configuration"),
        watches=has("workspace.did_change_watched_files.dynamic_registration"),
    )
