"""One version of one file: its text, tree and facts."""

from __future__ import annotations

import logging
from functools import cached_property

from tree_sitter import Tree

from hangup.facts.extract import Memory, extract
from hangup.facts.model import ModuleFacts, Unit
from hangup.syntax.source import Source
from hangup.syntax.tree import parse
from hangup.workspace.store import Store, key_of
from hangup.workspace.suppressions import Suppression, suppressions

logger = logging.getLogger(__name__)


class Document:
    """A version of a file.

    before: an earlier version, whose tree and facts are taken over where the text has not changed. It is let go of as
    soon as it has been used.
    """

    def __init__(self, path: str, source: Source, before: Document | None = None, store: Store | None = None) -> None:
        self.path = path
        self.source = source
        self._before = before
        self._store = store
        self._memory: Memory = before._memory if before is not None else {}

    @cached_property
    def tree(self) -> Tree:
        """The parse tree."""
        before, self._before = self._before, None
        known = (before.source, before.tree) if before is not None and "tree" in before.__dict__ else None
        return parse(self.source, known)

    @cached_property
    def facts(self) -> ModuleFacts:
        """The facts; of a file that defeats us, none, and the log says so: the others are looked at all the same."""
        store, self._store = self._store, None
        key = key_of("facts", self.source.data) if store is not None else b""
        known = store.find(key, ModuleFacts) if store is not None else None
        if known is not None:
            return known
        try:
            found = extract(self.source, self.tree, self._memory)
        except Exception:
            logger.exception("%s cannot be understood and is left out; please report it", self.path)
            return ModuleFacts(Unit("module", "", len(self.source.data)))
        if store is not None:
            store.put(key, found)
        return found

    @cached_property
    def suppressions(self) -> list[Suppression]:
        """The comments that hide findings."""
        if b"hangup:" not in self.source.data and b"HUP" not in self.source.data:
            return []  # without a look at the tree, which may not be there yet
        return suppressions(self.source, self.tree)
