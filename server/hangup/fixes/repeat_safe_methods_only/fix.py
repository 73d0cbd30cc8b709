"""Takes the methods that must not be repeated out of what a client is told to repeat."""

from __future__ import annotations

from collections.abc import Iterator

from hangup.facts.expressions import Call, Constant, Expression, Sequence
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.plan_edits import retry_of
from hangup.flow.retries.plan import Plan
from hangup.flow.retries.written import argument
from hangup.syntax.edits import Edit

NAME = "repeat-safe-methods-only"
_UNSAFE = ("POST", "PATCH")
_DEFAULTS = {"allowed_methods": "DEFAULT_ALLOWED_METHODS", "method_whitelist": "DEFAULT_METHOD_WHITELIST"}


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: the library's own methods in place of all, or a list without POST and PATCH."""
    retry = retry_of(context)
    plan = retry.plan if retry is not None else None
    if plan is None or not isinstance(plan.expression, Call):
        return
    for setting in plan.retrier.methods:
        given = argument(plan.expression, setting)
        if given is None:
            continue
        start, end = plan.scope.start + given.start, plan.scope.start + given.end
        if isinstance(given, Constant):
            function = plan.expression.function
            name = context.source.slice(plan.scope.start + function.start, plan.scope.start + function.end)
            edit = Edit(start, end, f"{name}.{_DEFAULTS[setting.keyword]}")
            yield Fix(
                "Repeat only the methods that may be repeated", (edit,), NAME, applicability="unsafe", preferred=True
            )
        elif (items := _display(given)) is not None:
            kept = [item for item in items.items if not (isinstance(item, Constant) and item.value in _UNSAFE)]
            first, last = items.items[0], items.items[-1]
            text = ", ".join(_text(context, plan, item) for item in kept)
            if kept:
                edit = Edit(plan.scope.start + first.start, plan.scope.start + last.end, text)
                yield Fix(
                    "Repeat only the methods that may be repeated",
                    (edit,),
                    NAME,
                    applicability="unsafe",
                    preferred=True,
                )


def _display(given: Expression) -> Sequence | None:
    """The display of methods: `["GET", "POST"]`, `frozenset({"GET", "POST"})`."""
    if isinstance(given, Call) and len(given.arguments) == 1:
        given = given.arguments[0].value
    return given if isinstance(given, Sequence) and given.items else None


def _text(context: FixContext, plan: Plan, item: Expression) -> str:
    return context.source.slice(plan.scope.start + item.start, plan.scope.start + item.end)


FIX = FixMaker(NAME, frozenset({"HUP303"}), 10, make)
