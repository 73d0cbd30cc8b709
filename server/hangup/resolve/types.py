"""The type notation of knowledge files: `requests.Response`, `tuple[A, B]`, `list[A]`, `A | None`."""

from __future__ import annotations

from hangup.knowledge.catalogue import Catalogue
from hangup.resolve.values import NONE, UNKNOWN, Dotted, Instance, Items, Many, Values, join

_ITERABLES = ("list[", "iterator[", "Iterator[", "AsyncIterator[")


def values_of(text: str, catalogue: Catalogue) -> Values:
    """The values that a type describes."""
    text = text.strip()
    if len(options := _split(text, "|")) > 1:
        return join(*(values_of(option, catalogue) for option in options))
    if text == "None":
        return NONE
    if text == "object":
        return UNKNOWN
    if text.startswith("tuple[") and text.endswith("]"):
        return (Items(tuple(values_of(item, catalogue) for item in _split(text[6:-1], ","))),)
    if text.startswith("type[") and text.endswith("]"):
        return (Dotted(catalogue.canonical(text[5:-1])),)
    for opening in _ITERABLES:
        if text.startswith(opening) and text.endswith("]"):
            return (Many(values_of(text[len(opening) : -1], catalogue)),)
    return (Instance(catalogue.canonical(text)),)


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator that stands outside of brackets."""
    if separator not in text:
        return [text]
    parts, depth, start = [], 0, 0
    for index, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == separator and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]
