"""What a new handler does with the error: as the code around it does, and so that nothing after it breaks."""

from __future__ import annotations

from dataclasses import dataclass

from hangup.facts.expressions import Alternatives, Call, Constant, Expression, Subscript, dotted
from hangup.fixes.fix import FixContext
from hangup.fixes.statements import Place
from hangup.resolve.values import Dotted

_LOGGERS = frozenset({"logging.getLogger", "structlog.get_logger", "loguru.logger", "structlog.getLogger"})


@dataclass(frozen=True)
class Body:
    """The lines of a handler (without indentation), what it does in words, and the modules it needs."""

    lines: tuple[str, ...]
    does: str
    modules: tuple[str, ...] = ()


def handler_body(context: FixContext, place: Place, error: str, subject: str) -> Body:
    """The body of a handler around a place.

    error: the name that the caught error is bound to. subject: what failed (`requests.get`), for the message.
    In a loop it goes on with the next round; in a function it returns; at the top level, or in a function that must
    give a value and cannot, the program ends with a sentence instead of a traceback.
    """
    scope = context.scope
    say, says, modules = _saying(context, error, subject)
    stop = Body((f'raise SystemExit(f"{subject} failed: {{{error}}}") from {error}',), "end the program with a message")
    if place.in_loop:
        return Body((say, "continue"), f"{says} and continue", modules)
    if place.function is None:
        falls_through = place.is_last or not place.used_after(place.bound_names())
        return Body((say,), says, modules) if falls_through and _logger(context) else stop
    if _must_return(scope.unit.annotation):
        has_callers = context.hole is None or any(end.outcome is not None for end in context.hole.ends)
        return stop if has_callers else Body((say, "raise"), f"{says} and re-raise", modules)
    if scope.unit.returns:
        return Body((say, "return None"), f"{says} and return None", modules)
    return Body((say,), says, modules) if place.is_last else Body((say, "return"), f"{says} and return", modules)


def _saying(context: FixContext, error: str, subject: str) -> tuple[str, str, tuple[str, ...]]:
    """The statement that reports the error: by the module's logger, by `logging`, or on standard error."""
    logger = _logger(context)
    if logger is not None:
        return f'{logger}.warning("{subject} failed: %s", {error})', "log it", ()
    return f'print(f"{subject} failed: {{{error}}}", file=sys.stderr)', "print it", ("sys",)


def _logger(context: FixContext) -> str | None:
    """The name of the module's logger, or `logging` where the module imports it; None without either."""
    module = context.module.scope
    for binding in module.unit.bindings:
        if isinstance(binding.value, Call):
            values = context.flow.evaluator.values(module, binding.value.function)
            if any(isinstance(value, Dotted) and value.name in _LOGGERS for value in values):
                return binding.target
    for imported in module.unit.imports:
        values = context.flow.evaluator.imported(context.module, imported)
        if values == (Dotted("loguru.logger"),):
            return imported.binding
        if values == (Dotted("logging"),):
            return imported.binding
    return None


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
