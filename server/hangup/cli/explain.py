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
    from hangup.ide.pages import page_about

    return page_about(name)
