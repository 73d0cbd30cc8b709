"""What a new handler does with the error: as the code around it does, and so that nothing after it breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hangup.facts.expressions import Alternatives, Call, Constant, Expression, Sequence, Subscript, Table, dotted
from hangup.fixes.fix import FixContext
from hangup.fixes.loggers import logger
from hangup.fixes.naming import write_function
from hangup.fixes.own_errors import own_error
from hangup.fixes.statements import Place
from hangup.syntax.tree import Node

_PAUSE = re.compile(rb"(await )?([\w.]*\.)?sleep\([^\n]*\)$")
_YIELDS_ONCE = re.compile(rb"\b(contextmanager|asynccontextmanager|fixture)\b")
_GIVING = frozenset(
    f"__{name}__"
    for name in (
        "bool",
        "bytes",
        "float",
        "format",
        "hash",
        "index",
        "init",
        "int",
        "iter",
        "len",
        "new",
        "repr",
        "reversed",
        "sizeof",
        "str",
    )
)
"""Methods of which Python does not accept None, and `__init__`, which must not leave half an object."""
_MOST = 3
"""So many ways are offered: a menu is read from the top, and not to its end."""


@dataclass(frozen=True)
class Body:
    """The lines of a handler (without indentation), what it does in words, and the modules it needs."""

    lines: tuple[str, ...]
    does: str
    modules: tuple[str, ...] = ()

    def then(self, statement: str, words: str | None = None) -> Body:
        """The same, with one more statement at its end; `words` say what that does, if it does not speak for itself."""
        return Body((*self.lines, statement), f"{self.does} and {words or statement}", self.modules)


def handler_body(context: FixContext, place: Place, error: str, subject: str) -> Body | None:
    """The first of `handler_bodies`; None where none would be right."""
    return next(iter(handler_bodies(context, place, error, subject)), None)


def handler_bodies(context: FixContext, place: Place, error: str, subject: str) -> list[Body]:
    """The bodies that a handler around a place can have, the most fitting first; none where none would be right.

    error: the name that the caught error is bound to. subject: what failed (`requests.get`), for the message.
    In a loop it goes on with the next round, unless the connection itself is gone; in a function it returns what the
    function gives when it has nothing; at the top level, or in a function that must give a value and cannot, the
    program ends with a sentence instead of a traceback. Instead, the error can become the project's own, or be raised
    again where nobody in the workspace calls the function.
    """
    found = [] if _must_not_end(context, place) else [*_by_context(context, place, error, subject)]
    found += _raising(context, place, error, subject)
    return list({body.does: body for body in found}.values())[:_MOST]


def _by_context(context: FixContext, place: Place, error: str, subject: str) -> Iterator[Body]:
    """What people do in such a place, without raising anything."""
    unit = context.scope.unit
    report = report_of(context, error, subject)
    stop = Body((f'raise SystemExit(f"{subject} failed: {{{error}}}") from {error}',), "end the program with a message")
    needed_later = place.used_after(place.bound_names())
    if place.is_in_finally:
        if not needed_later:
            yield report
        return
    if place.loop is not None:
        yield _next_round(place, report, needed_later) if _connects_anew(context, place) else report.then("break")
    if place.function is None:
        if place.loop is None:
            needed_later = needed_later or bool(place.bound_names())  # others may read them: functions, importers
            yield stop if needed_later or logger(context) is None else report
        return
    nothing = _nothing(context)
    if unit.name not in _GIVING and nothing is not None:
        yield report.then(f"return {nothing}")
    elif unit.name in _GIVING or _must_return(unit.annotation):
        if own_error(context) is None and context.flow.callers.of(context.scope):
            # Its callers are the place to decide, unless the program ends with it anyway.
            ends = context.hole.ends if context.hole is not None else []
            if any(end.scope.unit.kind == "module" for end in ends):
                yield stop
    elif unit.returns:
        yield report.then("return None")
    else:
        yield report if place.is_last else report.then("return")


def _must_not_end(context: FixContext, place: Place) -> bool:
    """Whether to go on, or to return, would be wrong: where the statement raises an error itself, and where a generator
    that has to yield once has not done so (`@contextmanager`)."""
    if place.nodes[0].type == "raise_statement" and place.loop is None:
        return True
    function = place.function
    wrapper = function.parent if function is not None else None
    if function is None or wrapper is None or wrapper.type != "decorated_definition":
        return False
    once = any(_YIELDS_ONCE.search(child.text or b"") for child in wrapper.children if child.type == "decorator")
    yields = [node.start_byte for node in _own_nodes(function) if node.type == "yield"]
    return once and bool(yields) and min(yields) > place.start


def _own_nodes(function: Node) -> Iterator[Node]:
    """The nodes of a function, without those of functions in it."""
    stack = list(function.named_children)
    while stack:
        node = stack.pop()
        yield node
        if node.type not in ("function_definition", "class_definition", "lambda"):
            stack += node.named_children


def _raising(context: FixContext, place: Place, error: str, subject: str) -> Iterator[Body]:
    """The project's own error, or the same again where nobody in the workspace calls the function."""
    if place.function is None:
        return
    own = own_error(context)
    if own is not None:
        yield Body((f'raise {own}(f"{subject} failed: {{{error}}}") from {error}',), f"raise {own} from it")
    if not context.flow.callers.of(context.scope):
        yield report_of(context, error, subject).then("raise", "re-raise")


