"""The statement around a call, what surrounds it, and what depends on it."""

from __future__ import annotations

from dataclasses import dataclass

from hangup.syntax.edits import Edit
from hangup.syntax.indentation import indent_block, leading, unit
from hangup.syntax.source import Source
from hangup.syntax.tree import Node, Tree, ancestors, node_at

_CROSSED = {
    "lambda": "a lambda holds no statements: make it a function first",
    "generator_expression": "a generator expression runs where it is iterated over: make it a loop first",
    "decorator": "a decorator is evaluated with the definition: give the value a name before it",
    "parameters": "a default is evaluated with the definition: give the value a name before it",
    "lambda_parameters": "a default is evaluated with the definition: give the value a name before it",
}
"""What runs elsewhere, or has no statement of its own, and what to do about it."""
_USING_UP = tuple(b"all any dict frozenset list max min set sorted sum tuple".split())
_LOOPS = ("for_statement", "while_statement")
_UNITS = ("function_definition", "class_definition", "lambda", "module")


@dataclass(frozen=True)
class Place:
    """Adjacent statements that a fix can put something around.

    nodes: the statements. indent: the white space before the first. step: one more level, as the module has it.
    colon: the end of the colon behind which they stand on one line (`if ready: send()`); they get lines of their own.
    before, after: what shares their lines (`a(); b()`); it gets lines of its own too.
    """

    nodes: list[Node]
    indent: str
    step: str
    source: Source
    tree: Tree
    colon: int | None = None
    before: tuple[Node, ...] = ()
    after: tuple[Node, ...] = ()

    @property
    def start(self) -> int:
        """The offset where the first begins, or the colon before it ends."""
        return self.nodes[0].start_byte if self.colon is None or self.before else self.colon

    @property
    def end(self) -> int:
        """The offset where the last ends, with its semicolon; for the parser, a comment reaches into its line break."""
        end = (self._semicolon or self.nodes[-1]).end_byte
        return min(end, self.source.lines.end(self.source.lines.line_of(end)))

    def moved(self, levels: int) -> str:
        """The statements' text, so many levels deeper than they stand; the first line without what is before it."""
        text = indent_block(self.source, self.nodes, self.step * levels)
        return f"{text};" if self._semicolon is not None else text

    @property
    def _semicolon(self) -> Node | None:
        after = self.nodes[-1].next_sibling
        alone = not self.before and not self.after
        return after if alone and after is not None and after.type == ";" else None

    def edit(self, lines: list[str]) -> Edit:
        """The edit that puts lines in place of the statements. The first comes without its indentation, the others
        with theirs."""
        newline, source = self.source.newline, self.source
        first = "" if self.colon is None else newline + self.indent
        before = [indent_block(source, [node], "") for node in self.before]
        after = [self.indent + indent_block(source, group, "") for group in _remarked(self.after)]
        lines = [*before, *([self.indent + lines[0]] if before else lines[:1]), *lines[1:], *after]
        start = self.start
        if before:
            start = self.before[0].start_byte if self.colon is None else self.colon
        last = self.after[-1].end_byte if self.after else self.end
        end = min(last, source.lines.end(source.lines.line_of(last))) if self.after else last
        closing = self.after[-1].next_sibling if self.after else None
        end = closing.end_byte if closing is not None and closing.type == ";" else end
        return Edit(start, end, first + newline.join(lines))

    @property
    def is_simple(self) -> bool:
        """Whether none of the statements has a body of its own (`with`, `for`, `if`)."""
        return not any(child.type == "block" for node in self.nodes for child in node.named_children)

    def rest_of_round(self) -> list[Node]:
        """The statements that still come in this round of the loop around it, nearest first."""
        found: list[Node] = []
        node: Node = self.nodes[-1]
        while node.parent is not None and node.type not in (*_LOOPS, *_UNITS):
            following = node.next_named_sibling
            while following is not None and node.parent.type == "block":
                found += [following] if following.type != "comment" else []
                following = following.next_named_sibling
            node = node.parent
        return found

    @property
    def leaves(self) -> bool:
        """Whether the last statement returns or raises."""
        statements = [node for node in self.nodes if node.type != "comment"]
        return statements[-1].type in ("return_statement", "raise_statement")

    @property
    def function(self) -> Node | None:
        """The function around it, if there is one nearer than a class."""
        around = next((n for n in ancestors(self.nodes[0].parent or self.nodes[0]) if n.type in _UNITS), None)
        return around if around is not None and around.type == "function_definition" else None

    @property
    def loop(self) -> Node | None:
        """The innermost loop of the same unit around it; its `else` is not in it."""
        inner: Node = self.nodes[0]
        for node in ancestors(self.nodes[0].parent or self.nodes[0]):
            if node.type in _UNITS:
                return None
            if node.type in _LOOPS and inner.type != "else_clause":
                return node
            inner = node
        return None

    @property
    def is_last(self) -> bool:
        """Whether the unit ends with it, so that falling through means returning."""
        node: Node = self.nodes[-1]
        while node.parent is not None and node.type not in _UNITS:
            following = node.next_named_sibling
            while following is not None and following.type == "comment":
                following = following.next_named_sibling
            if following is not None and node.parent.type in ("block", "module"):
                return False
            node = node.parent
            if node.type in _LOOPS:
                return False
        return True

    @property
    def is_in_finally(self) -> bool:
        """Whether leaving from here by `return` would drop an error on its way (`finally`), or is not Python
        (`except*`)."""
        for node in ancestors(self.nodes[0].parent or self.nodes[0]):
            if node.type in _UNITS:
                return False
            if node.type in ("finally_clause", "except_group_clause") or (node.text or b"").startswith(b"except*"):
                return True
        return False

    def bound_names(self) -> set[str]:
        """The names that the statements bind."""
        return bound_names_of(self.nodes)

    def bound_in_loop(self) -> set[str]:
        """The names that are bound anew in every round of the loop around it."""
        return bound_names_of([self.loop]) if self.loop is not None else set()

    def used_after(self, names: set[str]) -> bool:
        """Whether one of the names occurs in the unit behind the statements, or before them in a loop around them."""
        if not names:
            return False
        end = self.end
        around = next(n for n in ancestors(self.nodes[0].parent or self.nodes[0]) if n.type in _UNITS)
        stack = [around]
        wanted = {name.encode() for name in names}
        while stack:
            node = stack.pop()
            if node.end_byte <= end:
                continue
            if node.type == "identifier" and node.start_byte >= end and node.text in wanted:
                return True
            stack.extend(node.named_children)
        return False


