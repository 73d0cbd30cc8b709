"""Adds imports where PEP 8 wants them, and never twice."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise

from hangup.syntax.edits import Edit
from hangup.syntax.source import Source
from hangup.syntax.tree import Node, Tree

_IMPORTS = ("import_statement", "import_from_statement", "future_import_statement")
_STANDARD = frozenset(sys.stdlib_module_names)


@dataclass(frozen=True)
class _Statement:
    """A top-level import: its module, its group (0 future, 1 standard library, 2 third party, 3 local), its form.

    plain: `import module`, perhaps `as` something; aliased: it is.
    """

    node: Node
    module: str
    group: int
    plain: bool
    aliased: bool = False


def add_imports(source: Source, tree: Tree, modules: list[str | None]) -> list[Edit]:
    """Edits that add `import module` for each module that the file's top does not yet import by that name.

    `module:name` asks for `from module import name`; None for nothing. Each goes into its group (standard library,
    third party), in alphabetical order where the file keeps one; a group that is missing is made, a blank line apart.
    """
    present = _header(source, tree)
    have = {s.module for s in present if s.plain and not s.aliased}
    edits: dict[int, list[_Line]] = {}
    missing: dict[tuple[str, bool], list[str]] = {}
    for wanted in sorted({module for module in modules if module is not None} - have):
        module, _, name = wanted.partition(":")
        beside = _beside(source, present, module, name) if name else None
        if beside is not None:
            edits.setdefault(beside[0], []).append((_group(module), True, beside[1]))
        else:
            missing.setdefault((module, bool(name)), []).append(name)
    for (module, _), names in missing.items():
        at, text = _placed(source, tree, present, module, ", ".join(names))
        edits.setdefault(at, []).append((_group(module), bool(names[0]), text))
    return [Edit(at, at, _joined(texts, source.newline)) for at, texts in edits.items()]


_Line = tuple[int, bool, str]
"""The group of an import, whether it is `from module import`, and its text with the line breaks around it."""


def _beside(source: Source, present: list[_Statement], module: str, name: str) -> tuple[int, str] | None:
    """Where a name goes in a `from module import ...` that is there, in order; None without one on a single line."""
    for statement in present:
        node = statement.node
        if statement.plain or statement.module != module or b"(" in source.data[node.start_byte : node.end_byte]:
            continue
        names = node.children_by_field_name("name")
        later = next((n for n in names if source.slice(n.start_byte, n.end_byte) > name), None)
        if later is not None:
            return later.start_byte, f"{name}, "
        return (names[-1].end_byte, f", {name}") if names else None
    return None


def _joined(found: list[_Line], newline: str) -> str:
    """Several imports at one place: groups a blank line apart; only the outermost keep the breaks around them.

    Names that go into an import which ends there come first.
    """
    names = "".join(text for _, _, text in found if not text.endswith(newline) and not text.startswith(newline))
    lines = sorted((each for each in found if each[2].strip("\r\n") != each[2]), key=lambda each: each[:2])
    if not lines:
        return names
    first, last = lines[0][2], lines[-1][2]
    text = lines[0][2].strip("\r\n")
    for (before, _, _), (group, _, line) in pairwise(lines):
        text += newline * (1 if before == group else 2) + line.strip("\r\n")
    leading = first[: len(first) - len(first.lstrip("\r\n"))]
    return names + leading + text + last[len(last.rstrip("\r\n")) :]


def _header(source: Source, tree: Tree) -> list[_Statement]:
    """The imports at the top of the module, before any other statement but the docstring."""
    found: list[_Statement] = []
    for index, node in enumerate(tree.root_node.named_children):
        if node.type in _IMPORTS:
            found += _statements(source, node)
        elif node.type == "comment" or (index == 0 and _is_docstring(node)) or (not found and _is_docstring(node)):
            continue
        else:
            break
    return found


def _statements(source: Source, node: Node) -> list[_Statement]:
    if node.type == "future_import_statement":
        return [_Statement(node, "__future__", 0, False)]
    if node.type == "import_from_statement":
        origin = node.child_by_field_name("module_name")
        module = source.slice(origin.start_byte, origin.end_byte) if origin is not None else ""
        return [_Statement(node, module, _group(module), False)]
    found = []
    for name in node.children_by_field_name("name"):
        if name.type == "dotted_name":
            module = source.slice(name.start_byte, name.end_byte)
            found.append(_Statement(node, module, _group(module), True))
        else:
            inner = name.child_by_field_name("name")
            module = source.slice(inner.start_byte, inner.end_byte) if inner is not None else ""
            found.append(_Statement(node, module, _group(module), True, aliased=True))
    return found


def _group(module: str) -> int:
    if module.startswith("."):
        return 3
    return 1 if module.partition(".")[0] in _STANDARD else 2


def _is_docstring(node: Node) -> bool:
    return node.type == "expression_statement" and bool(node.named_children) and node.named_children[0].type == "string"


def _placed(source: Source, tree: Tree, present: list[_Statement], module: str, name: str) -> tuple[int, str]:
    """Where `import module`, or `from module import name`, goes, and its text with the line breaks around it."""
    group, newline = _group(module), source.newline
    line = f"from {module} import {name}" if name else f"import {module}"
    mates = [s for s in present if s.group == group]
    if mates:
        # Modules come first, then names from modules, each in alphabetical order.
        alike = [s for s in mates if s.plain is not bool(name)]
        if not alike:
            at = mates[-1].node.end_byte if name else mates[0].node.start_byte
            return at, newline + line if name else line + newline
        before = [s for s in alike if s.module < module]
        if before:
            return before[-1].node.end_byte, newline + line
        return alike[0].node.start_byte, line + newline
    earlier = [s for s in present if s.group < group]
    later = [s for s in present if s.group > group]
    if earlier:
        return earlier[-1].node.end_byte, newline * 2 + line
    if later:
        return later[0].node.start_byte, line + newline * 2
    return _top(source, tree, line)


def _top(source: Source, tree: Tree, line: str) -> tuple[int, str]:
    """The place in a module without imports: after the docstring or the comments at its head, else at its start."""
    newline = source.newline
    first = next((n for n in tree.root_node.named_children if n.type != "comment"), None)
    if first is None:
        return len(source.data), line + newline
    if _is_docstring(first):
        return first.end_byte, newline * 2 + line
    if source.data[first.start_byte :].startswith(b"%%"):  # a notebook's cell magic has to stay first
        return source.lines.end(source.lines.line_of(first.start_byte)), newline + line
    is_definition = first.type in ("function_definition", "class_definition", "decorated_definition")
    return first.start_byte, line + newline * (3 if is_definition else 2)
