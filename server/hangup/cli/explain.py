"""`hangup explain`: the page of a rule, or what is known of an exception class or an errno."""

from __future__ import annotations

from hangup.rules.registry import rule


def explain(name: str) -> str | None:
    """A text in Markdown about a rule's code or name, an exception class or an errno symbol; None if there is
    nothing."""
    found = rule(name.upper()) or rule(name)
    if found is not None:
        page = found.folder() / "doc.md"
        return page.read_text("utf-8").strip() if page.is_file() else f"{found.code} {found.name}: {found.summary}"
    from hangup.ide.call_card import call_card, measured_line
    from hangup.ide.pages import page_about
    from hangup.knowledge.catalogue import Catalogue

    catalogue = Catalogue()
    canonical = catalogue.canonical(name)
    calls = catalogue.calls(canonical)
    if calls:
        return "\n".join([*call_card(catalogue, canonical, calls), *measured_line(catalogue, canonical)])
    return page_about(name, catalogue)
