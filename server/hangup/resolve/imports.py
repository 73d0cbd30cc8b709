"""What imports bind: modules and names of the project, or dotted names of libraries."""

from __future__ import annotations

from hangup.facts.model import Imported
from hangup.resolve.engine import Engine
from hangup.resolve.project import Module
from hangup.resolve.values import Dotted, ProjectModule, Value, Values


class Imports:
    """Follows imports. Keeps nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def bound_by(self, module: Module, imported: Imported) -> Values:
        """What an import binds."""
        target = module.absolute(imported.module, imported.level)
        if imported.name is None:  # import a.b
            return (self._module(imported.binding, module),)
        if imported.name == "":  # import a.b as c
            return (self._module(target, module),)
        return self._engine.attribute(self._module(target, module), imported.name)

    def starred(self, module: Module, name: str) -> Values | None:
        """A name that may come to a module by `from x import *`; None if no star import has it."""
        for imported in module.scope.names.get("*", ()):
            if not isinstance(imported, Imported):
                continue
            value = self._module(module.absolute(imported.module, imported.level), module)
            if isinstance(value, ProjectModule):
                target = self._engine.project.modules.get(value.name)
                if target is not None and target is not module and name in target.scope.names:
                    return self._engine.attribute(value, name)
            elif isinstance(value, Dotted):
                catalogue = self._engine.catalogue
                full = catalogue.canonical(f"{value.name}.{name}")
                if catalogue.exception(full) or catalogue.class_(full) or catalogue.calls(full):
                    return (Dotted(full),)
        return None

    def _module(self, name: str, seen_from: Module) -> Value:
        found = self._engine.project.find(name, seen_from)
        if found is not None:
            return ProjectModule(found.name)
        if not self._engine.catalogue.knows_module(name) and self._engine.project.has_package(name):
            return ProjectModule(name)
        return Dotted(self._engine.catalogue.canonical(name))
