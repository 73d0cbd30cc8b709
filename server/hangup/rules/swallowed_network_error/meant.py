"""Where dropping an error is what the code is for: cleaning up, waiting in slices, trying the next one."""

from __future__ import annotations

from collections.abc import Iterable

from hangup.facts.expressions import Constant
from hangup.facts.model import Handler
from hangup.flow.clauses import TryBody
from hangup.resolve.project import Scope
from hangup.rules.rule import Context
from hangup.rules.swallowed_network_error.bodies import Body
from hangup.syntax.tree import Node, ancestors

# fmt: off
_CLOSING = frozenset(
    {
        "close", "aclose", "shutdown", "quit", "logout", "disconnect", "unbind", "unbind_s", "terminate",
        "wait_closed", "stop", "release", "abort", "close_connection", "ping", "delete", "remove", "unlink",
        "cleanup", "bye", "__exit__", "__aexit__", "setsockopt",
    }
)
_CLOSERS = (
    "close", "shutdown", "stop", "quit", "disconnect", "logout", "cleanup", "clean_up", "teardown",
    "tear_down", "__del__", "__exit__", "__aexit__", "atexit", "terminate", "finish", "kill", "abort",
    "release", "dispose", "exit",
)
# fmt: on
# The peer of a connection that was made has gone: many programs have nothing to do then.
_GONE = frozenset(
    {"ConnectionResetError", "BrokenPipeError", "ConnectionAbortedError", "EOFError", "asyncio.IncompleteReadError"}
)
_SCOPES = frozenset({"function_definition", "class_definition", "lambda", "module"})
_LEAVING = frozenset({"return_statement", "break_statement", "continue_statement", "raise_statement", "yield"})
_LOOPS = frozenset({"for_statement", "while_statement"})


def is_cleaning_up(scope: Scope, clause: Node, calls: Iterable[str]) -> bool:
    """Whether the `try` only puts things away, or stands where an error is being handled already, or has an `else`:
    then failing is one of the answers."""
    if all(name.rpartition(".")[2] in _CLOSING for name in calls):
        return True
    unit = scope.unit.name.lower().strip("_")
    if any(unit == name.strip("_") or unit.startswith((f"{name}_", f"on_{name}")) for name in _CLOSERS):
        return True
    statement = clause.parent
    if statement is None or any(child.type == "else_clause" for child in statement.named_children):
        return True
    for node in ancestors(statement):
        if node.type in _SCOPES:
            return False
        if node.type in ("finally_clause", "except_clause", "except_group_clause"):
            return True
    return False


def is_expected(
    context: Context, body: TryBody, names: frozenset[str], taken: set[str], clause: Node, done: Body
) -> bool:
    """Whether a clause that names the errors of the network drops them with good reason."""
    if done.has_remark or _is_wait(context, body, names, taken) or _is_peer_gone(context, names):
        return True
    statement = clause.parent
    if statement is None or _goes_on_otherwise(statement) or _has_fallback(body, statement):
        return True
    loop = _loop_around(statement)
    return loop is not None and (_leaves_when_done(loop, clause) or b"sleep(" in (loop.text or b""))


def _is_wait(context: Context, body: TryBody, names: frozenset[str], taken: set[str]) -> bool:
    """Whether only timeouts are dropped: waiting in slices."""
    classes, faults = context.flow.classes, context.flow.catalogue.faults
    if all("timeout" in classes.display(name).lower() or name == "BlockingIOError" for name in names):
        return True
    causes = [faults[fault].category for error in taken for fault in body.errors[error] if fault in faults]
    return bool(causes) and all(category == "timeout" for category in causes)


def _is_peer_gone(context: Context, names: frozenset[str]) -> bool:
    """Whether only the end of a connection that was made is dropped."""
    classes = context.flow.classes
    return all(
        not _GONE.isdisjoint(classes.ancestors(name)) or name == "ConnectionError" or "ConnectionClosed" in name
        for name in names
    )


def is_asked(scope: Scope, handler: Handler) -> bool:
    """Whether the function answers a question (`return True` in the `try`, `return False` without)."""
    inside = [r for r in scope.unit.returns if handler.start <= r.start < handler.body_end]
    return any(isinstance(r, Constant) and isinstance(r.value, bool) for r in scope.unit.returns if r not in inside)


def _goes_on_otherwise(statement: Node) -> bool:
    """Whether the `try` leaves the function or loop when all goes well, so that what follows is the other way; or
    works in a loop of its own until the peer has gone."""
    stack = list(statement.children_by_field_name("body"))
    while stack:
        node = stack.pop()
        if node.type in _LEAVING or node.type == "while_statement":
            return True
        if node.type not in _SCOPES:
            stack += node.named_children
    return False


def _has_fallback(body: TryBody, statement: Node) -> bool:
    """Whether something that the `try` sets was given another value before."""
    start, end = statement.start_byte - body.scope.start, statement.end_byte - body.scope.start
    inside = {each.target.rstrip("[]{}") for each in body.scope.unit.bindings if start <= each.start < end}
    before = {each.target for each in body.scope.unit.bindings if each.start < start}
    parameters = {each.name for each in body.scope.unit.parameters}
    return not inside.isdisjoint(before | parameters) or any("." in target for target in inside)


def _loop_around(statement: Node) -> Node | None:
    for node in ancestors(statement):
        if node.type in _SCOPES:
            return None
        if node.type in _LOOPS:
            return node
    return None


def _leaves_when_done(loop: Node, clause: Node) -> bool:
    """Whether the loop is left somewhere outside of the clause: it tries until something works."""
    stack = list(loop.named_children)
    while stack:
        node = stack.pop()
        if node == clause or node.type in _SCOPES:
            continue
        if node.type in ("return_statement", "break_statement", "yield"):
            return True
        stack += node.named_children
    return False
