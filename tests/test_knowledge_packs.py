"""The files of knowledge/libraries against the libraries that are installed: names, bases, aliases, signatures.

What the calls raise is not looked at here: that needs a peer that fails, and is the measurement's part.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import io
import re
import socket
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
import tomli

from hangup.knowledge import schema
from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.packs import read_pack
from hangup.knowledge.retries import Setting

KNOWLEDGE = Path(schema.__file__).parent
PATHS = sorted((KNOWLEDGE / "libraries").glob("*.toml"))
ELSEWHERE = {
    "niquests": "it replaces urllib3 by a package of its own, which the others cannot live with",
    "MySQLdb": "its package has to be compiled against a C library",
}
"""Files whose library cannot be installed beside the others, and why."""
PACKS = {path.stem: read_pack(path) for path in PATHS if path.stem not in ELSEWHERE}
BUILTINS = msgspec.convert(tomli.loads((KNOWLEDGE / "builtins.toml").read_text("utf-8")), schema.Pack)
FAULTS = tomli.loads((KNOWLEDGE / "faults.toml").read_text("utf-8"))["faults"]
CATALOGUE = Catalogue()

PYTHON = sys.version_info[:3]
NAME = re.compile(r"[A-Za-z_][\w.]*(?::\w+)?")
LOOKS_LIKE_AN_EXCEPTION = re.compile(r"^[A-Z]\w*(Error|Exception|Timeout|Refused|Reset|Aborted|Disconnected|Warning)$")

# What calls and classes have no `since` for: the first Python that has them.
NEWER = {
    "asyncio.AbstractEventLoop#sock_recvfrom": (3, 11),
    "asyncio.StreamWriter#start_tls": (3, 11),
    "asyncio.TaskGroup": (3, 11),
    "asyncio.TaskGroup#__aexit__": (3, 11),
    "asyncio.Timeout": (3, 11),
    "asyncio.timeout": (3, 11),
    "asyncio.timeout_at": (3, 11),
}
# What older releases of a library have, and the installed one has no more.
GONE = {"tenacity._asyncio.AsyncRetrying"}
FORMER = {"method_whitelist"}

# One class that stands for several: its methods may be those of any of them.
STANDS_FOR: dict[type, tuple[type, ...]] = {socket.SocketIO: (io.BufferedRWPair, io.TextIOWrapper)}

MAKES_ONE_INSIDE = {"requests.Response:streamed#iter_content"}
"""Functions that make a generator in a function of theirs."""

packs = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def installed(pack: schema.Pack) -> tuple[int, ...]:
    """The version that `since` and `until` of a pack's exceptions are about."""
    return PYTHON if pack.library.distribution is None else numbers(version(pack.library.distribution))


def exists_here(pack: schema.Pack, entry: schema.ExceptionClass) -> bool:
    here = installed(pack)
    if entry.since is not None and here < numbers(entry.since):
        return False
    return entry.until is None or here[: len(numbers(entry.until))] <= numbers(entry.until)


def find(name: str) -> object:
    """The object of a dotted name, as a program would reach it; a state's is that of its class."""
    parts = name.partition(":")[0].split(".")
    if len(parts) == 1 and hasattr(builtins, parts[0]):
        return getattr(builtins, parts[0])
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        if 1 < length == len(parts):  # a package may hold something else under the name of its module
            held = getattr(importlib.import_module(".".join(parts[:-1])), parts[-1], found)
            return found if isinstance(held, ModuleType) else held
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


def holds_here(pack: schema.Pack, entry: schema.Call | schema.Class) -> bool:
    """Whether an entry is about the version that is installed."""
    here = installed(pack)
    newer = entry.since is None or here >= numbers(entry.since)
    return newer and (entry.until is None or here[: len(numbers(entry.until))] <= numbers(entry.until))


def names_here(pack: schema.Pack, call: schema.Call) -> list[str]:
    """The names of an entry that can be looked for: not those that a class gets at run time."""
    if not holds_here(pack, call):
        return []
    dynamic = {name for name, entry in pack.classes.items() if entry.dynamic}
    return [name for name in call.match if name.partition("#")[0] not in dynamic and is_here(name)]


def is_here(name: str) -> bool:
    """Whether a call or class can be looked for; where it is too new, it really is not there."""
    if NEWER.get(name, (3, 10)) <= PYTHON:
        return True
    owner, _, method = name.partition("#")
    with pytest.raises(AttributeError):
        getattr(find(owner), method) if method else find(owner)
    return False


def member(name: str) -> object:
    """The function of a `match`: `module.function`, `module.Class`, or `module.Class#method`."""
    owner_name, _, method = name.partition("#")
    owner = find(owner_name)
    if not method:
        return owner
    assert isinstance(owner, type), owner_name
    holders = [each for each in (owner, *STANDS_FOR.get(owner, ())) if hasattr(each, method)]
    assert holders, f"{owner_name} has no {method}"
    return inspect.getattr_static(holders[0], method)


