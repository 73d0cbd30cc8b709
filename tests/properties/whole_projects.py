"""Every fix of every finding in whole projects: `python tests/properties/whole_projects.py FOLDER...`.

A folder is the source of one project, such as an unpacked archive from the package index. For each fix that is offered:

- the result parses, and whatever was there before is still there, in its order;
- its finding is gone, no other has come, and the same is not offered again;
- `ruff format` leaves the file alone if it did so before, and `ruff check` finds nothing that it did not find before.

`--most N` takes N findings of a file at most, `--no-style` leaves ruff out. It prints a table, each failure, and ends
with 1 if there is one.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hangup.fixes.fix import Fix
from hangup.ide.offers import fixes_for
from hangup.rules.finding import Finding
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.workspace.settings import Settings
from hangup.workspace.workspace import Workspace

SETTINGS = Settings(dependencies=["tenacity", "stamina", "backoff"], include_tests=True)
NARROWING = {"unwrap-real-cause", "raise-the-last-error", "retry-on-what-is-raised"}
"""A class that a library has stands for what was meant; it may leave other failures of the call to be found."""
KEEPING = ("wrap", "retry-with", "ignore", "add-except")
"""What the names of fixes begin with that only put something around, or beside, what is there."""
_WIDTHS = (88, 79, 100, 120)
_LARGEST = 200_000


@dataclass
class Tally:
    """What has been tried of a project, and what has failed: the kind of failure with the place and the text."""

    files: int = 0
    findings: int = 0
    fixes: Counter[str] = field(default_factory=Counter)
    styled: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Styled:
    """A text before or after a fix, kept for ruff: `fixed` by what was made of it."""

    name: str
    source: Source
    fixed: dict[str, bytes] = field(default_factory=dict)


Seen = Counter[tuple[str, str]]


def seen(workspace: Workspace, path: str) -> Seen:
    """The findings of a file by their rule and the text of their line, which stays when the line moves."""
    source = workspace.document(path).source
    return Counter((finding.code, line_of(source, finding)) for finding in workspace.findings(path))


def codes(found: Seen) -> Counter[str]:
    """The findings by rule. The read of a body has a rule of its own as soon as the call before it is guarded."""
    return Counter("HUP101" if code == "HUP103" else code for code, _ in found.elements())


def line_of(source: Source, finding: Finding) -> str:
    """The text of the line where a finding begins."""
    return source.lines.text(source.lines.line_of(finding.start)).strip().decode("utf-8", "replace")


def parses(source: Source) -> bool:
    """Whether Python takes a text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source.data)
    except (SyntaxError, ValueError):
        return False
    return True


def holds(text: bytes, part: bytes) -> bool:
    """Whether all but the white space and semicolons of one text is in another, in order."""
    rest = iter(text.translate(None, b" \t\r\n\f;\\"))
    return all(byte in rest for byte in part.translate(None, b" \t\r\n\f;\\"))


def wrongs(workspace: Workspace, path: str, source: Source, finding: Finding, fix: Fix, before: Seen) -> Iterator[str]:
    """What is wrong with a fix, in words; the workspace is as before afterwards."""
    fixed, line = apply(source, fix.edits), line_of(source, finding)
    if not parses(fixed):
        yield "does not parse"
        return
    if fix.name.startswith(KEEPING) and not holds(fixed.data, source.data):
        yield "loses something"
    workspace.update(path, fixed)
    after = seen(workspace, path)
    key = (finding.code, line)
    if fix.kind == "quickfix":
        if after[key] >= before[key]:
            yield "leaves its finding"
        again = [each for each in workspace.findings(path) if (each.code, line_of(fixed, each)) == key]
        offered = [other for each in again for other in fixes_for(workspace, path, each)]
        if before[key] == 1 and any(other.title == fix.title for other in offered):
            yield "is offered again"
    new = codes(after) - codes(before)
    new = Counter({code: n for code, n in new.items() if not code.startswith("HUP3") and code != "HUP901"})
    if new and fix.name not in NARROWING:
        yield f"brings {', '.join(new)}"
    workspace.update(path, source)


