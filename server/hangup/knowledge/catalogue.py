"""Answers questions about libraries: is this name a network call, what does it raise, is this class a subclass of that.

A question about a name loads the one file that speaks for it; a program that imports no known library loads none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from hangup.knowledge.former_names import present_name
from hangup.knowledge.packs import index, read_builtins, read_faults, read_pack
from hangup.knowledge.presence import Presence
from hangup.knowledge.retries import Retrier, Term
from hangup.knowledge.schema import Alias, Call, Class, ExceptionClass, Fault, Pack

__all__ = ["Catalogue"]

_NEWEST = (3, 14)

T = TypeVar("T", Class, ExceptionClass)

_DOTTED = re.compile(r"[A-Za-z_][\w.]*")


class Catalogue:
    """All knowledge, loaded as it is needed.

    files: import root to knowledge file; by default those that come with hangup.
    python: the (major, minor) of the programs that are looked at; decides which aliases hold; None for any.
    versions: distribution, in lower case with hyphens, to the version that those programs run with; decides which
    entries hold. All do of a distribution that is not listed.
    """

    def __init__(
        self,
        files: Mapping[str, Path] | None = None,
        python: tuple[int, int] | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> None:
        self._files = dict(index() if files is None else files)
        self._python = python
        self._versions = dict(versions or {})
        self._present: dict[Path, Presence] = {}
        self._canonical: dict[str, str] = {}
        self._ancestors: dict[str, tuple[str, ...]] = {}
        self._calls: dict[str, tuple[Call, ...]] = {}
        self._raised: dict[tuple[int, bool | None], dict[str, frozenset[str]]] = {}
        self._exceptions: dict[str, ExceptionClass | None] = {}
        self._classes: dict[str, Class | None] = {}
        self._attributes: dict[tuple[str, str], str | None] = {}
        self._tables: dict[Path, dict[str, tuple[Call, ...]]] = {}
        self._aliases: dict[Path | None, dict[str, Alias]] = {}

    @cached_property
    def faults(self) -> dict[str, Fault]:
        """All faults by name."""
        return read_faults()

    def file_of(self, name: str) -> Path | None:
        """The file that speaks for a dotted name, by the longest import root that begins it."""
        name = name.partition("#")[0].partition(":")[0]
        while name:
            if (path := self._files.get(name)) is not None:
                return path
            name = name.rpartition(".")[0]
        return None

    def pack_of(self, name: str) -> Pack | None:
        """The pack that speaks for a dotted name; for a bare name, Python's builtins."""
        path = self.file_of(name)
        if path is not None:
            return read_pack(path)
        return read_builtins() if "." not in name else None

    @cached_property
    def fingerprint(self) -> bytes:
        """The same for catalogues that give the same answers."""
        digest = hashlib.blake2b(repr((self._python, sorted(self._versions.items()))).encode(), digest_size=20)
        for path in sorted(set(self._files.values())):
            digest.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
        return digest.digest()

    def extended(self, files: Mapping[str, Path]) -> Catalogue:
        """The same with more files; those that are here go before them."""
        return Catalogue({**files, **self._files}, self._python, self._versions)

    def is_derived(self, name: str) -> bool:
        """Whether what is known of a dotted name was worked out from source, not measured."""
        pack = self.pack_of(name)
        return pack is not None and pack.library.derived

    def knows_module(self, name: str) -> bool:
        """Whether `name` is a module that some file speaks for, or a package above one."""
        return name in self._files or name in self._packages

    @cached_property
    def _packages(self) -> frozenset[str]:
        found: set[str] = set()
        for name in self._files:
            while (name := name.rpartition(".")[0]) and name not in found:
                found.add(name)
        return frozenset(found)

    def under(self, name: str) -> list[tuple[str, Path]]:
        """The import roots below a package, with the files that speak for them."""
        return [(root, path) for root, path in self._files.items() if root.startswith(name + ".")]

    def canonical(self, name: str) -> str:
        """The name by which the files know what a program calls `name`: aliases are followed."""
        known = self._canonical.get(name)
        if known is None:
            known = self._canonical[name] = self._resolve(present_name(name).removeprefix("builtins."))
        return known

    def alias(self, name: str) -> Alias | None:
        """The alias entry for exactly this name, if it is an alias on the Python in question."""
        entry = self._alias_table(self.file_of(name)).get(name)
        return entry if entry is not None and self._holds(entry) else None

    def exception(self, name: str) -> ExceptionClass | None:
        """The exception class of a canonical name."""
        if name not in self._exceptions:
            self._exceptions[name] = self._find_exception(name)
        return self._exceptions[name]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The class and all classes above it, nearest first; only the class itself when it is unknown."""
        known = self._ancestors.get(name)
        if known is None:
            entry = self.exception(name) or self.class_(name)
            order = [name]
            for base in entry.bases if entry is not None else []:
                order += [each for each in self.ancestors(self.canonical(base)) if each not in order]
            known = self._ancestors[name] = tuple(order)
        return known

    def is_subclass(self, name: str, base: str) -> bool:
        """Whether canonical `name` is `base` or below it."""
        return base in self.ancestors(name)

    def class_(self, name: str) -> Class | None:
        """The class (no exception) of a canonical name; a state `Class:state` inherits from its class."""
        if name not in self._classes:
            pack = self.pack_of(name)
            self._classes[name] = self._there(name, pack.classes.get(name)) if pack is not None else None
        return self._classes[name]

    def attribute(self, owner: str, name: str) -> str | None:
        """The type of an attribute of a class, looked up along its bases."""
        key = owner, name
        if key not in self._attributes:
            self._attributes[key] = self._find_attribute(owner, name)
        return self._attributes[key]

    def _find_attribute(self, owner: str, name: str) -> str | None:
        for each in self.ancestors(owner):
            entry = self.class_(each)
            if entry is not None and name in entry.attributes:
                return entry.attributes[name]
        return None

    def calls(self, name: str) -> tuple[Call, ...]:
        """The entries for a function or class (`requests.get`) or a method (`requests.Session#get`), its bases
        included."""
        known = self._calls.get(name)
        if known is None:
            known = self._calls[name] = self._find_calls(name)
        return known

    def retrier(self, name: str) -> Retrier | None:
        """The entry for a callable that makes something be tried again."""
        pack = self.pack_of(name) if "." in name else None
        return next((each for each in pack.retriers if name in each.match), None) if pack is not None else None

    def term(self, name: str) -> Term | None:
        """The entry for a callable whose result decides one thing about a retrier."""
        pack = self.pack_of(name) if "." in name else None
        return next((each for each in pack.terms if name in each.match), None) if pack is not None else None

    def failures(self, call: Call) -> Mapping[str, frozenset[str]]:
        """The exception classes of an entry, by canonical name, each with the faults that give it."""
        return self._failures(call, None)

    def expected(self, call: Call, *, timeouts: bool) -> Mapping[str, frozenset[str]]:
        """Those of `failures` that a program has to expect of any peer; without timeouts where none is set."""
        return self._failures(call, timeouts)

    def _failures(self, call: Call, timeouts: bool | None) -> Mapping[str, frozenset[str]]:
        key = (id(call), timeouts)
        known = self._raised.get(key)
        if known is None:
            known = self._raised[key] = {}
            for fault, names in ({} if call.unmeasured else call.raises).items():
                entry = self.faults.get(fault)
                if timeouts is not None and (entry is None or not entry.connectivity):
                    continue
                if timeouts is False and entry is not None and entry.category == "timeout":
                    continue
                for name in [names] if isinstance(names, str) else names:
                    canonical = self.canonical(name)
                    known[canonical] = known.get(canonical, frozenset()) | {fault}
        return known

    def measured(self, path: Path) -> frozenset[str]:
        """All exception classes, by canonical name, that the cells of a file hold."""
        return frozenset(name for call in read_pack(path).calls for name in self.failures(call))

    def causes(self, path: Path, name: str) -> frozenset[str]:
        """The faults for which the cells of a file hold an exception class."""
        return frozenset(fault for call in read_pack(path).calls for fault in self.failures(call).get(name, ()))

    def mentions(self, path: Path) -> frozenset[Path]:
        """The other files whose classes a file names as types: libraries that its own is built on."""
        pack = read_pack(path)
        types = [call.returns for call in pack.calls if call.returns]
        for entry in pack.classes.values():
            types += [*entry.attributes.values(), *(t for t in (entry.enter, entry.iterate) if t), *entry.bases]
        for exception in pack.exceptions.values():
            types += exception.bases
        names = {name for text in types for name in _DOTTED.findall(text)}
        found = {self.file_of(name) for name in names} - {None, path}
        return frozenset(each for each in found if each is not None)

    def method_names(self, path: Path) -> frozenset[str]:
        """The last names of everything that a file lists as a call: a quick sieve."""
        return frozenset(name.rpartition("#")[2].rpartition(".")[2] for name in self._table(path))

    def _find_exception(self, name: str) -> ExceptionClass | None:
        pack = self.pack_of(name)
        found = self._there(name, pack.exceptions.get(name)) if pack is not None else None
        if found is None and pack is not None:
            entry = self._alias_table(self.file_of(name)).get(name)
            if entry is not None and not self._holds(entry):
                found = ExceptionClass(bases=entry.before or ["Exception"])
        return found

    def _there(self, name: str, entry: T | None) -> T | None:
        """The entry, if the version in question has it."""
        path = self.file_of(name)
        if entry is None or path is None:
            return entry
        return entry if self._presence(path).holds(entry.since, entry.until) else None

    def _presence(self, path: Path) -> Presence:
        if path not in self._present:
            header = read_pack(path).library
            self._present[path] = Presence.of(header.distribution, self._python, self._versions)
        return self._present[path]

    def _find_calls(self, name: str) -> tuple[Call, ...]:
        owner, _, method = name.partition("#")
        if not method and self.class_(name.rpartition(".")[0]) is not None:
            # `Session.get(session, ...)`: the method by its class.
            return self._listed(name) or self.calls("#".join(name.rpartition(".")[::2]))
        for each in self.ancestors(owner) if method else (owner,):
            found = self._listed(f"{each}#{method}" if method else each)
            if found:
                return found
        return self._any_method(owner) if method and not method.startswith("_") else ()

    def _any_method(self, owner: str) -> tuple[Call, ...]:
        """What `Class#__getattr__` says of every method that has no entry of its own."""
        for each in self.ancestors(owner):
            found = tuple(call for call in self._listed(f"{each}#__getattr__") if not call.property)
            if found:
                return found
        return ()

    def dynamic_attribute(self, owner: str) -> str | None:
        """The type of every attribute of a class that is not defined, if its `__getattr__` is listed as a property."""
        listed = (call for each in self.ancestors(owner) for call in self._listed(f"{each}#__getattr__"))
        return next((call.returns for call in listed if call.property), None)

    def _listed(self, name: str) -> tuple[Call, ...]:
        path = self.file_of(name)
        return self._table(path).get(name, ()) if path is not None else ()

    def _table(self, path: Path) -> dict[str, tuple[Call, ...]]:
        if path not in self._tables:
            table: dict[str, tuple[Call, ...]] = {}
            present = self._presence(path)
            for call in read_pack(path).calls:
                for name in call.match if present.holds(call.since, call.until) else ():
                    table[name] = (*table.get(name, ()), call)
            self._tables[path] = table
        return self._tables[path]

    def _alias_table(self, path: Path | None) -> dict[str, Alias]:
        if path not in self._aliases:
            pack = read_pack(path) if path is not None else read_builtins()
            table = {name: Alias(target=a) if isinstance(a, str) else a for name, a in pack.aliases.items()}
            for entries in (pack.exceptions, pack.classes):
                for name, entry in entries.items():
                    table.update({alias: Alias(target=name) for alias in entry.aliases})
            self._aliases[path] = table
        return self._aliases[path]

    def _resolve(self, name: str) -> str:
        path = self.file_of(name)
        if path is None and "." in name:
            return name
        table = self._alias_table(path)
        head, tail = name, ""
        while head:
            entry = table.get(head)
            if entry is not None and self._holds(entry):
                return self.canonical(entry.target + tail)
            head, _, last = head.rpartition(".")
            tail = f".{last}{tail}"
        return name

    def _holds(self, alias: Alias) -> bool:
        return alias.since is None or (self._python or _NEWEST) >= tuple(int(part) for part in alias.since.split("."))
