"""Tries a function again by the library backoff, in a project that depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import write_function
from hangup.fixes.policy import number
from hangup.fixes.retrial import Retrial, retrial
from hangup.syntax.edits import Edit
from hangup.syntax.indentation import leading
from hangup.syntax.tree import Node

NAME = "retry-with-backoff-library"


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: `@backoff.on_exception` above the function, where repeating all of it repeats nothing but the call."""
    retry = retrial(context) if context.depends_on("backoff", "backoff") and not _has_other_loop(context) else None
    function = _function(context, retry) if retry is not None else None
    if retry is None or function is None:
        return
    policy, source = context.policy, context.source
    decorator = write_function(context, context.module.scope, "backoff", "on_exception")
    waits = write_function(context, context.module.scope, "backoff", "expo")
    indent, step = leading(source, function.start_byte), retry.place.step
    lines = [
        f"@{decorator.text}(",
        f"{indent}{step}{waits.text},",
        f"{indent}{step}{retry.clause},",
        f"{indent}{step}max_tries={policy.attempts},",
        f"{indent}{step}factor={number(policy.base)},",
        f"{indent}{step}max_value={number(policy.cap)},",
        *([] if policy.jitter else [f"{indent}{step}jitter=None,"]),
        f"{indent})",
        indent,
    ]
    edit = Edit(function.start_byte, function.start_byte, source.newline.join(lines))
    imports = add_imports(source, context.tree, [*retry.modules, decorator.module, waits.module])
    yield Fix(
        retry.title(f"Retry up to {policy.attempts} times with backoff"), (*imports, edit), NAME, applicability="unsafe"
    )


def _has_other_loop(context: FixContext) -> bool:
    """Whether the module's coroutines run in trio: backoff waits by asyncio."""
    return context.scope.unit.is_async and "trio" in context.imported and "asyncio" not in context.imported


def _function(context: FixContext, retry: Retrial) -> Node | None:
    """The function around the call, if the call's statement comes first in it and nothing else there can fail so."""
    scope, place = retry.hole.scope, retry.place
    function = place.function
    body = function.child_by_field_name("body") if function is not None else None
    if (
        function is None
        or body is None
        or place.colon is not None
        or scope.unit.kind != "function"
        or scope.unit.yields
    ):
        return None
    others = [each for each in context.context.holes if each.scope is scope and each is not retry.hole]
    if any(not place.start <= scope.start + each.site.expression.start < place.end for each in others):
        return None
    statements = [node for node in body.named_children if node.type != "comment" and not _is_docstring(node)]
    decorated = function.parent is not None and function.parent.type == "decorated_definition"
    return None if decorated or not statements or statements[0] not in place.nodes else function


def _is_docstring(node: Node) -> bool:
    return node.type == "expression_statement" and bool(node.named_children) and node.named_children[0].type == "string"


FIX = FixMaker(NAME, frozenset({"HUP101"}), 25, make)
