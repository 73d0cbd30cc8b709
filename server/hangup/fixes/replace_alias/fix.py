"""Writes the present name of an exception class in place of a former one."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.fixes.fix import Applicability, Fix, FixContext, FixMaker
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import Written, write_class
from hangup.resolve.values import Dotted
from hangup.syntax.edits import Edit


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the same class under its present name."""
    finding = context.finding
    if finding.replacement is None:
        return
    written = _present(context, finding.replacement)
    imports = add_imports(context.source, context.tree, [written.module])
    edit = Edit(finding.start, finding.end, written.text)
    safe: Applicability = "unsafe" if finding.severity == "information" else "safe"  # WindowsError is not everywhere
    yield Fix(f"Replace by {written.text}", (*imports, edit), "replace-alias", preferred=True, applicability=safe)


def _present(context: FixContext, name: str) -> Written:
    """A builtin by its own name, even where the module imports a former one."""
    if "." in name:
        return write_class(context, context.scope, name)
    is_free = context.flow.evaluator.name(context.scope, name) == (Dotted(name),)
    return Written(name) if is_free else Written(f"builtins.{name}", "builtins")


FIX = FixMaker("replace-alias", frozenset({"HUP206"}), 10, make)
