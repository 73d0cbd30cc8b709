"""The shape of a knowledge file: what one library's calls raise, and what its classes are.

This is the format only. It reads nothing, and says nothing about any library.
Every name in a file is a dotted path as a program would write it (`requests.Session`);
a method is written `requests.Session#get`, and a builtin is bare (`ConnectionResetError`).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from hangup.knowledge.retries import Retrier, Term

Retry = Literal["yes", "if-idempotent", "no"]
Phase = Literal["resolve", "connect", "handshake", "send", "receive", "body", "accept", "close"]
Platform = Literal["linux", "macos", "windows"]


class Struct(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """A table of a knowledge file: an unknown key is an error, never ignored."""


class Measured(Struct, frozen=True):
    """One run of the fault measurement that filled the cells.

    version: the library's version; for the standard library, Python's.
    python: the interpreter's version.
    """

    version: str
    python: str


class Drive(Struct, frozen=True):
    """`[library.drive]`: how the measurement uses the library. Read by the measurement alone, never by the server.

    setup: statements that come before each program, after `import` of the library's modules.
    protocol: what the peer speaks (`python -m hangup.faults --help` names them).
    tls: programs reach the peer over TLS when the name `tls` is true (`url` says so too; `ca` is the file to trust).
    answer, content_type: the body of the peer's proper answers, over HTTP.
    requires: distributions that must be installed besides the library.
    runner: what runs a program that awaits.
    isolated: the library keeps threads or connections of its own, so each cell needs a process of its own.
    """

    setup: str = ""
    protocol: str = "http"
    tls: bool = False
    answer: str | None = None
    content_type: str = "text/plain; charset=utf-8"
    requires: list[str] = []
    runner: Literal["asyncio", "trio"] = "asyncio"
    isolated: bool = False


class Header(Struct, frozen=True):
    """`[library]`: who this file speaks for.

    name: the library's name as its users say it.
    imports: the modules whose import makes this file relevant (`http.client`); a submodule of one counts too.
    distribution: the name to install; absent for the standard library.
    base: the classes that together catch every transport failure of the library, widest first: what a fix names.
    measured: the versions that the cells were measured on.
    modules: the modules whose exception classes this file lists completely,
        so that an attribute that looks like an exception and is not listed does not exist.
    names: other public names of those modules that look like exception classes but are not network errors.
    drive: how the measurement uses the library.
    derived: nobody measured it: it was worked out from the library's source.
    built_on: the libraries, by import name, whose derived knowledge this one is derived from.
    """

    name: str
    imports: list[str]
    distribution: str | None = None
    base: list[str] = []
    documentation: str | None = None
    measured: list[Measured] = []
    modules: list[str] = []
    names: list[str] = []
    drive: Drive | None = None
    derived: bool = False
    built_on: list[str] = []


class ExceptionClass(Struct, frozen=True):
    """`[exceptions."qualified.Name"]`: one exception class.

    bases: the direct bases, in order, as the class statement has them.
    aliases: other public paths to the same class.
    summary: one sentence for the hover, saying when it is raised.
    reset: where the ConnectionResetError sits when the peer reset, as an expression on `e`; absent if there is none.
    reset_elsewhere: the other places where it can be (a reset while connecting, a retry underneath).
    none, missing: attributes (`response`, `args[0].reason`) that are None, or not there, when the network fails; what
    is below the class has the same ones where it names none itself.
    retry: whether trying again makes sense.
    errno: the symbolic errno values that produce it (`ECONNRESET`), or that it carries.
    since, until: the first and last version of the library (of Python, for the standard library) that has it.
    """

    bases: list[str]
    aliases: list[str] = []
    summary: str = ""
    reset: str | None = None
    reset_elsewhere: list[str] = []
    none: list[str] = []
    missing: list[str] = []
    retry: Retry | None = None
    errno: list[str] = []
    since: str | None = None
    until: str | None = None
    documentation: str | None = None


class Alias(Struct, frozen=True):
    """`[aliases."socket.timeout"]`: another name for a class or function, when that needs saying more than a name.

    since: the Python version from which the two are the same object; before, `before` says what it was.
    deprecated: the documentation calls this name deprecated or kept for compatibility.
    """

    target: str
    since: str | None = None
    before: list[str] = []
    deprecated: bool = False


class Class(Struct, frozen=True):
    """`[classes."qualified.Name"]`: a class that is no exception, so far as resolving receivers needs it.

    attributes: attribute name to the type of its value.
    enter: the type that `with x as y` binds; absent means the object itself.
    iterate: the type of an element of `for y in x`.
    A type is a dotted name, `tuple[A, B]`, or `list[A]`; `None` is allowed as a member of `A | None`.
    A name with a colon (`requests.Response:streamed`) is a state of the class before the colon, and inherits from it.
    dynamic: its methods are made at run time, so that they cannot be looked for in the class.
    make: a program whose last expression is an object of the class; for the measurement.
    since, until: the first and last version of the library (of Python, for the standard library) that has it.
    """

    bases: list[str] = []
    aliases: list[str] = []
    attributes: dict[str, str] = {}
    enter: str | None = None
    iterate: str | None = None
    dynamic: bool = False
    make: str | None = None
    since: str | None = None
    until: str | None = None


class Timeout(Struct, frozen=True):
    """How long a call waits for the peer.

    parameter: the keyword that sets it; `position` is its index among positional arguments (self not counted).
    default: seconds as a number; "none" waits for ever; "global" follows socket.setdefaulttimeout;
        "object" is set on the object that the method belongs to.
    """

    parameter: str | None = None
    position: int | None = None
    default: float | Literal["none", "global", "object"] = "none"


class Behaviour(Struct, frozen=True):
    """`[behaviours.NAME]`: cells that several entries share; an entry's own cells go before them."""

    raises: dict[str, str | list[str]] = {}
    silent: dict[str, str] = {}


