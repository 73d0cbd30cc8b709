"""The JSON schema of the settings, for editors that help to write `[tool.hangup]`."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from hangup.workspace.settings import RetrySettings, Settings

_ENTRY = re.compile(r"(?:^|(?<=[.;] ))([a-z_]+(?:, [a-z_]+)*): ")


def settings_schema() -> dict[str, Any]:
    """The schema, with what the settings' own documentation says of each key."""
    schema = msgspec.json.schema(Settings)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "hangup's settings", **schema}
    for kind in (Settings, RetrySettings):
        table = schema["$defs"][kind.__name__]
        table["description"] = (kind.__doc__ or "").strip().partition("\n")[0]
        for name, text in _described(kind.__doc__ or "").items():
            key = name.replace("_", "-")
            if key in table["properties"]:
                table["properties"][key]["description"] = text
    return schema


def _described(documentation: str) -> dict[str, str]:
    """`name: sentence. other: sentence.` of a docstring, taken apart."""
    text = " ".join(documentation.partition("\n\n")[2].split())
    found = list(_ENTRY.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    described: dict[str, str] = {}
    for match, end in zip(found, ends, strict=True):
        for name in match.group(1).split(", "):
            described[name] = text[match.end() : end].strip().removesuffix(";")
    return described
