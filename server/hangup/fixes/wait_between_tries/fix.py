"""Has a retry wait before each new try: longer each time, by chance."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.model import Handler, Loop
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import free_name, write_function
from hangup.fixes.plan_edits import retry_of, term_of, with_arguments, write_term
from hangup.fixes.policy import number
from hangup.flow.retries.plan import Plan
from hangup.flow.retries.tried import Retry
from hangup.flow.retries.written import argument
from hangup.syntax.edits import Edit
from hangup.syntax.indentation import leading
from hangup.syntax.tree import Node, enclosing, node_at

NAME = "wait-between-tries"


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: an argument for a library's retry, or a `sleep` in the clause of a `for` loop."""
    retry = retry_of(context)
    if retry is None:
        return
    edits = _planned(context, retry.plan) if retry.plan is not None else _slept(context, retry)
    if edits:
        yield Fix(
            "Wait before each new try, with exponential backoff and jitter",
            edits,
            NAME,
            applicability="unsafe",
            preferred=True,
        )


def _planned(context: FixContext, plan: Plan) -> tuple[Edit, ...]:
    retrier = plan.retrier
    if retrier.wait is None or argument(plan.expression, retrier.wait) is not None:
        return ()
    term = term_of(context, retrier, "wait", jitter=context.policy.jitter)
    base, cap = number(context.policy.base), number(context.policy.cap)
    if term is not None:
        written = write_term(context, plan, term)
        text = f"{retrier.wait.keyword}={written.text}(multiplier={base}, max={cap})"
        return with_arguments(context, plan, text, [written.module])
    if retrier.unit != 1 or retrier.factor is None:
        return ()
    text = f"{retrier.wait.keyword}={base}"
    if retrier.factor.keyword != retrier.wait.keyword:
        text += f", {retrier.factor.keyword}=2" + (", jitter=(0, 1)" if context.policy.jitter else "")
    return with_arguments(context, plan, text, [])


def _slept(context: FixContext, retry: Retry) -> tuple[Edit, ...]:
    """A `sleep` at the end of every clause of a `for` loop that leads to another round."""
    scope = retry.scope
    loop = next((each for each in scope.unit.loops if each.start == retry.start), None)
    if loop is None or loop.kind != "for" or retry.limit.tries is None:
        return ()
    target = _target(context, scope.start + loop.start)
    clauses = [clause for turn in loop.rounds for clause in _clauses(retry, loop, turn.guard, turn.clauses)]
    if target is None or not clauses:
        return ()
    name = target.text.decode() if target.text is not None else ""
    renamed: list[Edit] = []
    if name.startswith("_"):
        name = free_name(context, scope, "attempt", "retry_attempt")
        renamed = [Edit(target.start_byte, target.end_byte, name)]
    awaits = scope.unit.is_async
    sleep = write_function(context, scope, "asyncio" if awaits else "time", "sleep")
    cap, base = number(context.policy.cap), number(context.policy.base)
    seconds = f"min({cap}, {base} * 2**{name})"
    modules = [sleep.module]
    if context.policy.jitter:
        uniform = write_function(context, scope, "random", "uniform")
        seconds = f"{uniform.text}(0, {seconds})"
        modules.append(uniform.module)
    call = f"{'await ' if awaits else ''}{sleep.text}({seconds})"
    edits = [_added(context, scope.start + clause.body_start, call) for clause in clauses]
    if not all(edits):
        return ()
    return (
        *add_imports(context.source, context.tree, modules),
        *renamed,
        *(edit for edit in edits if edit is not None),
    )


def _clauses(retry: Retry, loop: Loop, guard: int, indexes: tuple[int, ...]) -> Iterator[Handler]:
    handlers = retry.scope.unit.guards[guard].handlers
    return (handlers[index] for index in indexes)


def _target(context: FixContext, start: int) -> Node | None:
    """The name that a `for` over a range from 0 binds."""
    node = enclosing(node_at(context.tree, start, start + 3), "for_statement")
    left = node.child_by_field_name("left") if node is not None else None
    right = node.child_by_field_name("right") if node is not None else None
    if left is None or left.type != "identifier" or right is None or right.type != "call":
        return None
    given = right.child_by_field_name("arguments")
    return left if given is not None and given.named_child_count == 1 else None


def _added(context: FixContext, body_start: int, call: str) -> Edit | None:
    """The edit that puts a call at the end of a clause: before a `continue`, in place of a `pass`."""
    node = node_at(context.tree, body_start, body_start)
    block: Node | None = node
    while block is not None and block.type != "block":
        block = block.parent
    statements = [child for child in block.named_children if child.type != "comment"] if block is not None else []
    if not statements:
        return None
    last = statements[-1]
    newline, indent = context.source.newline, leading(context.source, last.start_byte)
    if indent.strip():
        return None  # on the line of the `except` itself
    if last.type == "pass_statement":
        return Edit(last.start_byte, last.end_byte, call)
    if last.type == "continue_statement":
        return Edit(last.start_byte, last.start_byte, f"{call}{newline}{indent}")
    return Edit(last.end_byte, last.end_byte, f"{newline}{indent}{call}")


FIX = FixMaker(NAME, frozenset({"HUP301"}), 10, make)
