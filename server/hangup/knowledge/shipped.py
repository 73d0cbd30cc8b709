"""Knowledge files that installed packages bring with them."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path

GROUP = "hangup.knowledge"


@lru_cache(maxsize=1)
def shipped() -> tuple[Path, ...]:
    """The files that packages name in the entry point group `hangup.knowledge`, as `name = "package:file.toml"`.

    The packages are those beside hangup. They are not imported: only where the file lies is asked for.
    """
    found = []
    for each in entry_points(group=GROUP):
        if each.dist is not None:
            found.append(Path(str(each.dist.locate_file("/".join([*each.module.split("."), each.attr])))))
    return tuple(sorted(found))
