"""Takes a blocking call off the event loop: into a thread, or (for a sleep) to asyncio's own."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Call
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import write_function
from hangup.syntax.edits import Edit
from hangup.syntax.tree import Node, ancestors, node_at

_OTHER_LOOPS = frozenset({"trio", "anyio", "curio", "tornado", "twisted"})
_NOT_HERE = frozenset({"generator_expression", "lambda", "decorator", "parameters"})


def make(context: FixContext) -> Iterator[Fix]:
    """One fix, in a module of asyncio: `await asyncio.to_thread(...)`, or `await asyncio.sleep(...)`."""
    name = context.finding.replacement
    call = _call(context)
    imports = {each.module.partition(".")[0] for each in context.module.scope.unit.imports}
    if name is None or call is None or not imports.isdisjoint(_OTHER_LOOPS):
        return
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if function is None or arguments is None or arguments.type != "argument_list" or _cannot_await(call):
        return
    source = context.source
    is_sleep = name == "time.sleep"
    written = write_function(context, context.scope, "asyncio", "sleep" if is_sleep else "to_thread")
    before, after = ("(", ")") if _needs_parentheses(call) else ("", "")
    if is_sleep:
        edits = [Edit(function.start_byte, function.end_byte, f"{before}await {written.text}")]
    else:
        behind = arguments.start_byte + 1
        edits = [
            Edit(call.start_byte, call.start_byte, f"{before}await {written.text}("),
            Edit(function.end_byte, behind, _gap(arguments)),
        ]
    edits += [Edit(call.end_byte, call.end_byte, after)] if after else []
    title = f"Use await {written.text}" if is_sleep else f"Run it in a thread with {written.text}"
    imported = add_imports(source, context.tree, [written.module])
    yield Fix(title, (*imported, *edits), "run-in-thread", applicability="unsafe", preferred=True)


def _call(context: FixContext) -> Node | None:
    for site in context.scope.unit.sites:
        expression = site.expression
        if isinstance(expression, Call) and context.scope.start + expression.start == context.finding.anchor:
            start, end = context.scope.start + expression.start, context.scope.start + expression.end
            node = node_at(context.tree, start, end)
            if node.type == "call" and (node.start_byte, node.end_byte) == (start, end) and site.kind == "call":
                function = node.child_by_field_name("function")
                if function is not None and function.end_byte == context.finding.end:
                    return node
    return None


def _cannot_await(call: Node) -> bool:
    for node in ancestors(call):
        if node.type in _NOT_HERE:
            return True
        if node.type == "function_definition":
            return False
    return True


def _needs_parentheses(call: Node) -> bool:
    parent = call.parent
    if parent is None or parent.type not in ("attribute", "subscript", "call"):
        return False
    return parent.named_children[0] == call


def _gap(arguments: Node) -> str:
    """What comes between the function and its arguments, which keep lines of their own."""
    given = [child for child in arguments.named_children if child.type != "comment"]
    if not given:
        return ""
    return ", " if given[0].start_point.row == arguments.start_point.row else ","


FIX = FixMaker("run-in-thread", frozenset({"HUP402"}), 10, make)