def is_exception(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


def known_exceptions() -> set[str]:
    """Every name that a cell may hold."""
    names = set(BUILTINS.exceptions)
    for pack in PACKS.values():
        names |= {*pack.exceptions, *pack.aliases, *(alias for e in pack.exceptions.values() for alias in e.aliases)}
    return names


def target_of(alias: str | schema.Alias) -> schema.Alias:
    return schema.Alias(target=alias) if isinstance(alias, str) else alias


def cells(call: schema.Call) -> list[tuple[str, list[str]]]:
    return [(fault, [names] if isinstance(names, str) else names) for fault, names in call.raises.items()]


def test_the_first_libraries_are_there() -> None:
    first = {"asyncio", "http.client", "httpx", "requests", "socket", "ssl", "urllib.request", "urllib3"}
    assert first <= set(PACKS)
    assert sum(len(call.raises) for name in first for call in PACKS[name].calls) > 700
    assert not {entry.name for entry in PATHS[0].parent.iterdir()} - {path.name for path in PATHS}


@packs
def test_its_names_are_found_in_this_file(pack: schema.Pack) -> None:
    """A name is looked up in the file that speaks for the longest import root it begins with."""
    names = [*pack.exceptions, *pack.aliases, *pack.classes, *(name for call in pack.calls for name in call.match)]
    names += [alias for entry in pack.exceptions.values() for alias in entry.aliases]
    names += [alias for entry in pack.classes.values() for alias in entry.aliases]
    names += [name for entry in (*pack.retriers, *pack.terms) for name in entry.match]
    assert names
    found = {name: CATALOGUE.pack_of(name) for name in names}
    assert [name for name, other in found.items() if other is None or other.library != pack.library] == []


@packs
def test_cells_hold_known_faults_and_exceptions(pack: schema.Pack) -> None:
    known = known_exceptions()
    for call in pack.calls:
        assert set(call.raises) | set(call.silent) <= set(FAULTS), call.match
        assert all(text.strip() for text in call.silent.values()), call.match
        for fault, names in cells(call):
            assert set(names) <= known, (call.match, fault)
            assert len(set(names)) == len(names) > 0, (call.match, fault)
            assert isinstance(call.raises[fault], str) or len(names) > 1, (call.match, fault)


@packs
def test_base_catches_what_the_cells_hold(pack: schema.Pack) -> None:
    """Everything but exception groups, which only `except*` opens."""
    bases = {CATALOGUE.canonical(name) for name in pack.library.base}
    assert bases
    assert bases <= known_exceptions()
    raised = {CATALOGUE.canonical(name) for call in pack.calls for _, names in cells(call) for name in names}
    assert [name for name in raised - {"ExceptionGroup"} if not bases & set(CATALOGUE.ancestors(name))] == []


@packs
def test_calls_exist(pack: schema.Pack) -> None:
    for call in pack.calls:
        assert call.match
        for name in names_here(pack, call):
            found = member(name)
            if name.endswith("#__getattr__"):  # stands for attributes that have no name of their own
                continue
            is_property = isinstance(found, property) or inspect.isdatadescriptor(found)
            assert is_property is call.property, name
            assert call.property or callable(found) or isinstance(found, staticmethod | classmethod), name


@packs
def test_generators_are_generators(pack: schema.Pack) -> None:
    """What gives a generator is listed as such: it does nothing before that is iterated over."""
    for call in pack.calls:
        if not (call.raises or call.silent):
            continue
        for name in names_here(pack, call):
            function = member(name)
            gives_one = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
            listed = name.rpartition("#")[2].rpartition(".")[2] in call.generators
            if "__" not in name and name not in MAKES_ONE_INSIDE:
                assert listed == gives_one, name


@packs
def test_each_entry_can_be_reached(pack: schema.Pack) -> None:
    """Of the entries for one name, those with a condition come first, each condition once, one at most without."""
    conditions: dict[str, list[str | None]] = {}
    for call in pack.calls:
        for name in call.match:
            conditions.setdefault(name, []).append(call.when)
    for name, found in conditions.items():
        assert len(set(found)) == len(found), name
        assert None not in found[:-1], name


@packs
def test_timeouts_are_parameters(pack: schema.Pack) -> None:
    for call in pack.calls:
        timeout = call.timeout
        if timeout is None or timeout.parameter is None:
            continue
        for name in names_here(pack, call):
            function = member(name)
            assert callable(function), name
            parameters = dict(inspect.signature(function).parameters)
            if "#" in name:
                parameters.pop(next(iter(parameters)))
            taken = timeout.parameter in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())
            assert taken, name
            if timeout.position is not None:
                assert list(parameters)[timeout.position] == timeout.parameter, name


