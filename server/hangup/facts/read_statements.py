"""Reads statements of the parse tree into the facts of one unit."""

from __future__ import annotations

import msgspec
from tree_sitter import Node

from hangup.facts.expressions import Alternatives, Await, Call, Enter, Expression, Name, dotted
from hangup.facts.model import Definition, Guard, Imported, Narrowing, Raise, Site
from hangup.facts.read_expressions import bind, loop_over, read
from hangup.facts.read_handlers import read_try
from hangup.facts.read_loops import note_loop
from hangup.facts.state import DEEPEST, Reading
from hangup.syntax.tree import field

_ALIAS, _ALTERNATIVE, _BODY, _CONDITION = field("alias"), field("alternative"), field("body"), field("condition")
_CONSEQUENCE, _DEFINITION, _GUARD = field("consequence"), field("definition"), field("guard")
_LEFT, _MODULE_NAME, _NAME, _PARAMETERS = field("left"), field("module_name"), field("name"), field("parameters")
_RIGHT, _SUBJECT, _SUPERCLASSES = field("right"), field("subject"), field("superclasses")
_TYPE, _VALUE = field("type"), field("value")
_SILENT = frozenset({"comment", "pass_statement", "break_statement", "continue_statement"})
_LEAVES = frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"})


def read_block(state: Reading, block: Node | None, *, falls_through: bool = False) -> None:
    """Read the statements of a block. `falls_through`: what it binds stays bound after it (`with`, `try`)."""
    if block is None:
        return
    outer = state.until
    if not falls_through:
        state.until = block.end_byte - state.base
    for child in block.named_children:
        read_statement(state, child)
    state.until = outer


def read_statement(state: Reading, node: Node) -> None:
    """Read one statement; what is no statement (an expression, an error) is read for the calls in it."""
    if state.nesting.depth > DEEPEST:
        return
    state.nesting.depth += 1
    _statement(state, node)
    state.nesting.depth -= 1


def _statement(state: Reading, node: Node) -> None:
    kind = node.type
    reader = _READERS.get(kind)
    if reader is not None:
        reader(state, node)
    elif kind not in _SILENT:
        for child in node.named_children:
            (read_statement if child.type in _READERS or child.type == "block" else read)(state, child)


def _expression_statement(state: Reading, node: Node) -> None:
    for child in node.named_children:
        kind = child.type
        if kind == "assignment":
            _assignment(state, child)
        elif kind == "augmented_assignment":
            read(state, child.child_by_field_id(_RIGHT))
        else:
            _drop(state, read(state, child))


def _drop(state: Reading, expression: Expression) -> None:
    """Note that nobody takes the result of a call that stands alone."""
    call = expression.value if isinstance(expression, Await) else expression
    if state.sites and state.sites[-1].expression is call:
        state.sites[-1] = msgspec.structs.replace(state.sites[-1], dropped=True)


def _assignment(state: Reading, node: Node) -> Expression | None:
    annotated = node.child_by_field_id(_TYPE)
    annotation = read(state, annotated) if annotated is not None else None
    right = node.child_by_field_id(_RIGHT)
    value: Expression | None = None
    if right is not None:
        value = _assignment(state, right) if right.type == "assignment" else read(state, right)
    bind(state, node.child_by_field_id(_LEFT), value, annotation)
    return value


def _import(state: Reading, node: Node) -> None:
    for name in node.children_by_field_id(_NAME):
        alias = name.child_by_field_id(_ALIAS)
        module = name.child_by_field_id(_NAME) if alias is not None else name
        text = state.text(module or name)
        binding = state.text(alias) if alias is not None else text.partition(".")[0]
        # `import a.b as c` binds the submodule itself, `import a.b` only the package.
        state.imports.append(Imported(text, 0, None if alias is None else "", binding, *state.span(name)))


def _import_from(state: Reading, node: Node) -> None:
    origin = node.child_by_field_id(_MODULE_NAME)
    text = state.text(origin) if origin is not None else "__future__"
    module = text.lstrip(". \t")
    level = text[: len(text) - len(module)].count(".")
    for name in node.children_by_field_id(_NAME):
        alias = name.child_by_field_id(_ALIAS)
        imported = state.text(name.child_by_field_id(_NAME) or name)
        binding = state.text(alias) if alias is not None else imported
        state.imports.append(Imported(module, level, imported, binding, *state.span(name)))
    if any(child.type == "wildcard_import" for child in node.named_children):
        state.imports.append(Imported(module, level, "*", "*", *state.span(node)))


def _definition(state: Reading, node: Node) -> None:
    inner = node
    decorators: tuple[Expression, ...] = ()
    if node.type == "decorated_definition":
        decorators = tuple(
            read(state, child.named_children[0])
            for child in node.named_children
            if child.type == "decorator" and child.named_children
        )
        inner = node.child_by_field_id(_DEFINITION) or node
    bases: tuple[Expression, ...] = ()
    if inner.type == "class_definition":
        given = inner.child_by_field_id(_SUPERCLASSES)
        bases = tuple(
            read(state, child)
            for child in (given.named_children if given is not None else [])
            if child.type not in ("comment", "keyword_argument")
        )
    elif (parameters := inner.child_by_field_id(_PARAMETERS)) is not None:
        for parameter in parameters.named_children:
            if parameter.child_count and (default := parameter.child_by_field_id(_VALUE)) is not None:
                read(state, default)
    state.definitions.append(
        Definition(inner.start_byte - state.base, state.define(inner), decorators, bases, state.guard)
    )


