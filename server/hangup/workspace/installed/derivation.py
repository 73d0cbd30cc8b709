"""From the source of an installed package to what a knowledge file would say of it.

What its functions raise is worked out as for the project's own: the measured failures of the libraries that it calls,
less what it handles itself. Pure: modules in, knowledge out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from hangup.flow.analysis import Flow
from hangup.flow.effects import Failures
from hangup.flow.exposure import Exposure
from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.schema import Alias, Call, Class, ExceptionClass, Header, Pack, Phase
from hangup.resolve.project import Module, Project, Scope
from hangup.resolve.values import Defined, Dotted, ProjectInstance, Value
from hangup.workspace.installed.notation import Notation

_STEPS = 12
_PHASES: list[Phase] = ["connect", "send", "receive", "body"]
_PROTOCOLS = {"__enter__", "__exit__", "__aenter__", "__aexit__", "__iter__", "__next__", "__aiter__", "__anext__"}


def derive(header: Header, modules: Mapping[str, Module], catalogue: Catalogue) -> Pack:
    """The knowledge of a package.

    header: who the pack is to speak for. modules: its modules by name. catalogue: what is known of the libraries that
    it is built on. The pack is empty but for its header if nothing in the package can fail on the network.
    """
    return _Derivation(header, modules, catalogue).pack()


class _Derivation:
    def __init__(self, header: Header, modules: Mapping[str, Module], catalogue: Catalogue) -> None:
        self._header = header
        self._project = Project(modules)
        self._flow = Flow(self._project, catalogue)
        self._exposure = Exposure(self._flow)
        self._notation = Notation()
        self._calls: list[Call] = []
        self._classes: dict[str, Class] = {}
        self._exceptions: dict[str, ExceptionClass] = {}

    def pack(self) -> Pack:
        for module in self._project:
            for scope in self._public(module.scope):
                if scope.unit.kind == "class":
                    self._add_class(scope)
                else:
                    self._add_function(scope)
        if not any(call.raises for call in self._calls):
            return Pack(library=self._header)
        return Pack(
            library=self._header,
            exceptions=self._exceptions,
            aliases=self._aliases(),
            classes=self._classes,
            calls=self._calls,
        )

    def _public(self, scope: Scope) -> Iterator[Scope]:
        """The functions and classes that others can get at, also those of a class."""
        for child in scope.children:
            if child.unit.kind == "lambda" or "<" in child.unit.name:
                continue
            yield child
            if child.unit.kind == "class":
                yield from self._public(child)

    def _add_class(self, scope: Scope) -> None:
        name = self._notation.name(scope)
        identity = self._flow.classes.identify(Defined(scope))
        bases = [self._notation.class_name(each) for each in self._direct_bases(scope)]
        if identity is not None and self._flow.classes.is_exception(identity):
            self._exceptions[name] = ExceptionClass(bases=bases or ["Exception"])
            return
        attributes: dict[str, str] = {}
        for attribute in self._attribute_names(scope):
            values = self._flow.evaluator.attribute(ProjectInstance(scope), attribute)
            written = self._notation.written(values)
            if written is not None:
                attributes[attribute] = written
        entered = iterated = None
        for value in self._flow.evaluator.members.entered(ProjectInstance(scope)):
            entered = self._notation.written((value,))
        found = self._flow.evaluator.attribute(ProjectInstance(scope), "__iter__")
        for method in found:
            if isinstance(method, Defined):
                elements = [self._flow.evaluator.element(each) for each in self._flow.evaluator.result(method.scope)]
                iterated = self._notation.written(tuple(value for each in elements for value in each))
        self._classes[name] = Class(
            bases=bases, attributes=attributes, enter=entered if entered != name else None, iterate=iterated
        )
        constructors = [
            value.scope
            for value in self._flow.evaluator.attribute(ProjectInstance(scope), "__init__")
            if isinstance(value, Defined)
        ]
        raised = self._failures(constructors[0]) if constructors else {}
        self._calls.append(Call(match=[name], raises=self._cells(raised), returns=name, phase=_PHASES, blocking=True))

    def _add_function(self, scope: Scope) -> None:
        owner = scope.owner
        name = f"{self._notation.name(owner)}#{scope.unit.name}" if owner is not None else self._notation.name(scope)
        raised = self._cells(self._failures(scope))
        returned = self._notation.written(self._flow.evaluator.result(scope))
        kinds = self._notation.decorators(scope)
        if scope.unit.yields and raised:
            returned = self._items(name, raised, returned, managed="contextmanager" in " ".join(kinds))
            raised = {}
        is_property = not kinds.isdisjoint({"property", "cached_property"})
        if is_property and not raised:
            return  # it is an attribute of its class
        names = [name]
        if owner is not None and not kinds.isdisjoint({"classmethod", "staticmethod"}):
            names.append(name.replace("#", "."))
        self._calls.append(
            Call(
                match=names,
                raises=raised,
                returns=returned,
                awaitable=scope.unit.is_async and not scope.unit.yields,
                property=is_property,
                phase=_PHASES if raised or scope.unit.name in _PROTOCOLS else [],
                blocking=not scope.unit.is_async,
            )
        )

    def _items(self, name: str, raised: dict[str, str | list[str]], returned: str | None, *, managed: bool) -> str:
        """The type of what a generator function gives: its errors rise where that is iterated over, or entered."""
        element = returned.removeprefix("list[").removesuffix("]") if returned is not None else None
        made = f"{name.replace('#', '.')}:{'context' if managed else 'items'}"
        self._classes[made] = Class(enter=element) if managed else Class(iterate=element)
        methods = ("__enter__", "__aenter__") if managed else ("__iter__", "__aiter__", "__next__", "__anext__")
        self._calls.append(Call(match=[f"{made}#{method}" for method in methods], raises=raised, phase=_PHASES))
        return made

    def _failures(self, scope: Scope) -> Failures:
        explicit = self._flow.escapes.of(scope).explicit
        errors = {name: explicit[name] for name in self._flow.connectivity(explicit)} if explicit else {}
        for name, faults in self._exposure.of(scope, _STEPS).errors.items():
            errors[name] = errors.get(name, frozenset()) | faults
        return errors

    def _cells(self, failures: Failures) -> dict[str, str | list[str]]:
        """The failures, fault by fault."""
        cells: dict[str, set[str]] = {}
        for name, faults in failures.items():
            scope = self._flow.classes.scope(name)
            written = self._notation.name(scope) if scope is not None else name
            for fault in faults:
                if "[" not in written:
                    cells.setdefault(fault, set()).add(written)
        return {fault: sorted(names) for fault, names in sorted(cells.items())}

    def _direct_bases(self, scope: Scope) -> list[Value]:
        if scope.definition is None or scope.parent is None:
            return []
        values = [v for base in scope.definition.bases for v in self._flow.evaluator.values(scope.parent, base)]
        return [v for v in values if isinstance(v, Dotted) or (isinstance(v, Defined) and v.scope.unit.kind == "class")]

    def _attribute_names(self, scope: Scope) -> list[str]:
        names = [name for name in scope.names if "." not in name and "[" not in name]
        for method in scope.children:
            if method.unit.kind == "function" and method.unit.parameters:
                own = method.unit.parameters[0].name + "."
                names += [name.removeprefix(own) for name in method.names if name.startswith(own)]
        return [name for name in dict.fromkeys(names) if name.isidentifier()]

    def _aliases(self) -> dict[str, str | Alias]:
        """The other names of what the pack lists: what modules import, and methods of objects that they hold."""
        found: dict[str, str | Alias] = {}
        for module in self._project:
            own = {child.unit.name for child in module.scope.children}
            for name in module.scope.names:
                if name in own or not name.isidentifier():
                    continue
                for value in self._flow.evaluator.name(module.scope, name):
                    found.update(self._alias(f"{module.name}.{name}", value))
            for each in module.scope.unit.imports:
                if each.name == "*":
                    found |= self._starred(module, module.absolute(each.module, each.level))
        return found

    def _starred(self, module: Module, origin: str) -> dict[str, str]:
        other = self._project.modules.get(origin)
        names = other.scope.names if other is not None else {}
        found: dict[str, str] = {}
        for name in names:
            if name.isidentifier() and not name.startswith("_"):
                for value in self._flow.evaluator.name(other.scope, name) if other is not None else ():
                    found.update(self._alias(f"{module.name}.{name}", value))
        return found

    def _alias(self, name: str, value: Value) -> Iterator[tuple[str, str]]:
        listed = self._listed
        if isinstance(value, Defined):
            target = self._notation.name(value.scope)
            if value.receiver is not None and value.scope.owner is not None:
                target = f"{self._notation.name(value.scope.owner)}.{value.scope.unit.name}"
            if target != name and (target in listed or target in self._classes or target in self._exceptions):
                yield name, target
        elif isinstance(value, ProjectInstance) and (target := self._notation.name(value.of)) in self._classes:
            for method in listed:
                owner, _, last = method.partition("#")
                if owner == target and last:
                    yield f"{name}.{last}", f"{owner}.{last}"
        elif isinstance(value, Dotted) and value.name != name and self._flow.catalogue.file_of(value.name) is not None:
            known = self._flow.catalogue
            if known.exception(value.name) or known.class_(value.name) or known.calls(value.name):
                yield name, value.name

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(name for call in self._calls for name in call.match)


def is_telling(pack: Pack) -> bool:
    """Whether a pack says anything."""
    return bool(pack.calls)
