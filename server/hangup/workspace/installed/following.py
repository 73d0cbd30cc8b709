"""Follows the packages that a workspace imports into their source, where no knowledge file speaks for them."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.packs import provide
from hangup.knowledge.schema import Header, Pack
from hangup.resolve.project import Module
from hangup.syntax.source import Source
from hangup.workspace.document import Document
from hangup.workspace.installed.derivation import derive, is_telling
from hangup.workspace.installed.distributions import Distributions, Package
from hangup.workspace.store import Store, key_of

logger = logging.getLogger(__name__)

_IMPORT = re.compile(
    rb"^[ \t]*(?:import|from)[ \t]+([A-Za-z_][\w.]*)(?:[ \t]+import[ \t(]+([^\n\r#;]*))?", re.MULTILINE
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_DEEPEST = 4
"""Packages built on packages built on packages: so many below the workspace are followed."""


class Following:
    """Derives the knowledge of installed packages, and keeps it in a store.

    catalogue: what is known without them.
    """

    def __init__(self, catalogue: Catalogue, distributions: Distributions, store: Store) -> None:
        self._catalogue = catalogue
        self._distributions = distributions
        self._store = store
        self._derived: dict[str, Path] = {}
        self._seen: set[str] = set()

    @property
    def derived(self) -> dict[str, Path]:
        """The packages of which something was derived so far, by import name."""
        return dict(self._derived)

    def catalogue(self) -> Catalogue:
        """What is known together with what has been derived so far."""
        return self._catalogue.extended(self._derived) if self._derived else self._catalogue

    def follow(self, imports: Iterable[str], depth: int = 0) -> Iterator[None]:
        """Derive what the imported dotted names lead to, a package between two yields."""
        for name in sorted(set(imports)):
            if depth < _DEEPEST and not self._is_spoken_for(name):
                package = self._distributions.package(name)
                if package is None or package.root in self._seen:
                    continue
                self._seen.add(package.root)
                yield from self._add(package, depth)
                yield

    def _is_spoken_for(self, name: str) -> bool:
        return self._catalogue.file_of(name) is not None or name.partition(".")[0] in self._seen

    def _add(self, package: Package, depth: int) -> Iterator[None]:
        key = key_of("derived", package.root.encode(), self._catalogue.fingerprint, _state(package))
        pack = self._store.find(key, Pack)
        if pack is None:
            documents = {name: document for name, path in package.files.items() if (document := _read(name, path))}
            written = {name for each in documents.values() for name in _written(each) if not _is_in(name, package.root)}
            yield from self.follow(written, depth + 1)
            if any(self.catalogue().file_of(name) is not None for name in written):
                modules = {name: _module(package, name, document) for name, document in documents.items()}
                pack = self._derive(package, modules)
            else:
                pack = Pack(library=self._header(package))
            self._store.put(key, pack)
        else:
            # What it is built on is needed for its bases and types.
            yield from self.follow(pack.library.built_on, depth + 1)
        if is_telling(pack):
            self._derived[package.root] = provide(pack)

    def _derive(self, package: Package, modules: dict[str, Module]) -> Pack:
        imported = {name for name in imports_of(modules.values()) if not _is_in(name, package.root)}
        below = [root for root in self._derived if any(f"{name}.".startswith(f"{root}.") for name in imported)]
        header = self._header(package, sorted(below))
        try:
            return derive(header, modules, self.catalogue())
        except Exception:
            logger.exception("%s cannot be followed; please report it", package.root)
            return Pack(library=header)

    def _header(self, package: Package, built_on: list[str] | None = None) -> Header:
        return Header(name=package.root, imports=[package.root], derived=True, built_on=built_on or [])


def imports_of(modules: Iterable[Module]) -> set[str]:
    """The absolute dotted names that modules import."""
    return {
        f"{imported.module}.{imported.name}" if imported.name and imported.name != "*" else imported.module
        for module in modules
        for scope in module.scopes
        for imported in scope.unit.imports
        if not imported.level and imported.module
    }


def _written(document: Document) -> set[str]:
    """The names that a text imports, found without parsing it: most packages have nothing to do with a network."""
    found: set[str] = set()
    for match in _IMPORT.finditer(document.source.data):
        module = match[1].decode("utf-8", "replace")
        names = _NAME.findall(match[2].decode("utf-8", "replace")) if match[2] is not None else [""]
        found |= {f"{module}.{name}".rstrip(".") for name in names}
    return found


def _is_in(name: str, root: str) -> bool:
    return name == root or name.startswith(root + ".")


def _module(package: Package, name: str, document: Document) -> Module:
    path = package.files[name]
    return Module(name, PurePosixPath(path).as_posix(), document.facts, is_package=path.name == "__init__.py")


def _read(name: str, path: Path) -> Document | None:
    try:
        return Document(name, Source.from_bytes(path.read_bytes()))
    except OSError as error:
        logger.info("%s cannot be read: %s", path, error.strerror)
        return None


def _state(package: Package) -> bytes:
    """Changes whenever a file of the package does."""
    digest = hashlib.blake2b(digest_size=20)
    for name, path in sorted(package.files.items()):
        try:
            status = path.stat()
        except OSError:
            continue
        digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.digest()