@packs
def test_what_tries_again_has_those_arguments(pack: schema.Pack) -> None:
    for entry in pack.retriers:
        named = [getattr(entry, field) for field in entry.__struct_fields__]
        settings = [each for each in named if isinstance(each, Setting)] + entry.methods
        keywords = [*entry.silenced, *entry.waits_by]
        for name in entry.match:
            if name in GONE:
                continue
            parameters = parameters_of(name)
            taken = {setting.keyword for setting in settings} | set(keywords)
            open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
            assert open_ended or taken - set(parameters) <= FORMER, name
            for setting in settings:
                if setting.position is not None:
                    assert list(parameters)[setting.position] == setting.keyword, (name, setting)
        assert set(entry.classes) | ({entry.wraps} if entry.wraps else set()) <= known_exceptions(), entry.match
    for term in pack.terms:
        for name in term.match:
            parameters = parameters_of(name)
            if term.value is not None and term.value.position is not None:
                assert list(parameters)[term.value.position] == term.value.keyword, name


def parameters_of(name: str) -> dict[str, inspect.Parameter]:
    found = member(name) if "#" in name else find(name)
    assert callable(found), name
    parameters = dict(inspect.signature(found).parameters)
    if "#" in name:
        parameters.pop(next(iter(parameters)))
    return parameters


@packs
def test_classes_exist_with_their_bases(pack: schema.Pack) -> None:
    for name, entry in pack.classes.items():
        if not holds_here(pack, entry) or not is_here(name):
            continue
        found = find(name)
        assert isinstance(found, type), name
        assert not is_exception(found), name
        for base in entry.bases:
            assert issubclass(found, find(base)), (name, base)  # type: ignore[arg-type]
        assert all(find(alias) is found for alias in entry.aliases), name


@packs
def test_types_exist(pack: schema.Pack) -> None:
    """Results, attributes, elements: each is a class that exists, and a state of one is described in a file."""
    texts = [call.returns for call in pack.calls]
    for entry in pack.classes.values():
        texts += [*entry.attributes.values(), entry.enter, entry.iterate, *entry.bases]
    names = {name for text in texts if text is not None for name in NAME.findall(text)}
    names |= {name.partition("#")[0] for call in pack.calls for name in call.match if ":" in name}
    old = {name for name, entry in pack.classes.items() if not holds_here(pack, entry)}
    for name in names - {"None", "self"} - old:
        assert ":" not in name or CATALOGUE.class_(name) is not None, name
        assert not is_here(name) or isinstance(find(name), type), name


@packs
def test_exceptions_exist_with_their_bases(pack: schema.Pack) -> None:
    for name, entry in pack.exceptions.items():
        if not exists_here(pack, entry):
            with pytest.raises(AttributeError):
                find(name)
            continue
        found = find(name)
        assert isinstance(found, type), name
        assert is_exception(found), name
        assert [find(base) for base in entry.bases] == list(found.__bases__), name
        assert all(find(alias) is found for alias in entry.aliases), name
        assert not entry.summary or entry.summary.endswith("."), name
        if entry.reset is not None:
            assert re.match(r"e\b", entry.reset), name
            compile(entry.reset, name, "eval")


@packs
def test_aliases_lead_to_the_same_object(pack: schema.Pack) -> None:
    for name, text in pack.aliases.items():
        alias = target_of(text)
        found = find(name)
        if alias.since is None or numbers(alias.since) <= PYTHON:
            assert found is find(alias.target), name
        else:
            assert found is not find(alias.target), name
            assert [base.__name__ for base in found.__bases__] == alias.before, name  # type: ignore[attr-defined]


def exceptions_in(module: ModuleType) -> set[str]:
    return {name for name, value in vars(module).items() if is_exception(value) and not name.startswith("_")}


def listed_in(pack: schema.Pack, module: str) -> set[str]:
    """The bare names that a pack says a module's exceptions have, on the version that is installed."""
    full = {alias for alias, to in pack.aliases.items() if is_exception(find(target_of(to).target))}
    for name, entry in pack.exceptions.items():
        if exists_here(pack, entry):
            full |= {name, *entry.aliases}
    return {name.rpartition(".")[2] for name in full if name.rpartition(".")[0] == module}


@packs
def test_modules_are_listed_completely(pack: schema.Pack) -> None:
    """The rule "no such exception" relies on it: what is not listed does not exist."""
    for name in pack.library.modules:
        module = importlib.import_module(name)
        assert listed_in(pack, name) | (exceptions_in(module) & set(pack.library.names)) == exceptions_in(module), name
        for other in vars(module).keys() - exceptions_in(module):
            if LOOKS_LIKE_AN_EXCEPTION.match(other):
                assert other in pack.library.names or f"{name}.{other}" in pack.classes, other
    everywhere = {key for name in pack.library.modules for key in vars(importlib.import_module(name))}
    assert set(pack.library.names) <= everywhere
