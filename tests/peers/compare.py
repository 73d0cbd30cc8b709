"""What hangup and its neighbours find in the same small programs: ruff, pylint, flake8-bugbear, basedpyright.

    python tests/peers/compare.py --venv /tmp/neighbours [--write]

The virtual environment is made where it is missing, and the neighbours are installed into it. Each program of
`examples/` marks the lines that a person should be told about (`# bad: why`); a tool has found a line when one of its
findings, of the rules that have to do with this field, is there. `--write` keeps what they found in `found.json`, and
writes the tables of `server/hangup/rules/README.md`, which `tests/test_peers.py` compares with what hangup finds now.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import hangup
from hangup.syntax.source import Source
from hangup.workspace.settings import Settings
from hangup.workspace.workspace import Workspace

HERE = Path(__file__).parent
EXAMPLES = HERE / "examples"
FOUND = HERE / "found.json"
PAGE = Path(hangup.__file__).parent / "rules" / "README.md"
BEGIN, END = "<!-- begin: neighbours -->\n", "<!-- end -->"
PACKAGES = (
    "ruff",
    "pylint",
    "flake8",
    "flake8-bugbear",
    "basedpyright",
    "requests",
    "httpx",
    "redis",
    "PyMySQL",
    "urllib3",
    "tenacity",
)

RUFF = "S113,BLE001,S110,S112,ASYNC,B012,B014,B025,B030,E722,UP024,UP041,PLW0711"
PYLINT = "W3101,E0701,E0710,E0712,E1101,W0150,W0702,W0705,W0706,W0711,W0718"
PYRIGHT = ("reportUnusedExcept", "reportAttributeAccessIssue", "reportPossiblyUnbound", "reportGeneralTypeIssues")

Findings = dict[str, list[int]]
"""File of `examples/` to the lines, from 1, that a tool reports."""


def examples() -> dict[str, str]:
    """The programs by name."""
    return {path.name: path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*.py"))}


def marked(text: str) -> dict[int, str]:
    """The lines, from 1, that are to be found, with the reason."""
    lines = enumerate(text.split("\n"), 1)
    return {number: match.group(1) for number, line in lines if (match := re.search(r"# bad: (.+)$", line))}


def of_hangup() -> Findings:
    """What hangup finds, hints left out but for dropped errors, which are one by default."""
    found: Findings = {}
    for name, text in examples().items():
        workspace = Workspace(Settings())
        workspace.update(name, Source.from_text(text))
        lines = workspace.document(name).source.lines
        shown = (f for f in workspace.findings(name) if f.severity != "hint" or f.code == "HUP205")
        found[name] = sorted({lines.line_of(f.start) + 1 for f in shown})
    return found


def of_neighbours(bin_: Path) -> dict[str, Findings]:
    """What each of the neighbours finds."""
    ruff = _run(bin_ / "ruff", "check", "--isolated", "--preview", "--output-format=json", f"--select={RUFF}", ".")
    rows = json.loads(ruff)
    tools = {"ruff": _by_file((Path(row["filename"]).name, row["location"]["row"]) for row in rows)}
    text = _run(
        bin_ / "pylint",
        "--disable=all",
        f"--enable={PYLINT}",
        "--output-format=json",
        "--rcfile=/dev/null",
        *examples(),
    )
    tools["pylint"] = _by_file((row["path"], row["line"]) for row in json.loads(text))
    text = _run(bin_ / "flake8", "--isolated", "--select=B", ".")
    places = re.findall(r"^(?:\./)?([\w.]+):(\d+):", text, re.MULTILINE)
    tools["flake8-bugbear"] = _by_file((name, _clause(name, int(line))) for name, line in places)
    text = _run(bin_ / "basedpyright", "--outputjson", "--pythonpath", str(bin_ / "python"), ".")
    found = [row for row in json.loads(text)["generalDiagnostics"] if row.get("rule") in PYRIGHT]
    tools["basedpyright"] = _by_file((Path(row["file"]).name, row["range"]["start"]["line"] + 1) for row in found)
    return tools


def _clause(name: str, line: int) -> int:
    """B025 stands at the `try`: the last marked line of that statement is meant."""
    lines = examples()[name].split("\n")
    if lines[line - 1].strip() != "try:":
        return line
    end = next((n for n in range(line, len(lines)) if lines[n].startswith("def ")), len(lines))
    return max((n for n in marked(examples()[name]) if line < n <= end), default=line)


def _by_file(places: Iterator[tuple[str, int]]) -> Findings:
    found: dict[str, set[int]] = {name: set() for name in examples()}
    for name, line in places:
        found[name].add(line)
    return {name: sorted(lines) for name, lines in found.items()}


def _run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], cwd=EXAMPLES, capture_output=True, text=True).stdout


def table(found: dict[str, Findings], versions: dict[str, str]) -> str:
    """The table: one row for each program, and what every tool misses, or reports beside."""
    tools = ["hangup", *(name for name in found if name != "hangup")]
    heads = [name if name == "hangup" else f"{name} {versions[name]}" for name in tools]
    lines = ["| program | to find | " + " | ".join(heads) + " |", "|---|---|" + "---|" * len(tools)]
    total = dict.fromkeys(tools, 0)
    beside = dict.fromkeys(tools, 0)
    wanted = {name: marked(text) for name, text in examples().items()}
    for name, bad in wanted.items():
        cells = [len(set(found[tool][name]) & set(bad)) for tool in tools]
        for tool, cell in zip(tools, cells, strict=True):
            total[tool] += cell
            beside[tool] += len(set(found[tool][name]) - set(bad))
        link = f"[{name.removesuffix('.py').replace('_', ' ')}](../../../tests/peers/examples/{name})"
        lines.append(f"| {link} | {len(bad)} | " + " | ".join(map(str, cells)) + " |")
    everything = sum(map(len, wanted.values()))
    lines.append(f"| all | {everything} | " + " | ".join(str(total[tool]) for tool in tools) + " |")
    lines.append("| reported beside | | " + " | ".join(str(beside[tool]) for tool in tools) + " |")
    lines += [
        "",
        "Line by line:",
        "",
        "| program | what is bad | " + " | ".join(tools) + " |",
        "|---|---|" + "---|" * len(tools),
    ]
    for name, bad in wanted.items():
        for number, why in bad.items():
            marks = ["yes" if number in found[tool][name] else "" for tool in tools]
            lines.append(f"| {name.removesuffix('.py')}:{number} | {why} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def current() -> str:
    """The table as it has to be: hangup as it is now, the neighbours as they were when they were last run."""
    kept = json.loads(FOUND.read_text("utf-8"))
    return table({"hangup": of_hangup(), **kept["found"]}, kept["versions"])


def _versions(bin_: Path) -> dict[str, str]:
    rows = json.loads(_run(bin_ / "python", "-m", "pip", "list", "--format=json"))
    return {row["name"]: row["version"] for row in rows if row["name"] in PACKAGES}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    bin_ = options.venv.resolve() / "bin"
    if not (bin_ / "basedpyright").exists():
        venv.create(options.venv, with_pip=True)
        subprocess.run([bin_ / "python", "-m", "pip", "install", "-q", *PACKAGES], check=True)
    found, versions = of_neighbours(bin_), _versions(bin_)
    if options.write:
        FOUND.write_text(json.dumps({"versions": versions, "found": found}, indent=1) + "\n", "utf-8")
        head, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(head + BEGIN + current() + END + rest.partition(END)[2], "utf-8")
    print(table({"hangup": of_hangup(), **found}, versions))
    return 0


if __name__ == "__main__":
    sys.exit(main())