class Call(Struct, frozen=True):
    """`[[calls]]`: one or more public callables that share the same behaviour on the network.

    match: functions, classes (their construction) or methods (`Class#method`; subclasses match).
        `Class#__iter__`, `#__aiter__`, `#__enter__`, `#__exit__` stand for iteration and `with`.
    when: `keyword=literal` that must be given for this entry to hold (`stream=True`); such entries go before the
    plain one.
    property: the name is read, not called (`Response.text`).
    awaitable: it is an `async def`: the error rises where it is awaited.
    phase: what it does on the wire.
    raises: fault to the exception that reaches the caller; a list where a race decides.
    silent: fault to what happens instead of an exception ("returns b''", "returns the data cut short").
    returns: the type of the result.
    timeout: how long it waits.
    idempotent: whether sending it twice is the same as once; absent where that is up to the peer's protocol.
    blocking: it blocks the thread while it waits.
    reads: the position of an argument that is read to its end (`shutil.copyfileobj`): its `read` decides what is
    raised.
    behaviour: the name of the shared cells that hold for it too.
    drive: the program that measures it, or one for each fault that needs its own ("*": all others): the last
    statement is measured, those before it make ready. `$call` is the callable: a dotted name, or the method of `it`,
    the object that its class's `make` gives; `$name` is its last name. Known names: host, port, url, timeout (seconds),
    payload (20 MB), tls, ca, peer. Read by the measurement alone.
    protocol: what the peer speaks, where it is not the library's; with "+tls" behind it, all of it over TLS.
    unmeasured: why its cells are not measured; then it is never reason for a finding.
    since, until: the first and last version of the library (of Python, for the standard library) that it holds for.
    generators: the last names of those in `match` that give a generator: they fail while that is iterated over.
    """

    match: list[str]
    when: str | None = None
    property: bool = False
    awaitable: bool = False
    generators: list[str] = []
    phase: list[Phase] = []
    raises: dict[str, str | list[str]] = {}
    silent: dict[str, str] = {}
    returns: str | None = None
    timeout: Timeout | None = None
    idempotent: bool | None = None
    blocking: bool = True
    reads: int | None = None
    note: str | None = None
    behaviour: str | None = None
    drive: str | dict[str, str] | None = None
    protocol: str | None = None
    unmeasured: str | None = None
    since: str | None = None
    until: str | None = None


class Pack(Struct, frozen=True):
    """One knowledge file."""

    library: Header
    exceptions: dict[str, ExceptionClass] = {}
    aliases: dict[str, str | Alias] = {}
    classes: dict[str, Class] = {}
    behaviours: dict[str, Behaviour] = {}
    calls: list[Call] = []
    retriers: list[Retrier] = []
    terms: list[Term] = []


class Fault(Struct, frozen=True):
    """One way in which the other side fails; the keys of `raises` and `silent`.

    category: what the programmer experiences: reset, refused, dns, timeout, truncated, closed, tls, garbage, local.
    summary: what the peer does, one sentence.
    connectivity: a program must expect it of any peer; false for a peer that talks nonsense or a misuse on this side.
    """

    category: Literal["reset", "refused", "dns", "timeout", "truncated", "closed", "tls", "garbage", "local"]
    summary: str
    connectivity: bool = True


class Errno(Struct, frozen=True):
    """`[errnos.ECONNRESET]`: one errno symbol of the network family.

    value: the number by platform; Windows numbers are the Winsock ones, with their name in `windows_name`.
    exception: the class that OSError's constructor gives for it.
    """

    message: str
    value: dict[Platform, int]
    exception: str = "OSError"
    windows_name: str | None = None
    summary: str = ""


class Boundary(Struct, frozen=True):
    """`[[boundaries]]`: where a function is handed over to be run by somebody else, and what an error does there.

    names: the callables that take the function (`threading.Thread`). methods: bare method names, for receivers that
    cannot be resolved (`run_in_executor`), outside the project only; with `receivers`, of those classes' objects only.
    keyword, position: the argument that is the function, or a call of an `async def`; any_argument: all of them are.
    when: `keyword=literal` that must be given.
    effect: "ends": it ends there. "stays": it stays in the returned task or future until somebody asks for it.
        "in-place": it comes out where the function is handed over, or at the end of the `with` around that.
        "handled": it is returned as a value.
    outcome: what happens to an error there, as the end of a sentence.
    certain: the error is lost or ends something; false where a framework or another caller may deal with it.
    parameters: the types of what the function is given when it is run, in order, without `self`.
    arguments: which of the arguments behind the function it is called with, where those are written out: "all",
        "positional", or the "items" of each.
    """

    outcome: str = ""
    names: list[str] = []
    methods: list[str] = []
    receivers: list[str] = []
    keyword: str | None = None
    position: int | None = None
    any_argument: bool = False
    when: str | None = None
    effect: Literal["ends", "stays", "in-place", "handled"] = "ends"
    certain: bool = True
    parameters: list[str] = []
    arguments: Literal["all", "positional", "items"] | None = None


class Override(Struct, frozen=True):
    """`[[overrides]]`: a method that somebody else calls on a subclass, and what an error does there."""

    bases: list[str]
    methods: list[str]
    outcome: str
    certain: bool = True


class Registration(Struct, frozen=True):
    """`[[registrations]]`: a decorator by which a framework takes a function, and what an error does there.

    imports: modules, or packages above them, one of which the file imports.
    names: the last name of the decorator (`route` of `@app.route("/")`).
    """

    imports: list[str]
    names: list[str]
    outcome: str
    certain: bool = False
