"""A process of its own that infers types with jedi: it may take long, take much memory or fall over.

Reads questions, a JSON object a line, from standard input, and answers each with a line. The programs are read, not
run: no interpreter is started, and no compiled module of the workspace or its environment is loaded.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import jedi
import msgspec

from hangup.workspace.installed.jedi_messages import Answer, Request


def main() -> None:
    """Answer until there are no more questions."""
    jedi.settings.cache_directory = tempfile.mkdtemp(prefix="hangup-jedi-")
    for line in sys.stdin.buffer:
        answer = _answer(msgspec.json.decode(line, type=Request))
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


def _answer(request: Request) -> Answer:
    standard = [path for path in sys.path if path and "site-packages" not in path and Path(path).is_dir()]
    project = jedi.Project(
        request.root, sys_path=[*standard, *request.folders, request.root], smart_sys_path=False, added_sys_path=()
    )
    script = jedi.Script(request.text, path=request.file, environment=jedi.InterpreterEnvironment(), project=project)
    return Answer([_classes(script, line, column) for line, column in request.places])


def _classes(script: Any, line: int, column: int) -> list[str]:
    try:
        names = script.infer(line, column)
    except Exception as error:  # jedi's own: it is one receiver less
        print(f"jedi: {type(error).__name__}: {error}", file=sys.stderr)
        return []
    return sorted({name.full_name for name in names if name.type == "instance" and name.full_name})


if __name__ == "__main__":
    main()
