"""HUP304: the errors that a retry waits for are not those that are raised."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hangup.flow.retries.tried import Retry
from hangup.rules.finding import Finding
from hangup.rules.retry_report import calls, report
from hangup.rules.rule import Context, Rule
from hangup.rules.wording import listed


def check(context: Context, rule: Rule) -> Iterator[Finding]:
    """One finding for each retry with a class that cannot arrive, where that leaves what does arrive without retry."""
    for retry in context.retries:
        if retry.plan is None or not retry.errors.known or retry.errors.excluded or not retry.missed:
            continue
        dead = _dead(context, retry)
        if dead:
            twins = _namesakes(context, retry, dead)
            missed = twins or frozenset(retry.missed)
            written, raised = listed(context.flow, dead), listed(context.flow, missed)
            builtin = "the builtin " if all("." not in name for name in dead) else ""
            message = (
                f"{retry.name} waits for {builtin}{written}, which {calls(retry)} does not raise: "
                f"what it raises is {raised}, and that comes out at once, without another try."
            )
            finding = report(context, rule, retry, message, rule.severity)
            yield msgspec.structs.replace(
                finding,
                names=tuple(sorted(missed)),
                arriving=tuple(sorted(twins)),
                replacement=" ".join(sorted(dead)),
            )


def _dead(context: Context, retry: Retry) -> frozenset[str]:
    """The classes of the list that nothing here raises, as far as that is sure."""
    classes = context.flow.classes
    arriving = {*retry.retried, *retry.missed}
    unmet = {
        name
        for name in retry.errors.classes
        if not any(classes.is_subclass(error, name) or _by_errno(context, error, name) for error in arriving)
    }
    twins = frozenset(name for name in unmet if _namesakes(context, retry, frozenset({name})))
    if twins or retry.opaque or retry.retried or unmet != retry.errors.classes:
        return twins
    return frozenset(unmet) if all(_is_of_network(context, name) for name in unmet) else frozenset()


def _by_errno(context: Context, error: str, name: str) -> bool:
    """Whether an OSError may in truth be of a builtin class below it."""
    return error == "OSError" and "." not in name and context.flow.classes.is_subclass(name, error)


def _is_of_network(context: Context, name: str) -> bool:
    """Whether a class is one that a peer's failure gives, of the language or of a library that was measured."""
    file = context.flow.catalogue.file_of(name)
    if file is None:
        return "." not in name and context.flow.classes.is_subclass(name, "OSError") and name != "OSError"
    measured = context.flow.catalogue.measured(file)
    return any(context.flow.classes.is_subclass(error, name) for error in measured)


def _namesakes(context: Context, retry: Retry, names: frozenset[str]) -> frozenset[str]:
    """The missed classes, and those above them, that share their last name with one of `names`."""
    last = {name.rpartition(".")[2] for name in names}
    above = {base for error in retry.missed for base in context.flow.classes.ancestors(error)}
    return frozenset(name for name in above if name.rpartition(".")[2] in last)


RULE = Rule("HUP304", "retry-misses-error", "warning", "A retry waits for errors that are not the ones raised", check)