def place_of(source: Source, tree: Tree, start: int, end: int) -> Place | None:
    """The statement that holds the offsets, apart from what shares its lines; None where nothing can be put around it.

    `why_not` says why. Code that does not parse is left alone too.
    """
    node = _statement(tree, start, end)
    if isinstance(node, str):
        return None
    line = _on_same_lines(node)
    block = node.parent
    header = block.parent if block is not None else None
    if block is None or any(each.has_error for each in line):
        return None
    step = unit(tree, source)
    colon = block.prev_sibling
    before, nodes, after = _apart(line, node)
    if block.type != "block" or header is None or colon is None or colon.end_point.row != line[0].start_point.row:
        return Place(nodes, leading(source, line[0].start_byte), step, source, tree, None, before, after)
    return Place(nodes, leading(source, header.start_byte) + step, step, source, tree, colon.end_byte, before, after)


def why_not(tree: Tree, start: int, end: int) -> str:
    """Why nothing can be put around the statement that holds the offsets; empty where it can."""
    node = _statement(tree, start, end)
    return node if isinstance(node, str) else ""


def _statement(tree: Tree, start: int, end: int) -> Node | str:
    """The statement that holds the offsets, or why it cannot be wrapped."""
    node = node_at(tree, start, end)
    while node.parent is not None and (node.parent.type not in ("block", "module") or node.type == "case_clause"):
        if node.type in _CROSSED and not _is_used_up(node):
            return _CROSSED[node.type]
        if node.parent.type == "decorated_definition" or node.type in ("function_definition", "class_definition"):
            return _CROSSED["decorator"]
        if node.parent.type == "class_definition" and node.type != "block":
            return "the bases of a class are evaluated with its definition: give the value a name before it"
        if node.parent.type == "function_definition" and node.type != "block":
            return _CROSSED["parameters"]
        node = node.parent
    if node.parent is None:
        return "there is no statement around it"
    if node.type in ("function_definition", "class_definition", "decorated_definition"):
        return "it is part of a definition"
    return node


def _is_used_up(node: Node) -> bool:
    """Whether a generator expression is iterated over by the call that it is given to: `sum(...)`, `", ".join(...)`."""
    call = node.parent
    if node.type == "generator_expression" and call is not None and call.type == "argument_list":
        call = call.parent
    function = call.child_by_field_name("function") if call is not None and call.type == "call" else None
    text = (function.text or b"") if function is not None else b""
    return node.type == "generator_expression" and (text in _USING_UP or text.endswith(b".join"))


def _apart(line: list[Node], node: Node) -> tuple[tuple[Node, ...], list[Node], tuple[Node, ...]]:
    """What comes before a statement on its lines, the statement with a remark right behind it, and what comes after."""
    at = line.index(node)
    end = at + 2 if [each.type for each in line[at + 1 :]] == ["comment"] else at + 1
    return tuple(line[:at]), line[at:end], tuple(line[end:])


def _remarked(nodes: tuple[Node, ...]) -> list[list[Node]]:
    """The statements, the last one with the remark behind it."""
    groups = [[node] for node in nodes]
    if len(groups) > 1 and groups[-1][0].type == "comment":
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def _on_same_lines(node: Node) -> list[Node]:
    """The statement and its neighbours on the same lines (`a(); b()`)."""
    nodes = [node]
    while (before := nodes[0].prev_named_sibling) is not None and before.end_point.row == nodes[0].start_point.row:
        nodes.insert(0, before)
    while (after := nodes[-1].next_named_sibling) is not None and after.start_point.row == nodes[-1].end_point.row:
        nodes.append(after)
        if after.type == "comment":
            break
    return nodes


def bound_names_of(nodes: list[Node]) -> set[str]:
    """The names that statements bind."""
    names: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node.type in ("assignment", "augmented_assignment"):
            names |= _targets(node.child_by_field_name("left"))
        elif node.type == "named_expression":
            names |= _targets(node.child_by_field_name("name"))
        elif node.type in ("for_statement", "for_in_clause"):
            names |= _targets(node.child_by_field_name("left"))
        elif node.type == "as_pattern_target":
            names |= _targets(node)
        if node.type not in ("function_definition", "class_definition", "lambda"):
            stack.extend(node.named_children)
    return names


def _targets(node: Node | None) -> set[str]:
    if node is None:
        return set()
    if node.type == "identifier":
        return {(node.text or b"").decode()}
    if node.type in ("attribute", "subscript"):
        return set()
    return {name for child in node.named_children for name in _targets(child)}
