"""`hangup check`: the findings of files and folders, seen in their workspace."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

from hangup.cli.fix import as_diff, fix_all, write
from hangup.cli.report import Reported, as_json, as_text
from hangup.ide.offers import fixes_for
from hangup.workspace.files import find_root, is_excluded, is_test, python_files
from hangup.workspace.loading import load_workspace, read_into
from hangup.workspace.settings import Settings, SettingsError, load, unknown_codes
from hangup.workspace.store import open_store
from hangup.workspace.workspace import Workspace


def check(options: argparse.Namespace) -> int:
    """Report on the paths of a command line; 0, 1 or 2 as the command's exit code."""
    paths: list[Path] = options.paths or [options.root or Path()]
    missing = [path for path in paths if not path.exists()]
    if missing:
        _say(f"{missing[0]}: no such file or folder")
        return 2
    root = (options.root or find_root(paths[0].resolve())).resolve()
    if not root.is_dir():
        _say(f"{root}: is not a folder")
        return 2
    try:
        settings = _settings(root, options)
    except SettingsError as error:
        _say(str(error))
        return 2
    # Nearly all that is made here stays until the end; looking through it again and again took a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000, 5, 2)
    store = open_store(wanted=not options.no_cache)
    named = [path.resolve().relative_to(root).as_posix() for path in paths if path.is_file() and _is_in(path, root)]
    workspace = load_workspace(root, settings, _say, store, named if len(named) == len(paths) else None)
    wanted = list(dict.fromkeys(_wanted(workspace, root, paths)))
    if options.diff or options.fix:
        code = _repair(workspace, root, wanted, options)
        if code is not None:
            store.close()
            return code
    found = [(path, finding) for path in wanted for finding in workspace.findings(path)]
    store.close()
    if options.output_format == "json":
        print(as_json([Reported(workspace, root, p, f, fixes_for(workspace, p, f)) for p, f in found]))
    else:
        print(
            as_text(
                [Reported(workspace, root, path, finding) for path, finding in found], len(wanted), hints=options.hints
            )
        )
    return 1 if any(finding.severity != "hint" for _, finding in found) else 0


def _repair(workspace: Workspace, root: Path, wanted: list[str], options: argparse.Namespace) -> int | None:
    """Make the fixes, or show them; the exit code if that is all there is to do."""
    fixed = fix_all(workspace, wanted, unsafe=options.unsafe_fixes)
    if options.diff:
        print(as_diff(fixed), end="")
        return 1 if fixed else 0
    try:
        write(root, fixed)
    except OSError as error:
        _say(f"{error.filename}: cannot be written: {error.strerror}")
        return 2
    made = sum(each.made for each in fixed)
    _say(f"fixed {made} finding{'' if made == 1 else 's'} in {len(fixed)} file{'' if len(fixed) == 1 else 's'}")
    return None


def _settings(root: Path, options: argparse.Namespace) -> Settings:
    settings = load(root)
    unknown = unknown_codes([*_codes(options.select or ""), *_codes(options.ignore or "")])
    if unknown:
        raise SettingsError(f"no rule's code begins with {unknown[0]!r}")
    if options.select:
        settings = msgspec.structs.replace(settings, select=_codes(options.select), extend_select=[])
    if options.python:
        settings = msgspec.structs.replace(settings, python=str(Path(options.python).absolute()))
    if options.ignore:
        settings = msgspec.structs.replace(settings, ignore=[*settings.ignore, *_codes(options.ignore)])
    return settings


def _codes(text: str) -> list[str]:
    return [code.strip().upper() for code in text.split(",") if code.strip()]


def _wanted(workspace: Workspace, root: Path, paths: list[Path]) -> Iterator[str]:
    """The files to report on. A file that is named is, whatever it is; in a folder tests and excluded files are not."""
    for path in (path.resolve() for path in paths):
        if path.is_file():
            if root not in path.parents:
                _say(f"{path}: is outside of the workspace {root} and is left out")
                continue
            relative = path.relative_to(root).as_posix()
            if relative in workspace or read_into(workspace, root, path, _say):
                yield relative
            continue
        for file in python_files(path):
            if root not in file.parents:
                continue
            pure = PurePosixPath(file.relative_to(root).as_posix())
            if str(pure) not in workspace or is_excluded(pure, workspace.settings.exclude):
                continue
            # A folder of tests that is named is asked for.
            if workspace.settings.include_tests or not is_test(PurePosixPath(file.relative_to(path).as_posix())):
                yield str(pure)


def _is_in(path: Path, root: Path) -> bool:
    return root in path.resolve().parents


def _say(message: str) -> None:
    print(f"hangup: {message}", file=sys.stderr)
