"""One version of one file: its text, tree and facts."""

from __future__ import annotations

from functools import cached_property

from tree_sitter import Tree

from hangup.facts.extract import Memory, extract
from hangup.facts.model import ModuleFacts
from hangup.syntax.source import Source
from hangup.syntax.tree import parse
from hangup.workspace.suppressions import Suppression, suppressions


class Document:
    """A version of a file. memory: facts of earlier versions, so that only what changed is read again."""

    def __init__(self, path: str, source: Source, memory: Memory | None = None) -> None:
        self.path = path
        self.source = source
        self._memory = memory if memory is not None else {}

    @cached_property
    def tree(self) -> Tree:
        """The parse tree."""
        return parse(self.source)

    @cached_property
    def facts(self) -> ModuleFacts:
        """The facts."""
        return extract(self.source, self.tree, self._memory)

    @cached_property
    def suppressions(self) -> list[Suppression]:
        """The comments that hide findings."""
        return suppressions(self.source, self.tree)

    def edited(self, source: Source) -> Document:
        """The next version, which takes over what this one knows of its functions."""
        return Document(self.path, source, self._memory)