def _nothing(context: FixContext) -> str | None:
    """What the function returns elsewhere when it has nothing: `[]`, `{}`, `""`, `False`; None if it never does so."""
    scope = context.scope
    for value in scope.unit.returns:
        empty = isinstance(value, Sequence) and not value.items
        empty = empty or (isinstance(value, Table) and not value.values)
        empty = empty or (isinstance(value, Constant) and (value.value is False or value.value == ""))
        text = context.source.slice(scope.start + value.start, scope.start + value.end)
        if empty and text in ("[]", "()", "{}", '""', "''", "False"):
            return text
    return None


def _next_round(place: Place, report: Body, needed_later: bool) -> Body:
    """How to go on with the next round of a loop without skipping the pause that the loop makes between two."""
    rest = place.rest_of_round()
    pauses = [node for node in rest if _PAUSE.match(node.text or b"")]
    if not rest or (rest[0] in pauses and not needed_later):
        return report
    if pauses:
        pause = (pauses[0].text or b"").decode()
        return Body((*report.lines, pause, "continue"), f"{report.does}, wait and continue", report.modules)
    return report.then("continue")


def report_of(context: FixContext, error: str, subject: str) -> Body:
    """The statement that reports the error: by a logger, or on standard error."""
    found = logger(context)
    if found is None:
        stderr = write_function(context, context.scope, "sys", "stderr")
        needs = (stderr.module,) if stderr.module is not None else ()
        return Body((f'print(f"{subject} failed: {{{error}}}", file={stderr.text})',), "print it", needs)
    name, gap = found
    return Body((f'{name}.warning("{subject} failed: {gap}", {error})',), "log it")


def _connects_anew(context: FixContext, place: Place) -> bool:
    """Whether the next round has a connection of its own; what is not known is taken to."""
    entries = context.hole.effect.entries if context.hole is not None else []
    call = context.hole.site.expression if context.hole is not None else None
    receiver = dotted(call.function) if isinstance(call, Call) else None
    if receiver is not None and receiver.partition(".")[0] in place.bound_in_loop():
        return True
    return not entries or any(phase in ("connect", "resolve") for _, entry in entries for phase in entry.phase)


def _must_return(annotation: Expression | None) -> bool:
    """Whether the return annotation rules out None."""
    if annotation is None or isinstance(annotation, Constant):
        return False
    if isinstance(annotation, Alternatives):
        return all(_must_return(option) for option in annotation.options)
    name = (dotted(annotation.value if isinstance(annotation, Subscript) else annotation) or "").rpartition(".")[2]
    return name not in ("Any", "object", "Optional")


def indented(lines: tuple[str, ...] | list[str], indent: str) -> list[str]:
    """The lines, each with the white space before it."""
    return [indent + line if line else line for line in lines]
