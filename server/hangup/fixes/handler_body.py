"""What a new handler does with the error: as the code around it does, and so that nothing after it breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hangup.facts.expressions import Alternatives, Call, Constant, Expression, Subscript, dotted
from hangup.fixes.fix import FixContext
from hangup.fixes.statements import Place
from hangup.resolve.values import Dotted

_PAUSE = re.compile(rb"(await )?([\w.]*\.)?sleep\([^\n]*\)$")
_LOGGERS = frozenset({"logging.getLogger", "structlog.get_logger", "loguru.logger", "structlog.getLogger"})


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
    """The body of a handler around a place; None where none would be right.

    error: the name that the caught error is bound to. subject: what failed (`requests.get`), for the message.
    In a loop it goes on with the next round, unless the connection itself is gone; in a function it returns; at the top
    level, or in a function that must give a value and cannot, the program ends with a sentence instead of a traceback.
    """
    scope = context.scope
    report = _report(context, error, subject)
    stop = Body((f'raise SystemExit(f"{subject} failed: {{{error}}}") from {error}',), "end the program with a message")
    needed_later = place.used_after(place.bound_names())
    if place.loop is not None:
        if not _connects_anew(context, place):
            return report.then("break")
        return _next_round(place, report, needed_later)
    if place.function is None:
        return stop if needed_later or _logger(context) is None else report
    if _must_return(scope.unit.annotation) or scope.unit.name == "__init__":
        return _without_value(context, report, stop)
    if scope.unit.returns:
        return report.then("return None")
    return report if place.is_last else report.then("return")


def _without_value(context: FixContext, report: Body, stop: Body) -> Body | None:
    """What to do in a function that has to give a value and has none.

    Nobody in the workspace calls it: its callers are told by raising again. A program ends with it: it may end here.
    Otherwise the callers are the place to decide.
    """
    if not context.flow.callers.of(context.scope):
        return report.then("raise", "re-raise")
    ends = context.hole.ends if context.hole is not None else []
    return stop if any(end.scope.unit.kind == "module" for end in ends) else None


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


def _report(context: FixContext, error: str, subject: str) -> Body:
    """The statement that reports the error: by the module's logger, by `logging`, or on standard error."""
    logger = _logger(context)
    if logger is None:
        return Body((f'print(f"{subject} failed: {{{error}}}", file=sys.stderr)',), "print it", ("sys",))
    name, gap = logger
    return Body((f'{name}.warning("{subject} failed: {gap}", {error})',), "log it")


def _logger(context: FixContext) -> tuple[str, str] | None:
    """The module's logger, or `logging` where the module imports it, and how its messages leave a gap for a value."""
    module = context.module.scope
    for binding in module.unit.bindings:
        if isinstance(binding.value, Call):
            values = context.flow.evaluator.values(module, binding.value.function)
            if any(isinstance(value, Dotted) and value.name in _LOGGERS for value in values):
                return binding.target, "%s"
    for imported in module.unit.imports:
        values = context.flow.evaluator.imported(context.module, imported)
        if values == (Dotted("loguru.logger"),):
            return imported.binding, "{}"
        if values == (Dotted("logging"),):
            return imported.binding, "%s"
    return None


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
