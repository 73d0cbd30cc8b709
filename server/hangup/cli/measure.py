"""`hangup knowledge measure`: drives a library against a peer that fails, and fills its knowledge file."""

from __future__ import annotations

import argparse
import difflib
import subprocess
import sys
from pathlib import Path

from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.packs import PackError, index, index_with, read_pack
from hangup.knowledge.schema import Measured, Pack
from hangup.measure.bench import Bench, Outcome
from hangup.measure.cells import Cell, plan
from hangup.measure.comparison import differences, exception_names, resets, shown

CLEAN, DIFFERENT, FAILED = 0, 1, 2
_VERSIONS = (
    "import sys, platform, importlib.metadata as m; print(platform.python_version(), *map(m.version, sys.argv[1:]))"
)


def measure(options: argparse.Namespace) -> int:
    """Run the command.

    Returns 0 if the file says what was seen, 1 if not (with `--write`: if the file was changed), 2 if it could not be
    measured.
    """
    path = _path(options.library)
    if path is None:
        print(
            f"hangup: no file speaks for {options.library!r}; `hangup knowledge list` names them all", file=sys.stderr
        )
        return FAILED
    read_pack.cache_clear()  # the file may have been written since it was last read
    try:
        pack = read_pack(path)
        versions = _versions(options.python, pack)
        cells = _wanted(plan(pack, versions.version if versions else None), options)
    except (PackError, ValueError) as error:
        print(f"hangup: {error}", file=sys.stderr)
        return FAILED
    if not cells:
        print(f"hangup: nothing to measure: no call of {path} has a `drive` (that fits)", file=sys.stderr)
        return FAILED
    if versions is None:
        print(f"hangup: {pack.library.distribution} is not installed for {options.python}", file=sys.stderr)
        return FAILED
    catalogue = Catalogue(index_with([path])[0])
    bench = Bench(pack, exception_names(pack, catalogue), options.python, options.jobs, resets(pack, catalogue))
    outcomes = [each for _ in range(options.repeat) for each in bench.run(cells, _teller(options.verbose))]
    lines = list(dict.fromkeys(differences(pack, catalogue, outcomes)))
    print("\n".join([*lines, _summary(pack, versions, outcomes, lines)]))
    if options.write:
        return _write(path, pack, outcomes, None if options.only or options.fault else versions)
    return DIFFERENT if lines else CLEAN


def _path(library: str) -> Path | None:
    if library.endswith(".toml"):
        return Path(library) if Path(library).is_file() else None
    files = index()
    return files.get(library) or next((path for path in files.values() if path.stem == library), None)


def _wanted(cells: list[Cell], options: argparse.Namespace) -> list[Cell]:
    return [
        cell
        for cell in cells
        if (not options.only or options.only in cell.callable) and (not options.fault or options.fault == cell.fault)
    ]


def _versions(python: str, pack: Pack) -> Measured | None:
    wanted = [] if pack.library.distribution is None else [pack.library.distribution]
    run = subprocess.run([python, "-c", _VERSIONS, *wanted], capture_output=True, text=True, check=False)
    if run.returncode:
        return None
    interpreter, *version = run.stdout.split()
    return Measured(version=version[0] if version else interpreter, python=interpreter)


def _teller(verbose: bool):  # type: ignore[no-untyped-def]
    def tell(outcome: Outcome) -> None:
        if verbose:
            text = f"  {outcome.text}" if outcome.raised else ""
            print(f"{outcome.cell.callable}  {outcome.cell.fault}  {shown(outcome)}{text}", file=sys.stderr, flush=True)

    return tell


def _summary(pack: Pack, versions: Measured, outcomes: list[Outcome], lines: list[str]) -> str:
    reached = [outcome for outcome in outcomes if outcome.stage == "op"]
    names = {outcome.cell.callable for outcome in reached}
    never = sorted({outcome.cell.callable for outcome in outcomes} - names)
    tail = f"; never reached: {', '.join(never)}" if never else ""
    return (
        f"{pack.library.name} {versions.version} on Python {versions.python}: {len(reached)} cells of "
        f"{len(names)} calls measured, {len(lines)} differences{tail}"
    )


def _write(path: Path, pack: Pack, outcomes: list[Outcome], versions: Measured | None) -> int:
    from hangup.measure.fill import filled

    before = path.read_text("utf-8")
    after = filled(before, pack, outcomes, versions)
    if after == before:
        return CLEAN
    path.write_text(after, "utf-8")
    changes = difflib.unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), lineterm="")
    print("\n".join(changes))
    return DIFFERENT
