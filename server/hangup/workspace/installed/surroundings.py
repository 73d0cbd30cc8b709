"""What a workspace is looked at with: its environment, the knowledge of the versions there, and of what has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from hangup.flow.unresolved import questions
from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.packs import index_with
from hangup.knowledge.shipped import shipped
from hangup.resolve.project import Module
from hangup.workspace.installed.distributions import Distributions
from hangup.workspace.installed.environment import Environment, find_environment
from hangup.workspace.installed.following import Following, imports_of
from hangup.workspace.installed.inference import Inference
from hangup.workspace.settings import Settings
from hangup.workspace.store import Store
from hangup.workspace.workspace import Report, Workspace


class Surroundings:
    """Of one workspace with its settings.

    root: its folder; None for a file that stands alone. store: where what was derived is kept. report: told about each
    knowledge file, or environment, that is named in the settings and cannot be used.
    """

    def __init__(self, root: Path | None, settings: Settings, store: Store, report: Report) -> None:
        self._root = root
        self._store = store
        self._asks = settings.jedi
        self.environment: Environment | None = find_environment(root, settings.python)
        if settings.python and (self.environment is None or not self.environment.is_chosen):
            instead = f"; {self.environment.prefix} is used" if self.environment is not None else ""
            report(f"there is no Python environment at {settings.python}{instead}")
        distributions = Distributions(self.environment) if self.environment is not None else None
        self._distributions = distributions
        own = [*shipped(), *((root or Path()) / name for name in settings.knowledge)]
        self.catalogue = _catalogue(tuple(own), self.environment, distributions, report)
        followed = distributions is not None and settings.follow_packages
        self._following = Following(self.catalogue, distributions, store) if distributions and followed else None

    @cached_property
    def inference(self) -> Inference | None:
        """Who is asked for types; None where nobody is."""
        if self._root is None or not self._asks:
            return None
        return Inference(self._root, self.environment, self._store)

    def infer(self, workspace: Workspace, paths: Iterable[str]) -> Iterator[None]:
        """Have types inferred that some files of a workspace need, a file between two yields.

        Only of files that import something which is installed and could not be followed: nobody else could tell more.
        """
        for path in paths:
            if self.inference is None or path not in workspace or not self._has_closed(workspace.module(path)):
                continue
            asked = list(questions(workspace.flow, workspace.module(path)))
            workspace.infer(path, (yield from self.inference.infer(path, workspace.document(path).source, asked)))
            yield

    def _has_closed(self, module: Module) -> bool:
        distributions, known = self._distributions, self.catalogue.file_of
        names = imports_of([module]) if distributions is not None else set()
        return any(distributions.is_closed(name) for name in names if distributions and known(name) is None)

    def close(self) -> None:
        """Let go of what was started."""
        if "inference" in self.__dict__ and self.inference is not None:
            self.inference.close()

    def follow(self, modules: Iterable[Module]) -> Iterator[None]:
        """Derive the knowledge of the packages that modules import, a package between two yields.

        What is new is in `catalogue` when it has come to the end.
        """
        if self._following is None:
            return
        before = self._following.derived
        yield from self._following.follow(imports_of(modules))
        if self._following.derived != before:
            self.catalogue = self._following.catalogue()


def _catalogue(
    own: tuple[Path, ...], environment: Environment | None, distributions: Distributions | None, report: Report
) -> Catalogue:
    python = environment.python if environment is not None else None
    versions = distributions.versions if distributions is not None else {}
    if not own:
        return _shared(python, tuple(sorted(versions.items())))
    files, problems = index_with(own)
    for problem in problems:
        report(problem)
    return Catalogue(files, python, versions)


@lru_cache(maxsize=8)
def _shared(python: tuple[int, int] | None, versions: tuple[tuple[str, str], ...]) -> Catalogue:
    """One catalogue for all workspaces with the same versions: what it has read, it has read for all."""
    return Catalogue(None, python, dict(versions))