def project(folder: Path, most: int) -> tuple[Tally, list[Styled]]:
    """Try every fix of a project."""
    tally, texts, workspace = Tally(), [], Workspace(SETTINGS)
    sources: dict[str, Source] = {}
    for path in sorted(folder.rglob("*.py")):
        source = Source.from_bytes(path.read_bytes())
        if path.is_file() and len(source.data) <= _LARGEST and parses(source):
            sources[path.relative_to(folder).as_posix()] = source
    for name, source in sources.items():
        workspace.update(name, source)
    tally.files = len(sources)
    for name, source in sources.items():
        found, before = workspace.findings(name), seen(workspace, name)
        styled = Styled(name, source)
        for finding in found[:most]:
            tally.findings += 1
            for fix in fixes_for(workspace, name, finding):
                tally.fixes[fix.name] += 1
                place = f"{folder.name}/{name}: {finding.code} {line_of(source, finding)!r}: {fix.title}"
                for wrong in wrongs(workspace, name, source, finding, fix, before):
                    tally.failures.append((f"{fix.name} {wrong}", place))
                styled.fixed[place] = apply(source, fix.edits).data
        if styled.fixed:
            texts.append(styled)
    return tally, texts


def style(tally: Tally, texts: list[Styled]) -> None:
    """Compare what ruff says of the texts before and after the fixes."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        names: dict[str, tuple[str, str]] = {}
        for number, text in enumerate(texts):
            (root / f"b{number}.py").write_bytes(text.source.data)
            for index, (place, data) in enumerate(text.fixed.items()):
                names[f"a{number}_{index}.py"] = (f"b{number}.py", place)
                (root / f"a{number}_{index}.py").write_bytes(data)
        tally.styled = len(names)
        for width in _WIDTHS:
            moved = reformatted(root, width)
            for name, (original, place) in names.items():
                if original not in moved and name in moved and not is_wider(root / name, root / original, width):
                    tally.failures.append((f"ruff format ({width})", place))
        found = violations(root)
        for name, (original, place) in names.items():
            new = found.get(name, set()) - found.get(original, set())
            if new:
                tally.failures.append((f"ruff check: {', '.join(sorted(new))}", place))


def is_wider(after: Path, before: Path, width: int) -> bool:
    """Whether a text has lines that another has not and that do not fit: a message may not."""
    old = set(before.read_text("utf-8", "replace").split("\n"))
    return any(len(line) > width for line in after.read_text("utf-8", "replace").split("\n") if line not in old)


def reformatted(root: Path, width: int) -> set[str]:
    """The files that ruff would lay out in another way."""
    command = [sys.executable, "-m", "ruff", "format", "--check", "--isolated", "--line-length", str(width), str(root)]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = (line for line in done.stdout.splitlines() if line.startswith("Would"))
    return {Path(line.rpartition(": ")[2]).name for line in lines}


def violations(root: Path) -> dict[str, set[str]]:
    """What ruff finds with its default rules: the codes of each file.

    An import of a class that was replaced may be left over, and one for type checkers alone may now be there twice.
    """
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--ignore", "F401,F811", "--output-format", "json"]
    done = subprocess.run([*command, str(root)], capture_output=True, text=True)
    found: dict[str, set[str]] = {}
    for each in json.loads(done.stdout):
        found.setdefault(Path(each["filename"]).name, set()).add(each["code"] or "syntax")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--most", type=int, default=10_000, help="so many findings of a file")
    parser.add_argument("--no-style", action="store_true", help="without ruff")
    options = parser.parse_args()
    failures: list[tuple[str, str]] = []
    total: Counter[str] = Counter()
    print(f"{'project':40} {'files':>6} {'findings':>9} {'fixes':>7} {'failures':>9}")
    for folder in options.folders:
        tally, texts = project(folder, options.most)
        if not options.no_style:
            style(tally, texts)
        failures += tally.failures
        total += tally.fixes
        row = (tally.files, tally.findings, tally.fixes.total(), len(tally.failures))
        print(f"{folder.name:40} {row[0]:6} {row[1]:9} {row[2]:7} {row[3]:9}", flush=True)
    print(", ".join(f"{name} {count}" for name, count in sorted(total.items())))
    for kind, count in Counter(kind for kind, _ in failures).most_common():
        print(f"\n{kind}: {count}")
        for place in [place for each, place in failures if each == kind][:5]:
            print(f"  {place}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
