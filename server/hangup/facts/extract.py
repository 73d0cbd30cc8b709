"""From the tree of a module to its facts.

A function whose text has not changed since the last time is not read again: its facts depend on its text alone.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Literal

from tree_sitter import Node, Tree

from hangup.facts.expressions import Expression
from hangup.facts.model import ModuleFacts, Parameter, Unit
from hangup.facts.read_docstring import declared_errors
from hangup.facts.read_expressions import read
from hangup.facts.read_statements import read_block, read_statement
from hangup.facts.state import Nesting, Reading
from hangup.syntax.source import Source
from hangup.syntax.tree import field

_BOUNDARY = re.compile(rb"#[^\n\r]*\bhangup:\s*boundary\b")
Memory = MutableMapping[bytes, Unit]

_BODY, _NAME, _PARAMETERS, _RETURN_TYPE = field("body"), field("name"), field("parameters"), field("return_type")
_TYPE, _VALUE = field("type"), field("value")


def extract(source: Source, tree: Tree, memory: Memory | None = None) -> ModuleFacts:
    """The facts of a module.

    memory: function text to unit, from earlier versions; it is replaced by what this version holds.
    """
    kept: dict[bytes, Unit] = {}
    extractor = _Extractor(source.data, memory or {}, kept)
    unit = extractor.module(tree.root_node)
    if memory is not None:
        memory.clear()
        memory.update(kept)
    return ModuleFacts(unit)


class _Extractor:
    def __init__(self, data: bytes, memory: MutableMapping[bytes, Unit], kept: dict[bytes, Unit]) -> None:
        self._data = data
        self._memory = memory
        self._kept = kept
        self._nesting = Nesting()

    def module(self, root: Node) -> Unit:
        state = Reading(self._data, 0, self.define, len(self._data), self._nesting)
        for child in root.named_children:
            read_statement(state, child)
        return self._unit(state, "module", "", len(self._data))

    def define(self, node: Node) -> Unit:
        """The unit of a function, class or lambda."""
        if node.type != "function_definition" or node.has_error:
            return self._read(node)
        text = self._data[node.start_byte : node.end_byte]
        unit = self._memory.get(text) or self._kept.get(text)
        if unit is None:
            unit = self._read(node)
        self._kept[text] = unit
        return unit

    def _read(self, node: Node) -> Unit:
        base = node.start_byte
        state = Reading(self._data, base, self.define, node.end_byte - base, self._nesting)
        body = node.child_by_field_id(_BODY)
        name = node.child_by_field_id(_NAME)
        text = state.text(name) if name is not None else "<lambda>"
        length = node.end_byte - base
        if node.type == "class_definition":
            read_block(state, body)
            return self._unit(state, "class", text, length)
        parameters = _parameters(state, node.child_by_field_id(_PARAMETERS))
        result = node.child_by_field_id(_RETURN_TYPE)
        annotation = read(state, result) if result is not None else None
        state.sites.clear()
        if node.type == "lambda":
            state.returns.append(read(state, body))
        else:
            read_block(state, body)
        declared = declared_errors(state, body) if node.type != "lambda" else ()
        is_async = any(child.type == "async" for child in node.children if not child.is_named)
        kind: Literal["function", "lambda"] = "lambda" if node.type == "lambda" else "function"
        header = self._data[base : body.start_byte if body is not None else node.end_byte]
        boundary = b"hangup:" in header and _BOUNDARY.search(header) is not None
        return self._unit(state, kind, text, length, parameters, annotation, is_async, boundary, declared)

    @staticmethod
    def _unit(
        state: Reading,
        kind: Literal["module", "class", "function", "lambda"],
        name: str,
        length: int,
        parameters: tuple[Parameter, ...] = (),
        annotation: Expression | None = None,
        is_async: bool = False,
        boundary: bool = False,
        declared: tuple[str, ...] = (),
    ) -> Unit:
        return Unit(
            kind,
            name,
            length,
            parameters,
            annotation,
            is_async,
            yields=tuple(state.yields),
            boundary=boundary,
            declared=declared,
            yielded=tuple(state.yielded),
            imports=tuple(state.imports),
            bindings=tuple(state.bindings),
            narrowings=tuple(state.narrowings),
            sites=tuple(state.sites),
            guards=tuple(state.guards),
            loops=tuple(state.loops),
            raises=tuple(state.raises),
            returns=tuple(state.returns),
            outer_names=tuple(state.outer_names),
            definitions=tuple(state.definitions),
        )


def _parameters(state: Reading, node: Node | None) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    for child in node.named_children if node is not None else []:
        if child.type == "identifier":
            found.append(Parameter(state.text(child)))
            continue
        kind = ""
        inner = child
        if child.type == "typed_parameter" and child.named_children:
            inner = child.named_children[0]
        if inner.type in ("list_splat_pattern", "dictionary_splat_pattern"):
            kind = "*" if inner.type == "list_splat_pattern" else "**"
            inner = inner.named_children[0] if inner.named_children else inner
        name = child.child_by_field_id(_NAME) or inner
        if name.type != "identifier":
            continue
        annotated, value = child.child_by_field_id(_TYPE), child.child_by_field_id(_VALUE)
        annotation = read(state, annotated) if annotated is not None else None
        default = read(state, value) if value is not None else None
        found.append(Parameter(state.text(name), annotation, default, kind))
    return tuple(found)
