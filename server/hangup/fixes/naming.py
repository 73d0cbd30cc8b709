"""How an exception class is written in a module: by a name it already has there, else with an import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hangup.fixes.fix import FixContext
from hangup.flow.classes import grouped
from hangup.flow.holes import Hole
from hangup.resolve.project import Scope
from hangup.resolve.values import Dotted


@dataclass(frozen=True)
class Written:
    """The text of a class or function, and the module that has to be imported for it; None if none has.

    `module:name` stands for `from module import name`.
    """

    text: str
    module: str | None = None


def write_class(context: FixContext, scope: Scope, name: str) -> Written:
    """The shortest way to write a class (by canonical name) in a scope.

    A builtin that the module shadows is written as `builtins.Name`.
    """
    project_class = context.flow.classes.scope(name)
    if project_class is not None:
        return Written(project_class.qualified_name)
    candidates = [path for path in _paths(context, name) if _means(context, scope, path, name)]
    candidates += _local_names(context, scope, name)
    if candidates:
        return Written(min(candidates, key=lambda path: (path.count("."), len(path))))
    if "." not in name:
        return Written(f"builtins.{name}", "builtins")
    shortest = min(_paths(context, name), key=lambda path: (path.count("."), len(path)))
    return Written(shortest, shortest.rpartition(".")[0])


def best_classes(context: FixContext, names: frozenset[str], packs: list[str]) -> tuple[str, ...]:
    """The classes to catch for all of `names`: their library's own base classes where those cover them.

    packs: qualified names of the calls, whose libraries' base classes are tried first.
    """
    classes = context.flow.classes
    names = frozenset(grouped(name) or name for name in names)  # where the call stands, there is no group yet
    bases: list[str] = []
    for each in (*packs, *sorted(names)):
        pack = context.flow.catalogue.pack_of(each)
        bases += [context.flow.catalogue.canonical(base) for base in pack.library.base] if pack is not None else []
    chosen = []
    for name in sorted(names):
        chosen.append(next((base for base in bases if classes.is_subclass(name, base)), name))
    return classes.most_general(frozenset(chosen))


def clause_for(context: FixContext, hole: Hole, start: int, end: int) -> tuple[str, list[str]]:
    """The expression of a clause that stops what is missed between two offsets, and the modules to import for it.

    That is the hole's own failures, and those of its neighbours of the same function.
    """
    inside = [
        each
        for each in context.context.holes
        if each.scope is hole.scope and start <= each.scope.start + each.site.expression.start < end
    ]
    together = [hole, *(each for each in inside if each is not hole)]
    missed = frozenset(name for each in together for name in each.missed)
    packs = [qualified for each in together for qualified, _ in each.effect.entries]
    return write_clause(context, hole.scope, best_classes(context, missed, packs))


def write_clause(context: FixContext, scope: Scope, names: tuple[str, ...]) -> tuple[str, list[str]]:
    """The expression of an `except` clause for some classes, and the modules to import for it."""
    written = [write_class(context, scope, name) for name in names]
    texts = [each.text for each in written]
    modules = [each.module for each in written if each.module is not None]
    return (texts[0] if len(texts) == 1 else f"({', '.join(texts)})"), modules


def write_function(context: FixContext, scope: Scope, module: str, name: str) -> Written:
    """How a function of the standard library is written; if the module's own name is taken, by `from module import`."""
    dotted = Dotted(f"{module}.{name}")
    for imported in context.module.scope.unit.imports:
        if imported.name and context.flow.evaluator.imported(context.module, imported) == (dotted,):
            return Written(imported.binding)
    taken = _is_bound(context, scope, module) and context.flow.evaluator.name(scope, module) != (Dotted(module),)
    return Written(name, f"{module}:{name}") if taken else Written(f"{module}.{name}", module)


def write_constant(context: FixContext, scope: Scope, name: str) -> Written | None:
    """How a constant of the project is written in a scope, by its dotted name: with the imports that the module has, or
    with another one. None for a plain name that is not bound there."""
    module, _, last = name.rpartition(".")
    own = context.module
    if module in ("", own.name):
        return Written(last) if last in own.scope.names and not _is_hidden(scope, last) else None
    for imported in own.scope.unit.imports:
        path = own.absolute(imported.module, imported.level)
        if imported.name is None:
            path, text = imported.module, imported.binding if imported.binding != path.partition(".")[0] else path
        else:
            path, text = f"{path}.{imported.name}", imported.binding
        tail = name[len(path) :]
        if (path == name or (path == module and tail == f".{last}")) and not _is_hidden(scope, imported.binding):
            return Written(text + tail) if _is_bound(context, scope, imported.binding) else None
    if not _is_bound(context, scope, last):
        return Written(last, f"{module}:{last}")
    return Written(name, module) if not _is_bound(context, scope, name.partition(".")[0]) else None


def _is_hidden(scope: Scope, name: str) -> bool:
    """Whether a function around a place has a name of its own in place of the module's."""
    current: Scope | None = scope
    while current is not None and current.parent is not None:
        if name in current.names:
            return True
        current = current.parent
    return False


def free_name(context: FixContext, scope: Scope, *wishes: str) -> str:
    """The first of `wishes` that nothing in the scope, or around it, is called; else the first with a number."""
    taken: set[str] = set()
    current: Scope | None = scope
    while current is not None:
        taken |= set(current.names)
        current = current.parent
    for wish in wishes:
        if wish not in taken:
            return wish
    return next(f"{wishes[0]}{number}" for number in range(2, 1000) if f"{wishes[0]}{number}" not in taken)


def is_taken(context: FixContext, scope: Scope, name: str) -> bool:
    """Whether the program gives a builtin's name another meaning."""
    return _is_bound(context, scope, name)


def _paths(context: FixContext, name: str) -> list[str]:
    """The public dotted paths of a class, as seen from `import` of its package."""
    entry = context.flow.catalogue.exception(name)
    return [name, *(entry.aliases if entry is not None else [])]


def _means(context: FixContext, scope: Scope, text: str, name: str) -> bool:
    """Whether `text`, written in the scope, is the class: its first name is bound, or it is a builtin."""
    head, *rest = text.split(".")
    if rest and not _is_bound(context, scope, head):
        return False
    values = context.flow.evaluator.name(scope, head)
    for part in rest:
        values = tuple(v for value in values for v in context.flow.evaluator.attribute(value, part))
    return values == (Dotted(name),) and (bool(rest) or "." not in name)


def _is_bound(context: FixContext, scope: Scope, name: str) -> bool:
    """Whether a name is bound when the program runs: not only for type checkers."""
    current: Scope | None = scope
    while current is not None:
        if name in current.names:
            return current.parent is not None or name not in context.typing_names
        current = current.parent
    return False


def _local_names(context: FixContext, scope: Scope, name: str) -> Iterator[str]:
    """The names, or module aliases and attributes, by which the module already imports a class."""
    for imported in context.module.scope.unit.imports:
        values = context.flow.evaluator.imported(context.module, imported)
        if imported.name and values == (Dotted(name),) and _is_bound(context, scope, imported.binding):
            yield imported.binding
        for value in values:
            if isinstance(value, Dotted):
                tails = [path.removeprefix(value.name + ".") for path in _paths(context, name)]
                for tail in tails:
                    if tail not in _paths(context, name) and _means(context, scope, f"{imported.binding}.{tail}", name):
                        yield f"{imported.binding}.{tail}"
