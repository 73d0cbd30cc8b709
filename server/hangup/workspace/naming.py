"""From the path of a file to the name of its module."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath

_SOURCE_FOLDERS = ("src", "lib", "python")


def module_names(path: PurePosixPath, packages: Collection[PurePosixPath]) -> list[str]:
    """The dotted names under which a file of a workspace can be imported, the best first.

    path: relative to the workspace. packages: the folders that hold an `__init__.py`.
    The best name counts from the folder above the outermost package that holds the file; the others, from the
    workspace and from a source folder, serve namespace packages. Never empty; a script's name may be no identifier.
    """
    parts = list(path.with_suffix("").parts)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    top = path.parent
    depth = len(top.parts)
    while top in packages and depth:
        top, depth = top.parent, depth - 1
    names = [".".join(parts[depth:]), ".".join(parts)]
    if len(parts) > 1 and parts[0] in _SOURCE_FOLDERS:
        names.insert(1, ".".join(parts[1:]))
    return [name for name in dict.fromkeys(names) if name]
