"""What annotations declare: classes, `Optional`, unions, iterables, tuples, quoted names."""

from __future__ import annotations

from hangup.facts.expressions import Alternatives, Attribute, Constant, Expression, Name, Sequence, Subscript, dotted
from hangup.resolve.engine import Engine
from hangup.resolve.language import (
    CLASS_ANNOTATIONS,
    ITERABLE_ANNOTATIONS,
    MAPPING_ANNOTATIONS,
    TRANSPARENT_ANNOTATIONS,
    TUPLE_ANNOTATIONS,
)
from hangup.resolve.project import Scope
from hangup.resolve.values import (
    NONE,
    UNKNOWN,
    Defined,
    Dotted,
    Instance,
    Items,
    Many,
    Nothing,
    ProjectInstance,
    Value,
    Values,
    join,
)


def declared_by(engine: Engine, scope: Scope, annotation: Expression) -> Values:
    """The values that an annotation in a scope declares; `UNKNOWN` if it says nothing that is known."""
    if isinstance(annotation, Constant):
        if annotation.value is None:
            return NONE
        return _quoted(engine, scope, annotation.value) if isinstance(annotation.value, str) else UNKNOWN
    if isinstance(annotation, Alternatives):
        return _without_none(join(*(declared_by(engine, scope, option) for option in annotation.options)))
    if isinstance(annotation, Subscript):
        return _generic(engine, scope, annotation)
    if isinstance(annotation, Name | Attribute):
        return join(*(_instances(engine, value) for value in engine.evaluate(scope, annotation)))
    return UNKNOWN


def _instances(engine: Engine, value: Value) -> Values:
    if isinstance(value, Dotted):
        known = engine.catalogue.class_(value.name) is not None or engine.catalogue.exception(value.name) is not None
        return (Instance(value.name),) if known else UNKNOWN
    if isinstance(value, Defined) and value.scope.unit.kind == "class":
        return (ProjectInstance(value.scope),)
    return UNKNOWN


def _generic(engine: Engine, scope: Scope, annotation: Subscript) -> Values:
    name = (dotted(annotation.value) or "").rpartition(".")[2]
    index = annotation.index
    first = index.items[0] if isinstance(index, Sequence) and index.items else index
    if name == "Union" and isinstance(index, Sequence):
        return _without_none(join(*(declared_by(engine, scope, item) for item in index.items)))
    if name in TRANSPARENT_ANNOTATIONS:
        return _without_none(declared_by(engine, scope, first))
    if name in ITERABLE_ANNOTATIONS:
        return (Many(declared_by(engine, scope, first)),)
    if name in MAPPING_ANNOTATIONS and isinstance(index, Sequence) and len(index.items) > 1:
        return (Many(declared_by(engine, scope, index.items[1]), keyed=True),)
    if name in TUPLE_ANNOTATIONS and isinstance(index, Sequence):
        return (Items(tuple(declared_by(engine, scope, item) for item in index.items)),)
    if name in CLASS_ANNOTATIONS:
        return engine.evaluate(scope, first)
    return declared_by(engine, scope, annotation.value)


def _quoted(engine: Engine, scope: Scope, text: str) -> Values:
    """A quoted annotation, as far as it is a dotted name, perhaps with `| None` or `Optional[...]` around it."""
    text = text.strip().removeprefix("typing.").removeprefix("Optional[").removesuffix("]")
    found: list[Values] = []
    for option in (option.strip() for option in text.split("|")):
        if option == "None":
            continue
        if not option.replace(".", "").replace("_", "a").isalnum():
            return UNKNOWN
        head, *rest = option.split(".")
        values = engine.name(scope, head)
        for part in rest:
            values = join(*(engine.attribute(value, part) for value in values))
        found.append(join(*(_instances(engine, value) for value in values)))
    return join(*found) if found else UNKNOWN


def _without_none(values: Values) -> Values:
    return tuple(value for value in values if not isinstance(value, Nothing)) or values
