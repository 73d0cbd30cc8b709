"""Holds the invariants of server/ARCHITECTURE.md: which package imports which, and who may import a protocol, a
parser, jedi."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import hangup

PACKAGE = Path(hangup.__file__).parent
FLOORS = [
    {"syntax", "knowledge", "faults"},
    {"facts", "measure"},
    {"resolve"},
    {"flow"},
    {"rules"},
    {"fixes", "workspace"},
    {"ide"},
    {"lsp", "cli"},
]
FLOOR = {package: number for number, packages in enumerate(FLOORS) for package in packages}


def imports(path: Path) -> set[str]:
    """The dotted names that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            # A relative import stays in its package; `faults` uses them because it is to live on its own one day.
            origin = node.module if node.level == 0 else f"hangup.{path.parent.name}"
            found |= {f"{origin}.{alias.name}" for alias in node.names}
    return found


MODULES = {path: imports(path) for path in sorted(PACKAGE.rglob("*.py"))}


def package_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def test_every_package_has_a_floor() -> None:
    assert {package_of(path) for path in MODULES} - {""} == set(FLOOR)


def test_imports_go_down() -> None:
    """A package imports itself and floors below; on one floor, packages do not know each other (cli starts lsp)."""
    wrong = []
    for path, names in MODULES.items():
        here = package_of(path)
        for name in names:
            parts = name.split(".")
            if parts[0] != "hangup" or len(parts) < 2 or parts[1] not in FLOOR or here in ("", parts[1]):
                continue
            if (here, parts[1]) != ("cli", "lsp") and FLOOR[parts[1]] >= FLOOR[here]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert wrong == []


def test_only_lsp_knows_the_protocol() -> None:
    wrong = [
        str(path)
        for path, names in MODULES.items()
        if package_of(path) != "lsp" and any(name.startswith(("pygls", "lsprotocol")) for name in names)
    ]
    assert wrong == []


def test_the_command_line_loads_no_protocol_and_no_pack() -> None:
    """`hangup check` on a file without network code starts without lsprotocol, jedi and any library's file."""
    code = (
        "import sys, pathlib, tempfile\n"
        "from hangup.cli.main import main\n"
        "from hangup.knowledge import packs\n"
        "root = pathlib.Path(tempfile.mkdtemp())\n"
        "(root / 'a.py').write_text('import re\\nprint(re.escape(str(1)))\\n')\n"
        "assert main(['check', '--root', str(root)]) == 0\n"
        "loaded = sorted({m.partition('.')[0] for m in sys.modules} & {'lsprotocol', 'pygls', 'jedi', 'requests'})\n"
        "assert loaded == [], loaded\n"
        "assert packs.read_pack.cache_info().currsize == 0, packs.read_pack.cache_info()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_core_reads_no_files() -> None:
    """Below the workspace, only the knowledge reads files, and only its own."""
    wrong = []
    for path, names in MODULES.items():
        core = package_of(path) in ("syntax", "facts", "resolve", "flow")
        if core and names & {"os", "pathlib.Path", "subprocess", "time", "threading", "asyncio"}:
            wrong.append(str(path))
    assert wrong == []


def test_nothing_is_executed() -> None:
    """No module evaluates code, unpickles, or imports by a name that could come from a workspace.

    But for the measurement's worker, whose business that is; it is a process of its own.
    """
    allowed = {PACKAGE / "rules" / "registry.py", PACKAGE / "fixes" / "registry.py"}  # import_module of our own folders
    wrong = []
    for path in MODULES:
        if package_of(path) == "faults" or path == PACKAGE / "measure" / "worker.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if name in {"eval", "exec", "compile", "__import__", "pickle.load", "pickle.loads", "os.system"}:
                    wrong.append(f"{path}: {name}")
                if name.endswith("import_module") and path not in allowed:
                    wrong.append(f"{path}: {name}")
    assert wrong == []


def test_only_the_measurement_meets_failing_peers() -> None:
    """The server and `check` know neither the fault server nor the programs that measure; a command starts those."""
    for wanted, importers in (("measure", {"cli/measure.py"}), ("faults", {"measure/bench.py", "measure/cells.py"})):
        found = {
            path.relative_to(PACKAGE).as_posix()
            for path, names in MODULES.items()
            if package_of(path) != wanted and any(f"{name}.".startswith(f"hangup.{wanted}.") for name in names)
        }
        assert found == importers


def test_files_and_functions_stay_small() -> None:
    """Files under about 300 lines, functions under about 40 (data tables aside)."""
    wrong = []
    for path in MODULES:
        text = path.read_text("utf-8")
        if text.count("\n") > 320:
            wrong.append(f"{path.relative_to(PACKAGE)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 45:
                    wrong.append(f"{path.relative_to(PACKAGE)}:{node.name} has {length} lines")
    assert wrong == []
