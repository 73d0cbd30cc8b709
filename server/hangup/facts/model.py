"""The facts of a module: a tree of units, each with what it calls, binds, guards and raises.

A unit is a module, a class body, a function or a lambda. All offsets inside a unit count from its start;
`Definition.start` says where a nested unit starts in the unit that holds it. So a unit that was only moved is the same
value, and can be reused.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from hangup.facts.conditions import Condition
from hangup.facts.expressions import Expression

NOWHERE = -1


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A fact of a unit."""


class Imported(Fact, frozen=True, gc=False):
    """`import module` or `from module import name`, binding `binding`.

    module: as written, without leading dots; level: the number of those dots.
    name: the imported name; "*" for all; None for `import module`.
    binding: the local name; for `import a.b` without `as` it is "a".
    start, end: the range of the imported name.
    """

    module: str
    level: int
    name: str | None
    binding: str
    start: int
    end: int


class Binding(Fact, frozen=True, gc=False):
    """A value given to a name (`x`) or an attribute path (`self.session`).

    A target that ends in `[]` (`self.sockets[]`) is what is put into a container under whatever key.
    start, end: the range of the target. until: the offset up to which this binding surely precedes a use,
    the end of the block it stands in.
    """

    target: str
    value: Expression | None
    annotation: Expression | None
    start: int
    end: int
    until: int


class Narrowing(Fact, frozen=True, gc=False):
    """A region in which a name or attribute path is known to be of some classes: `if isinstance(target, classes):`."""

    target: str
    classes: Expression
    start: int
    end: int


class Site(Fact, frozen=True, gc=False):
    """A place where something runs that the unit does not spell out: a call, an attribute read, a loop over an
    iterator, a `with`.

    kind: "call", "read", "iterate" or "enter". `expression` is the Call, the Attribute, the iterable or the context
    manager.
    guard: the innermost guard around it, as an index into the unit's guards; NOWHERE for none.
    awaited: the call stands directly under `await`. loop: it stands in a loop of this unit.
    is_async: `async for`, `async with`. dropped: nobody takes what the call returns.
    """

    kind: Literal["call", "read", "iterate", "enter"]
    expression: Expression
    guard: int
    awaited: bool = False
    loop: bool = False
    is_async: bool = False
    dropped: bool = False


class Handler(Fact, frozen=True, gc=False):
    """An `except` clause.

    types: the class expressions, a tuple display taken apart; empty for a bare `except:`.
    start, end: the range of its header without the colon; types_start, types_end: the range of the classes.
    outcome: "handles" when some way through the body ends the error here; "reraises" when every way raises.
    """

    types: tuple[Expression, ...]
    name: str | None
    star: bool
    start: int
    end: int
    types_start: int
    types_end: int
    body_start: int
    body_end: int
    outcome: Literal["handles", "reraises"]


class Guard(Fact, frozen=True, gc=False):
    """Something around a region that can stop an error: a `try` body, a `with` body, or a `finally` that swallows.

    kind: "try" (its handlers), "with" (its context managers), "finally" (it returns or breaks: nothing gets past it).
    parent: the next guard outwards. body_start, body_end: the region that is guarded.
    """

    kind: Literal["try", "with", "finally"]
    parent: int
    body_start: int
    body_end: int
    handlers: tuple[Handler, ...] = ()
    contexts: tuple[Expression, ...] = ()


class Round(Fact, frozen=True, gc=False):
    """A `try` in a loop, an error in which may lead to another round.

    guard: the `try`. clauses: the indexes of the clauses from which some way leads back to the head of the loop.
    end: the offset behind the clauses (and the `else`), where the `finally` begins or the statement ends.
    success: whether the loop is left when no error came. gives_up: whether some way leaves the loop after an error.
    """

    guard: int
    clauses: tuple[int, ...]
    end: int
    success: Literal["always", "maybe", "never"]
    gives_up: bool


class Loop(Fact, frozen=True, gc=False):
    """A loop that may go round again after an error; others are not noted.

    subject: what a `for` goes over, the condition of a `while`.
    stepped: the target of a `for`, and the names and attribute paths that augmented assignment changes in the body.
    counted: those of them that go up or down by one.
    inclusive: the condition is a comparison that holds when both sides are equal.
    """

    kind: Literal["for", "while"]
    subject: Expression
    start: int
    end: int
    body_start: int
    rounds: tuple[Round, ...]
    stepped: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    inclusive: bool = False


class Raise(Fact, frozen=True, gc=False):
    """A `raise` statement.

    expression: what is raised; None for a bare `raise`.
    guard: the guard around it. handler: (guard, index) of the clause whose body it ends; None outside of handlers.
    always: every way through that clause's body raises. when: what the clause has asked of its error on the way here;
    None where it has asked nothing.
    """

    expression: Expression | None
    guard: int
    handler: tuple[int, int] | None
    always: bool
    start: int
    end: int
    when: Condition | None = None


class Parameter(Fact, frozen=True, gc=False):
    """A parameter of a function. kind: "" for a plain one, "*" or "**"."""

    name: str
    annotation: Expression | None = None
    default: Expression | None = None
    kind: str = ""


class Unit(Fact, frozen=True, gc=False):
    """A module, class body, function or lambda.

    length: of its whole text, in bytes.
    returns: the returned expressions. yields: the guard around each `yield`; a generator has at least one.
    yielded: the expressions that are yielded; a Splat for `yield from`.
    outer_names: names declared `global` or `nonlocal`.
    boundary: a comment in its header says that an error which leaves it ends there (`# hangup: boundary`).
    declared: what the docstring of a function that does nothing says that it raises, as dotted names.
    """

    kind: Literal["module", "class", "function", "lambda"]
    name: str
    length: int
    parameters: tuple[Parameter, ...] = ()
    annotation: Expression | None = None
    is_async: bool = False
    yields: tuple[int, ...] = ()
    yielded: tuple[Expression, ...] = ()
    imports: tuple[Imported, ...] = ()
    bindings: tuple[Binding, ...] = ()
    narrowings: tuple[Narrowing, ...] = ()
    sites: tuple[Site, ...] = ()
    guards: tuple[Guard, ...] = ()
    loops: tuple[Loop, ...] = ()
    raises: tuple[Raise, ...] = ()
    returns: tuple[Expression, ...] = ()
    outer_names: tuple[str, ...] = ()
    boundary: bool = False
    declared: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()


class Definition(Fact, frozen=True, gc=False):
    """A unit defined inside another, with what is evaluated there when it is defined.

    start: where the unit starts in the outer one. bases: those of a class.
    """

    start: int
    unit: Unit
    decorators: tuple[Expression, ...] = ()
    bases: tuple[Expression, ...] = ()
    guard: int = NOWHERE


class Suppression(Fact, frozen=True, gc=False):
    """A `# hangup: ignore[CODES]` comment: its codes (empty for all) and its range in the module."""

    codes: tuple[str, ...]
    start: int
    end: int


class ModuleFacts(Fact, frozen=True, gc=False):
    """All that one module says."""

    unit: Unit
