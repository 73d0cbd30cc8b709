"""The names by which the calls of some libraries can be recognised, before anything is resolved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.former_names import present_name
from hangup.knowledge.packs import read_pack


@dataclass(frozen=True)
class Vocabulary:
    """calls: the last names of functions, classes and methods. properties: of attributes whose reading is a call.
    policies: of what tells a client to try again. generators: whether any call gives a generator."""

    calls: frozenset[str]
    properties: frozenset[str]
    policies: frozenset[str] = frozenset()
    generators: bool = False


def vocabulary(catalogue: Catalogue, imports: Iterable[str]) -> Vocabulary:
    """The names in the files that speak for the imported dotted names, and in those that their types lead to."""
    files: set[Path] = set()
    waiting = [path for name in imports for path in _imported(catalogue, present_name(name))]
    while waiting:
        path = waiting.pop()
        if path not in files:
            files.add(path)
            waiting += catalogue.mentions(path)
    calls = {name for path in files for name in catalogue.method_names(path)}
    properties = {
        name.rpartition("#")[2]
        for path in files
        for call in read_pack(path).calls
        if call.property
        for name in call.match
    }
    policies = {
        name.rpartition(".")[2]
        for path in files
        for entry in read_pack(path).retriers
        if entry.form == "policy"
        for name in entry.match
    }
    generators = any(call.generators for path in files for call in read_pack(path).calls)
    return Vocabulary(frozenset(calls), frozenset(properties), frozenset(policies), generators)


def _imported(catalogue: Catalogue, name: str) -> list[Path]:
    path = catalogue.file_of(name)
    if path is not None:
        return [path]
    package = name if catalogue.knows_module(name) else name.rpartition(".")[0]
    return [path for _, path in catalogue.under(package)] if package and catalogue.knows_module(package) else []
