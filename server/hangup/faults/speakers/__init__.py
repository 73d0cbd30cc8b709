"""One module per protocol, found by being here: its file's name is the protocol's, its `SPEAKER` the class that speaks.

Nothing else belongs in this folder.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from ..speech import Speaker


@functools.cache
def find_speakers() -> dict[str, type[Speaker]]:
    """Return every protocol's class by the protocol's name, in alphabetical order.

    Raises TypeError when a module names no `SPEAKER`.
    """
    found: dict[str, type[Speaker]] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        speaker = getattr(importlib.import_module(f"{__name__}.{module}"), "SPEAKER", None)
        if not (isinstance(speaker, type) and issubclass(speaker, Speaker)):
            raise TypeError(f"the module {module!r} names no SPEAKER")
        found[module] = speaker
    return found
