"""Replaces the test for a class that does not exist by one that finds the real reset below the library's error.

Of `isinstance(e, requests.exceptions.ConnectionResetError)`: the library wraps the reset, so it is somewhere in the
chain of `__cause__` and `__context__` of `e`, never `e` itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import free_name, write_clause
from hangup.fixes.statements import Place, place_of
from hangup.syntax.edits import Edit
from hangup.syntax.tree import ancestors, node_at


def make(context: FixContext) -> Iterator[Fix]:
    """For an `isinstance`: look through the chain of the error. Elsewhere: a class that exists."""
    builtin = context.finding.names[0] if context.finding.names else None
    test = _isinstance_around(context)
    if context.finding.code == "HUP201":
        asked = context.finding.replacement
        if test is not None and asked is not None:
            yield from _look_through_chain(context, test, asked)
        return
    if builtin is None:
        yield from _nearest_name(context)
    elif test is not None:
        yield from _look_through_chain(context, test, builtin)
    else:
        yield from _class_that_is_raised(context, builtin)


def _isinstance_around(context: FixContext) -> Node | None:
    node = node_at(context.tree, context.finding.start, context.finding.end)
    for each in ancestors(node):
        if each.type == "call":
            function = each.child_by_field_name("function")
            return each if function is not None and function.text == b"isinstance" else None
    return None


def _look_through_chain(context: FixContext, test: Node, builtin: str) -> Iterator[Fix]:
    """`isinstance(e, X)` becomes a test on the chain, which is collected in the line before the statement."""
    arguments = [child for child in test.named_children[1].named_children if child.type != "comment"]
    place = place_of(context.source, context.tree, test.start_byte, test.end_byte)
    if len(arguments) != 2 or arguments[0].type != "identifier" or place is None:
        return
    error = context.source.slice(arguments[0].start_byte, arguments[0].end_byte)
    causes = free_name(context, context.scope, "causes", "chain")
    cause = free_name(context, context.scope, "cause", "link")
    before = Edit(place.start, place.start, _collect(context, place, error, causes, cause))
    asked = _asked_for(context, arguments[1], builtin)
    found = f"any(isinstance({cause}, {asked}) for {cause} in {causes})"
    title = f"Look for {builtin} in what caused {error}"
    edits = (before, Edit(test.start_byte, test.end_byte, found))
    yield Fix(title, edits, "unwrap-real-cause", preferred=True, applicability="safe")


def _asked_for(context: FixContext, node: Node, builtin: str) -> str:
    """The second argument of the `isinstance`, with the builtin in place of what does not exist."""
    source, finding = context.source, context.finding
    name = source.slice(finding.start, finding.end) if finding.code == "HUP201" else builtin
    return source.slice(node.start_byte, finding.start) + name + source.slice(finding.end, node.end_byte)


def _collect(context: FixContext, place: Place, error: str, causes: str, cause: str) -> str:
    lines = [
        f"{causes}: list[BaseException] = [{error}]",
        f"while ({cause} := {causes}[-1].__cause__ or {causes}[-1].__context__) is not None:",
        f"{place.step}{causes}.append({cause})",
        "",
    ]
    return (context.source.newline + place.indent).join(lines)


def _class_that_is_raised(context: FixContext, builtin: str) -> Iterator[Fix]:
    """In a clause: the library's base class, for a library that wraps the builtin; else the builtin itself."""
    finding = context.finding
    written = context.source.slice(finding.start, finding.end)
    pack = context.flow.catalogue.pack_of(finding.replacement or "") if finding.replacement else None
    if pack is not None and pack.library.distribution is not None and pack.library.base:
        names = tuple(context.flow.catalogue.canonical(name) for name in pack.library.base)
        clause, modules = write_clause(context, context.scope, names)
    else:
        clause, modules = write_clause(context, context.scope, (builtin,))
    imports = add_imports(context.source, context.tree, [*modules])
    edits = (*imports, Edit(finding.start, finding.end, clause))
    yield Fix(f"Write {clause} instead of {written}", edits, "unwrap-real-cause", preferred=True, applicability="safe")


def _nearest_name(context: FixContext) -> Iterator[Fix]:
    if context.finding.replacement is None:
        return
    name = context.finding.replacement.rpartition(".")[2]
    written = context.source.slice(context.finding.start, context.finding.end)
    edit = Edit(context.finding.start, context.finding.end, f"{written.rpartition('.')[0]}.{name}")
    yield Fix(
        f"Write {edit.text} instead of {written}", (edit,), "unwrap-real-cause", preferred=True, applicability="safe"
    )


FIX = FixMaker("unwrap-real-cause", frozenset({"HUP201", "HUP204"}), 10, make)
