"""What the fixes of retries that a library carries out share: the retry behind a finding, and new arguments for it."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Call
from hangup.fixes.arguments import append_argument
from hangup.fixes.fix import FixContext
from hangup.fixes.imports import add_imports
from hangup.fixes.naming import Written, is_taken, write_function
from hangup.flow.retries.plan import Plan
from hangup.flow.retries.tried import Retry
from hangup.knowledge.retries import Retrier, Term
from hangup.syntax.edits import Edit


def retry_of(context: FixContext) -> Retry | None:
    """The retry that the finding is about, where it is written in this module."""
    for retry in context.context.retries:
        at = (retry.scope.start + retry.start, retry.scope.start + retry.end)
        if at == (context.finding.start, context.finding.end) and retry.scope.module is context.module:
            return retry
    return None


def term_of(context: FixContext, retrier: Retrier, means: str, *, jitter: bool = False) -> str | None:
    """The function of a retrier's library that gives a term: a number of tries, or a wait that grows, by chance."""
    pack = context.flow.catalogue.pack_of(retrier.match[0])
    return next((t.match[0] for t in pack.terms if _is_meant(t, means, jitter)), None) if pack is not None else None


def _is_meant(term: Term, means: str, jitter: bool) -> bool:
    return term.means == means and (
        means != "wait" or (term.waits.manner == "exponential" and term.waits.jitter is jitter)
    )


def write_term(context: FixContext, plan: Plan, name: str) -> Written:
    """How the function of a term is written in the module: as it writes the library's others."""
    module, _, last = name.rpartition(".")
    imports = context.module.scope.unit.imports
    by_name = any(each.name and each.module == module and not each.level for each in imports)
    by_module = any(each.name is None and each.module == module for each in imports)
    if by_name and not by_module and not is_taken(context, plan.scope, last):
        return Written(last, f"{module}:{last}")
    return write_function(context, plan.scope, module, last)


def with_arguments(context: FixContext, plan: Plan, text: str, modules: list[str | None]) -> tuple[Edit, ...]:
    """The edits that give a retry more arguments, and what has to be imported for them."""
    end = plan.scope.start + plan.expression.end
    if isinstance(plan.expression, Call):
        added: Iterator[Edit] = append_argument(context.source, context.tree, end, text)
    else:
        added = iter([Edit(end, end, f"({text})")])
    return (*add_imports(context.source, context.tree, modules), *added)