def _return(state: Reading, node: Node) -> None:
    if node.named_children:
        state.returns.append(read(state, node.named_children[0]))


def _raise(state: Reading, node: Node) -> None:
    parts = [child for child in node.named_children if child.type != "comment"]
    expressions = [read(state, child) for child in parts]
    expression = expressions[0] if expressions else None
    when = state.asked.get(node.start_byte)
    state.raises.append(Raise(expression, state.guard, state.handler, state.handler_always, *state.span(node), when))


def _if(state: Reading, node: Node) -> None:
    condition = node.child_by_field_id(_CONDITION)
    block = node.child_by_field_id(_CONSEQUENCE) or node.child_by_field_id(_BODY)
    if condition is not None and condition.type == "not_operator":
        denied = read(state, condition.named_children[-1] if condition.named_children else None)
        if block is not None and block.named_children and block.named_children[-1].type in _LEAVES:
            _narrow(state, denied, node.end_byte - state.base, state.until)
    else:
        known = read(state, condition)
        if block is not None:
            _narrow(state, known, *state.span(block))
    read_block(state, block)
    for branch in node.children_by_field_id(_ALTERNATIVE):
        _if(state, branch)


def _assert(state: Reading, node: Node) -> None:
    conditions = [read(state, child) for child in node.named_children if child.type != "comment"]
    if conditions:
        _narrow(state, conditions[0], node.end_byte - state.base, state.until)


def _narrow(state: Reading, condition: Expression, start: int, end: int) -> None:
    """Note what a condition says about the classes of names, for the region in which it holds."""
    if isinstance(condition, Alternatives) and condition.operator == "and":
        for part in condition.options:
            _narrow(state, part, start, end)
    elif isinstance(condition, Call) and isinstance(condition.function, Name) and condition.function.id == "isinstance":
        target, classes = condition.positional(0), condition.positional(1)
        path = dotted(target) if target is not None else None
        if path is not None and classes is not None:
            state.narrowings.append(Narrowing(path, classes, start, end))


def _while(state: Reading, node: Node) -> None:
    outer, state.loop = state.loop, True
    condition = read(state, node.child_by_field_id(_CONDITION))
    before = len(state.guards)
    read_block(state, node.child_by_field_id(_BODY))
    state.loop = outer
    if len(state.guards) > before:
        note_loop(state, node, condition, before)
    _else_of_loop(state, node)


def _for(state: Reading, node: Node) -> None:
    subject = loop_over(state, node)
    outer, state.loop = state.loop, True
    before = len(state.guards)
    read_block(state, node.child_by_field_id(_BODY))
    state.loop = outer
    if len(state.guards) > before:
        note_loop(state, node, subject, before)
    _else_of_loop(state, node)


def _else_of_loop(state: Reading, node: Node) -> None:
    branch = node.child_by_field_id(_ALTERNATIVE)
    if branch is not None:
        read_block(state, branch.child_by_field_id(_BODY))


def _with(state: Reading, node: Node) -> None:
    is_async = any(child.type == "async" for child in node.children)
    clause = next((child for child in node.named_children if child.type == "with_clause"), None)
    contexts: list[Expression] = []
    for item in clause.named_children if clause is not None else []:
        if item.type == "with_item":
            contexts.append(_with_item(state, item, is_async))
    body = node.child_by_field_id(_BODY)
    guard = len(state.guards)
    start, end = state.span(body) if body is not None else state.span(node)
    state.guards.append(Guard("with", state.guard, start, end, contexts=tuple(contexts)))
    outer, state.guard = state.guard, guard
    read_block(state, body, falls_through=True)
    state.guard = outer


def _with_item(state: Reading, item: Node, is_async: bool) -> Expression:
    value = item.child_by_field_id(_VALUE)
    target: Node | None = None
    if value is not None and value.type == "as_pattern":
        target = value.child_by_field_id(_ALIAS)
        value = value.named_children[0]
    context = read(state, value)
    state.sites.append(Site("enter", context, state.guard, False, state.loop, is_async))
    bind(state, target, Enter(context.start, context.end, context, is_async))
    return context


def _try(state: Reading, node: Node) -> None:
    read_try(state, node, read_block)


def _outer_names(state: Reading, node: Node) -> None:
    state.outer_names.extend(state.text(child) for child in node.named_children)


def _match(state: Reading, node: Node) -> None:
    for subject in node.children_by_field_id(_SUBJECT):
        read(state, subject)
    body = node.child_by_field_id(_BODY)
    for case in body.named_children if body is not None else []:
        guard = case.child_by_field_id(_GUARD)
        if guard is not None:
            read(state, guard.named_children[0] if guard.named_children else None)
        read_block(state, case.child_by_field_id(_CONSEQUENCE))


_READERS = {
    "expression_statement": _expression_statement,
    "import_statement": _import,
    "import_from_statement": _import_from,
    "future_import_statement": _import_from,
    "function_definition": _definition,
    "class_definition": _definition,
    "decorated_definition": _definition,
    "return_statement": _return,
    "raise_statement": _raise,
    "if_statement": _if,
    "assert_statement": _assert,
    "while_statement": _while,
    "for_statement": _for,
    "with_statement": _with,
    "try_statement": _try,
    "global_statement": _outer_names,
    "nonlocal_statement": _outer_names,
    "match_statement": _match,
}
