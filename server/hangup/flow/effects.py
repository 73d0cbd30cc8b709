"""What a site does: which library calls it is, which functions of the project it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from hangup.facts.expressions import Attribute, Call, Expression, Name, dotted
from hangup.facts.model import Site
from hangup.flow.harmless import is_everyday, is_harmless
from hangup.flow.sieve import EXHAUSTING, Sieve
from hangup.flow.takers import Takers
from hangup.knowledge.schema import Call as Entry
from hangup.resolve.entries import applicable, is_generator
from hangup.resolve.evaluate import Evaluator
from hangup.resolve.language import RECONNECTING
from hangup.resolve.project import Scope
from hangup.resolve.values import Defined, Dotted, Instance, Many, Method, ProjectInstance, Unknown, Value, Values

Failures = dict[str, frozenset[str]]
"""Exception class to the faults that make it rise."""

_STATE = re.compile(r":\w+")
_ITERATION = {False: ("__iter__", "__next__"), True: ("__aiter__", "__anext__")}
_CONTEXT = {False: ("__enter__", "__exit__"), True: ("__aenter__", "__aexit__")}


class Effect(msgspec.Struct):
    """What one site does.

    name: what is called, as a person would name it (`requests.get`, `Session.get`); empty if it is not known.
    entries: the knowledge entries that hold for it, with the qualified name that matched.
    failures: what those entries raise. callees: the project's functions it runs.
    certain: every receiver was resolved.
    """

    name: str = ""
    entries: list[tuple[str, Entry]] = []
    failures: Failures = {}
    callees: list[Scope] = []
    certain: bool = True
    handed: Call | None = None

    @property
    def is_network(self) -> bool:
        """Whether a knowledge file lists it with something that it raises."""
        return bool(self.failures)


_NONE = Effect()


class Effects:
    """Finds the effect of sites. Good for one state of the project."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._catalogue = evaluator.catalogue
        self.sieve = Sieve(evaluator.project, evaluator.catalogue)
        self.takers = Takers(evaluator)
        self._known: dict[Scope, dict[int, tuple[Site, Effect]]] = {}
        self._opaque: dict[Scope, dict[int, bool]] = {}

    def of(self, scope: Scope, site: Site) -> Effect:
        """The effect of a site that stands in a scope."""
        found = self._in(scope).get(id(site))
        return found[1] if found is not None else _NONE

    def within(self, scope: Scope) -> Iterable[tuple[Site, Effect]]:
        """The sites of a scope that call a library, as its knowledge file has it, or run the project's functions."""
        return self._in(scope).values()

    def is_opaque(self, scope: Scope, site: Site) -> bool:
        """Whether a site may run something unknown, which may raise anything."""
        known = self._opaque.setdefault(scope, {})
        if id(site) not in known:
            call = site.expression
            known[id(site)] = (
                isinstance(call, Call)
                and not is_everyday(call)
                and any(self._is_unknown(function) for function in self._evaluator.values(scope, call.function))
            )
        return known[id(site)]

    def forget(self, scopes: Iterable[Scope]) -> None:
        """Forget what was found in scopes that have changed."""
        for scope in scopes:
            self._known.pop(scope, None)
            self._opaque.pop(scope, None)

    def _in(self, scope: Scope) -> dict[int, tuple[Site, Effect]]:
        known = self._known.get(scope)
        if known is None:
            known = self._known[scope] = {}
            for site in self.sieve.sift(scope):
                effect = self._find(scope, site)
                if effect.entries or effect.callees:
                    known[id(site)] = (site, effect)
        return known

    def _find(self, scope: Scope, site: Site) -> Effect:
        effect = Effect()
        expression = site.expression
        if isinstance(expression, Call) and site.kind in ("call", "iterate") and self._reconnects(scope, expression):
            return effect
        if site.kind == "call" and isinstance(expression, Call):
            functions = self._evaluator.values(scope, expression.function)
            for function in functions:
                self._called(effect, function, expression, scope)
            if not effect.entries and not effect.callees and isinstance(expression.function, Attribute):
                for function in self._inferred(scope, expression.function):
                    self._called(effect, function, expression, scope)
            if not effect.entries and not is_kept(expression, scope):
                self._handed(effect, scope, site, expression)
        elif site.kind == "read" and isinstance(expression, Attribute):
            for owner in self._evaluator.values(scope, expression.value):
                self._read(effect, owner, expression)
        else:
            names = (_ITERATION if site.kind == "iterate" else _CONTEXT)[site.is_async]
            for value in self._evaluator.values(scope, expression):
                self._implied(effect, value, names, expression, scope)
        self._raise(effect)
        return effect

    def _handed(self, effect: Effect, scope: Scope, site: Site, taker: Call) -> None:
        """Add what a library's function raises where it is handed over to somebody who calls it at once."""
        for call in self.takers.calls(scope, taker, awaited=site.awaited):
            for function in self._evaluator.values(scope, call.function):
                if isinstance(function, Dotted | Method):  # the project's own are found by `Callers`
                    self._called(effect, function, call, scope)
                    effect.handed = call

    def _reconnects(self, scope: Scope, call: Call) -> bool:
        """Whether `async for` goes over a call of a client that then connects again by itself."""
        if not any(s.is_async and s.kind == "iterate" and s.expression is call for s in scope.unit.sites):
            return False
        values = self._evaluator.values(scope, call.function)
        return any(isinstance(value, Dotted) and value.name in RECONNECTING for value in values)

    def _inferred(self, scope: Scope, function: Attribute) -> Values:
        """What a method may be by the type of its object that somebody else has inferred."""
        known = self._evaluator.project.inferred.get(scope.module.path)
        path = dotted(function.value) if known else None
        names = known.get((scope.qualified_name, path), ()) if known and path is not None else ()
        owners = [self._catalogue.canonical(name) for name in names]
        return tuple(
            v
            for o in owners
            if self._catalogue.class_(o)
            for v in self._evaluator.attribute(Instance(o), function.name)
        )

    def _is_unknown(self, function: Value) -> bool:
        if isinstance(function, Defined):
            return False
        if isinstance(function, Method) and function.overridden:
            return True
        qualified = function.qualified if isinstance(function, Method) else getattr(function, "name", "")
        measured = self._catalogue.calls(qualified) and not self._catalogue.is_derived(qualified)
        return not measured and not is_harmless(function, self._catalogue)

    def _called(self, effect: Effect, function: Value, call: Call, scope: Scope) -> None:
        if isinstance(function, Dotted):
            self._list_called(effect, function.name, call, scope)
            if function.name in EXHAUSTING and (argument := call.positional(0)) is not None:
                for value in self._evaluator.values(scope, argument):
                    self._implied(effect, value, _ITERATION[False], argument, scope)
            self._indirect(effect, call, scope)
        elif isinstance(function, Instance):
            self._list(effect, f"{function.of}#__call__", call)
            effect.name = dotted(call.function) or effect.name
        elif isinstance(function, Method):
            self._list_called(effect, function.qualified, call, scope)
            effect.certain = effect.certain and not function.overridden
        elif isinstance(function, Defined):
            inner = function.scope
            if self._is_put_off(inner, call, scope):
                return
            effect.callees += [inner] if inner.unit.kind != "class" else self._constructors(inner)
            if function.receiver is not None and _is_on_self(call, scope):
                effect.callees += self._evaluator.members.overriders(function.receiver, inner.unit.name)
            effect.name = effect.name or function.scope.qualified_name
            effect.certain = effect.certain and not inner.unit.declared
        elif isinstance(function, Unknown):
            effect.certain = False

    def _is_put_off(self, function: Scope, call: Call, scope: Scope) -> bool:
        """Whether a call only makes a generator, which is kept or given back: it runs where it is iterated over."""
        if not function.unit.yields or not (is_kept(call, scope) or _is_returned(call, scope)):
            return False
        return any(isinstance(v, Many) and v.made_by is function for v in self._evaluator.result(function))

    def _constructors(self, scope: Scope) -> Iterator[Scope]:
        """The functions that calling a class runs."""
        for name in ("__init__", "__post_init__"):
            for value in self._evaluator.attribute(ProjectInstance(scope), name):
                if isinstance(value, Defined):
                    yield value.scope

    def _read(self, effect: Effect, owner: Value, expression: Attribute) -> None:
        if isinstance(owner, Instance):
            self._list(effect, f"{owner.of}#{expression.name}", expression, reading=True)
        elif isinstance(owner, ProjectInstance):
            for each in self._evaluator.members.order(owner.of):
                if isinstance(each, Scope):
                    found = [child for child in each.children if child.unit.name == expression.name]
                    effect.callees += [child for child in found if _is_property(child)]
                    if found:
                        break

    def _implied(
        self, effect: Effect, value: Value, names: tuple[str, ...], expression: Expression, scope: Scope
    ) -> None:
        for name in names:
            if isinstance(value, Instance):
                self._list(effect, f"{value.of}#{name}", expression)
            elif isinstance(value, ProjectInstance):
                for method in self._evaluator.attribute(value, name):
                    if isinstance(method, Defined):
                        effect.callees.append(method.scope)
        if isinstance(value, Many) and names in _ITERATION.values():
            self._drained(effect, value, expression, scope)

    def _drained(self, effect: Effect, generator: Many, expression: Expression, scope: Scope) -> None:
        """Add what iterating over a generator does; iterated over on the spot, it runs where it is called."""
        functions = self._evaluator.values(scope, expression.function) if isinstance(expression, Call) else ()
        made_by = generator.made_by
        if made_by is not None and not any(isinstance(f, Defined) and f.scope is made_by for f in functions):
            effect.callees.append(made_by)
            effect.name = effect.name or made_by.qualified_name
        names = {f.qualified if isinstance(f, Method) else getattr(f, "name", "") for f in functions}
        if generator.call and generator.call not in names:
            self._list(effect, generator.call, expression)

    def _list_called(self, effect: Effect, qualified: str, call: Call, scope: Scope) -> None:
        """List a library's call, unless it only makes a generator, which is kept or given back."""
        lazy = any(is_generator(entry, qualified) for entry in self._catalogue.calls(qualified))
        if not (lazy and (is_kept(call, scope) or _is_returned(call, scope))):
            self._list(effect, qualified, call)

    def _list(self, effect: Effect, qualified: str, expression: Expression, *, reading: bool = False) -> None:
        for entry in applicable(self._catalogue.calls(qualified), expression, reading=reading):
            effect.entries.append((qualified, entry))
            effect.certain = effect.certain and not self._catalogue.is_derived(qualified)
            if not effect.name:
                effect.name = (_STATE.sub("", qualified) if ":" in qualified else qualified).replace("#", ".")

    def _indirect(self, effect: Effect, call: Call, scope: Scope) -> None:
        """A call that reads one of its arguments to the end raises what that argument's `read` raises."""
        for entry in [entry for _, entry in effect.entries if entry.reads is not None]:
            if entry.reads is None or (argument := call.positional(entry.reads)) is None:
                continue
            values: Values = self._evaluator.values(scope, argument)
            for value in values:
                if isinstance(value, Instance):
                    effect.entries += [
                        (f"{value.of}#read", each)
                        for each in applicable(self._catalogue.calls(f"{value.of}#read"), call)
                    ]

    def _raise(self, effect: Effect) -> None:
        if len(effect.entries) == 1:
            effect.failures = dict(self._catalogue.failures(effect.entries[0][1]))
            return
        for _, entry in effect.entries:
            for name, faults in self._catalogue.failures(entry).items():
                effect.failures[name] = effect.failures.get(name, frozenset()) | faults


def is_kept(call: Call, scope: Scope) -> bool:
    """Whether a variable gets what a call gives, be it through a `cast`."""
    return any(_is(binding.value, call) for binding in scope.unit.bindings)


def _is_returned(call: Call, scope: Scope) -> bool:
    return any(_is(each, call) for each in scope.unit.returns)


def _is(expression: Expression | None, call: Call) -> bool:
    if not isinstance(expression, Call):
        return False
    if (expression.start, expression.end) == (call.start, call.end):
        return True
    name = (dotted(expression.function) or "").rpartition(".")[2]
    return name == "cast" and _is(expression.positional(1), call)


def _is_on_self(call: Call, scope: Scope) -> bool:
    """Whether a method is called on the object that this method belongs to: it may be of a class below."""
    function = call.function
    if scope.owner is None or not scope.unit.parameters or not isinstance(function, Attribute):
        return False
    return isinstance(function.value, Name) and function.value.id == scope.unit.parameters[0].name


def _is_property(scope: Scope) -> bool:
    definition = scope.definition
    names = (
        [getattr(each, "name", None) or getattr(each, "id", "") for each in definition.decorators] if definition else []
    )
    return "property" in names or "cached_property" in names
