"""A workspace: files by path, seen as one project, and the findings in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

import msgspec

from hangup.flow.analysis import Flow
from hangup.flow.renewal import renew
from hangup.knowledge.catalogue import Catalogue
from hangup.resolve.project import Module, Project
from hangup.rules.finding import Finding
from hangup.rules.registry import rules
from hangup.rules.rule import Context
from hangup.syntax.source import Source
from hangup.workspace.document import Document
from hangup.workspace.files import is_test
from hangup.workspace.naming import module_names
from hangup.workspace.settings import Settings
from hangup.workspace.store import Store
from hangup.workspace.suppressions import unused, visible

Report = Callable[[str], None]
"""Is told in a sentence what could not be used."""


class Workspace:
    """Documents and what is found in them. Reads no files: it is given their text.

    A path is relative to the workspace, with forward slashes. store: where facts are kept between runs.
    """

    def __init__(
        self, settings: Settings | None = None, catalogue: Catalogue | None = None, store: Store | None = None
    ) -> None:
        self._store = store
        self._settings = settings or Settings()
        self._catalogue = catalogue or Catalogue()
        self._documents: dict[str, Document] = {}
        self._modules: dict[str, Module] = {}
        self._flow: Flow | None = None
        self._edited: set[str] = set()
        self._contexts: dict[str, Context] = {}
        self._inferred: dict[str, Mapping[tuple[str, str], Sequence[str]]] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._documents

    @property
    def settings(self) -> Settings:
        """What is reported, and what is known of the project from outside of it."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        old, self._settings = self._settings, settings
        if _ends(old) != _ends(settings):
            self._flow = None
        self._contexts.clear()

    @property
    def catalogue(self) -> Catalogue:
        """The knowledge that it is looked at with."""
        return self._catalogue

    @catalogue.setter
    def catalogue(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._flow = None

    @property
    def paths(self) -> list[str]:
        """All paths, sorted."""
        return sorted(self._documents)

    def document(self, path: str) -> Document:
        """The current version of a file. Raises KeyError for one that the workspace does not hold."""
        return self._documents[path]

    def update(self, path: str, source: Source, *, saved: bool = False) -> Document:
        """Give a file a new text, or add it. saved: it is the text on disk, whose facts are worth keeping."""
        old = self._documents.get(path)
        if old is not None and old.source.data == source.data:
            return old
        self._documents[path] = Document(path, source, old, self._store if saved else None)
        if old is None:
            self._flow = None
        elif self._flow is not None:
            self._edited.add(path)
        return self._documents[path]

    def infer(self, path: str, found: Mapping[tuple[str, str], Sequence[str]]) -> bool:
        """Take what somebody else has found of the objects in a file; whether that is news."""
        if self._inferred.get(path, {}) == found:
            return False
        self._inferred[path] = found
        self._flow = None
        return True

    def remove(self, path: str) -> None:
        """Forget a file; nothing happens if the workspace does not hold it."""
        self._documents.pop(path, None)
        self._modules.pop(path, None)
        self._edited.discard(path)
        self._flow = None

    @property
    def flow(self) -> Flow:
        """The flow of errors through the files as they are now."""
        edited, self._edited = self._edited, set()
        if edited or self._flow is None:
            self._contexts.clear()
        for path in sorted(edited):
            if self._flow is not None and not renew(self._flow, self._modules[path], self._documents[path].facts):
                self._flow = None
        if self._flow is None:
            self._flow = Flow(self._project(), self.catalogue)
        return self._flow

    def module(self, path: str) -> Module:
        """The module of a file."""
        self.flow  # noqa: B018 - makes the modules current
        return self._modules[path]

    def context(self, path: str) -> Context:
        """What rules and fixes are given of a file as it is now; the same until something changes."""
        flow = self.flow
        known = self._contexts.get(path)
        if known is None or known.flow is not flow or known.module is not self._modules[path]:
            document, python = self._documents[path], self.settings.oldest_python
            known = self._contexts[path] = Context(
                flow, self._modules[path], document, python, self.settings.timeout_constant
            )
        return known

    def findings(self, path: str) -> list[Finding]:
        """The findings in a file, in order, without those that are not selected or hidden by a comment."""
        context = self.context(path)
        found = [
            finding for rule in rules() if self.settings.wants(rule.code, path) for finding in rule.check(context, rule)
        ]
        document, settings = self._documents[path], self.settings
        comments = document.suppressions
        seen = visible(found, document.source, comments)
        if comments and settings.wants("HUP901", path) and not document.tree.root_node.has_error:
            idle = unused(found, document.source, comments, lambda beginning: settings.wants_all(beginning, path))
            seen += visible(idle, document.source, [comment for comment in comments if comment.codes])
        seen = [_as_severe(settings, finding) for finding in seen]
        return sorted(seen, key=lambda f: (f.start, f.code, f.end))

    def _project(self) -> Project:
        packages = {PurePosixPath(p).parent for p in self._documents if p.endswith("__init__.py")}
        project = Project(ends=_ends(self.settings), inferred=self._inferred)
        others: list[tuple[str, Module]] = []
        for path, document in self._documents.items():
            pure = PurePosixPath(path)
            best, *rest = module_names(pure, packages)
            module = self._modules.get(path)
            if module is None or module.name != best or module.facts is not document.facts:
                is_package = pure.name == "__init__.py"
                module = Module(best, path, document.facts, is_package=is_package, is_test=is_test(pure))
                self._modules[path] = module
            project.modules.setdefault(best, module)
            others += [(name, module) for name in rest]
        for name, module in others:
            project.modules.setdefault(name, module)
        return project


def _ends(settings: Settings) -> dict[str, str]:
    """The functions where errors end by the settings, and what happens there."""
    ends = dict.fromkeys(settings.boundaries, "the settings name it as a boundary, so nobody behind it handles this")
    return ends | dict.fromkeys(settings.scripts, "it is the entry point of a command, which ends with a traceback")


def _as_severe(settings: Settings, finding: Finding) -> Finding:
    """The finding with the severity that the settings give it."""
    severity = settings.severity_of(finding.code) if settings.severity else None
    return finding if severity is None else msgspec.structs.replace(finding, severity=severity)
