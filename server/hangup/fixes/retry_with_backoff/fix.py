"""Tries again a few times, waiting longer each time: capped exponential backoff with full jitter, stdlib only."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import clause_for, free_name, write_function
from hangup.fixes.statements import Place, place_of
from hangup.flow.holes import Hole

ATTEMPTS, BASE, CAP = 4, 0.5, 30

_JUMPS = ("break_statement", "continue_statement")


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the statement runs in a loop of four attempts, and the last error is raised again."""
    hole = context.hole
    if hole is None or not _connects_anew(hole):
        return
    start = hole.scope.start + hole.site.expression.start
    place = place_of(context.source, context.tree, start, hole.scope.start + hole.site.expression.end)
    if place is None or not place.is_simple or _jumps(place):
        return
    sleep = write_function(context, hole.scope, *_sleeping(context, hole))
    jitter = write_function(context, hole.scope, "random", "uniform")
    clause, modules = clause_for(context, hole, place.start, place.end)
    attempt = free_name(context, hole.scope, "attempt", "retry_attempt")
    step, indent = place.step, place.indent
    wait = "await " if hole.scope.unit.is_async else ""
    lines = [
        f"for {attempt} in range({ATTEMPTS}):",
        f"{indent}{step}try:",
        indent + step * 2 + place.moved(2),
        *([] if place.leaves else [f"{indent}{step * 2}break"]),
        f"{indent}{step}except {clause}:",
        f"{indent}{step * 2}if {attempt} == {ATTEMPTS - 1}:",
        f"{indent}{step * 3}raise",
        f"{indent}{step * 2}{wait}{sleep.text}({jitter.text}(0, min({CAP}, {BASE} * 2**{attempt})))",
    ]
    imports = add_imports(context.source, context.tree, [*modules, sleep.module, jitter.module])
    yield Fix(_title(hole), (*imports, place.edit(lines)), "retry-with-backoff")


def _connects_anew(hole: Hole) -> bool:
    """Whether every attempt makes its own connection: reading again from one that was reset gives nothing."""
    return any(phase in ("connect", "resolve") for _, entry in hole.effect.entries for phase in entry.phase)


def _title(hole: Hole) -> str:
    title = f"Retry up to {ATTEMPTS} times with exponential backoff and jitter"
    unsafe = any(entry.idempotent is False for _, entry in hole.effect.entries)
    return f"{title} (may send twice)" if unsafe else title


def _sleeping(context: FixContext, hole: Hole) -> tuple[str, str]:
    """The module and name of the function that waits without blocking what must not be blocked."""
    if not hole.scope.unit.is_async:
        return "time", "sleep"
    modules = {imported.module.partition(".")[0] for imported in context.module.scope.unit.imports}
    others = [name for name in ("trio", "anyio") if name in modules and "asyncio" not in modules]
    return (others[0] if others else "asyncio"), "sleep"


def _jumps(place: Place) -> bool:
    """Whether a `break` or `continue` of an outer loop, or a `yield`, stands in the statements."""
    stack = list(place.nodes)
    while stack:
        node = stack.pop()
        if node.type in (*_JUMPS, "yield"):
            return True
        if node.type not in ("function_definition", "class_definition", "lambda", "for_statement", "while_statement"):
            stack.extend(node.named_children)
    return False


FIX = FixMaker("retry-with-backoff", frozenset({"HUP101"}), 30, make)
