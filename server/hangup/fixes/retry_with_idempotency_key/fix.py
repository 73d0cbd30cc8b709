"""Tries a request that must not be done twice again, with one idempotency key for all attempts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hangup.facts.expressions import Call, Expression
from hangup.fixes.arguments import append_argument
from hangup.fixes.backoff import counted, manner
from hangup.fixes.fix import Fix, FixContext, FixMaker
from hangup.fixes.naming import free_name, is_taken, write_function
from hangup.fixes.retrial import Retrial, is_unsafe, retrial
from hangup.fixes.statements import Place, place_of
from hangup.syntax.edits import Edit, apply
from hangup.syntax.tree import Node, enclosing, node_at, parse

NAME = "retry-with-idempotency-key"
HEADER = "Idempotency-Key"
_HEADERS = frozenset({"aiohttp", "httpx", "niquests", "requests", "urllib3"})
"""The libraries whose calls take a parameter `headers`, by the first part of their names."""
_BEFORE_HEADERS = 4
"""Positional arguments that urllib3 has before `headers`; the others have fewer, or take it by keyword alone."""


def make(context: FixContext) -> Iterator[Fix]:
    """One fix: a key that is made once, before the loop of attempts, and sent with each of them."""
    retry = retrial(context)
    call = retry.hole.site.expression if retry is not None else None
    if retry is None or not isinstance(call, Call) or is_taken(context, retry.hole.scope, "str"):
        return
    key = free_name(context, retry.hole.scope, "idempotency_key", "request_key")
    edits = list(_sent(context, retry, call, key))
    place = _after(retry.place, edits) if edits else None
    if place is None:
        return
    lines, modules = counted(context, replace(retry, place=place))
    uuid4 = write_function(context, retry.hole.scope, "uuid", "uuid4")
    lines = [f"{key} = str({uuid4.text}())", place.indent + lines[0], *lines[1:]]
    length = len(place.source.data) - len(context.source.data)
    whole = place.edit(lines)
    edit = Edit(whole.start, whole.end - length, whole.text)
    words = f"Retry up to {context.policy.attempts} times with one idempotency key, {manner(context)}"
    fix = retry.fix(context, NAME, words, [""], [*modules, uuid4.module])
    yield Fix(words, (*fix.edits[:-1], edit), NAME, applicability="unsafe")


def _sent(context: FixContext, retry: Retrial, call: Call, key: str) -> Iterator[Edit]:
    """The edits that give the call the key; none where it is not known how, or where it may have one."""
    names = {qualified for qualified, _ in retry.hole.effect.entries}
    packages = {name.partition(".")[0] for name in names}
    positional = [each for each in call.arguments if each.keyword is None]
    end = retry.hole.scope.start + call.end
    if call.has_splat("**") or call.has_splat("*"):
        return
    if packages == {"stripe"} and not any(entry.idempotent for _, entry in retry.hole.effect.entries):
        if call.keyword("idempotency_key") is None and "StripeService" not in "".join(names):
            yield from append_argument(context.source, context.tree, end, f"idempotency_key={key}")
    elif (
        retry.unsafe == 1
        and is_unsafe(retry.hole.site, retry.hole.effect)
        and packages
        and packages <= _HEADERS
        and len(positional) <= _BEFORE_HEADERS
    ):
        given = call.keyword("headers")
        if given is None and packages == {"urllib3"} and any("#" in name for name in names):
            return  # headers of a call take the place of those of the pool
        if given is None:
            yield from append_argument(context.source, context.tree, end, f'headers={{"{HEADER}": {key}}}')
        else:
            yield from _one_more(context, retry, given, key)


def _one_more(context: FixContext, retry: Retrial, given: Expression, key: str) -> Iterator[Edit]:
    """The key among headers that are written out where the call is."""
    start, end = retry.hole.scope.start + given.start, retry.hole.scope.start + given.end
    node = enclosing(node_at(context.tree, start, end), "dictionary")
    if node is None or (node.start_byte, node.end_byte) != (start, end) or b"dempoten" in (node.text or b""):
        return
    pairs = [child for child in node.named_children if child.type != "comment"]
    if not pairs:
        yield Edit(end - 1, end - 1, f'"{HEADER}": {key}')
        return
    last, comma = pairs[-1], _comma(pairs[-1])
    at = comma.end_byte if comma is not None else last.end_byte
    if last.end_point.row == node.end_point.row:
        yield Edit(at, at, f'{"" if comma is not None else ","} "{HEADER}": {key}')
        return
    lines = context.source.lines
    indent = " " * len(lines.text(lines.line_of(last.start_byte))[: last.start_point.column])
    if comma is None:
        yield Edit(at, at, ",")
    after = lines.end(lines.line_of(last.end_byte))
    yield Edit(after, after, f'{context.source.newline}{indent}"{HEADER}": {key},')


def _comma(node: Node) -> Node | None:
    after = node.next_sibling
    return after if after is not None and after.type == "," else None


def _after(place: Place, edits: list[Edit]) -> Place | None:
    """The place of the statement in the text that the edits give."""
    source = apply(place.source, edits)
    at = place.nodes[0].start_byte
    return place_of(source, parse(source), at, at + 1)


FIX = FixMaker(NAME, frozenset({"HUP101"}), 29, make)
