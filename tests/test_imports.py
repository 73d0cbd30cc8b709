"""Where new imports go: as PEP 8 has it, and never twice."""

from __future__ import annotations

import pytest

from hangup.fixes.imports import add_imports
from hangup.syntax.edits import apply
from hangup.syntax.source import Source
from hangup.syntax.tree import parse


def added(text: str, *modules: str) -> str:
    source = Source.from_text(text)
    return apply(source, add_imports(source, parse(source), list(modules))).data.decode()


@pytest.mark.parametrize(
    ("before", "modules", "after"),
    [
        ("print(1)\n", ["time"], "import time\n\nprint(1)\n"),
        ("", ["time"], "import time\n"),
        ('"""Doc."""\nprint(1)\n', ["time"], '"""Doc."""\n\nimport time\nprint(1)\n'),
        ("#!/usr/bin/env python\n# note\nx = 1\n", ["time"], "#!/usr/bin/env python\n# note\nimport time\n\nx = 1\n"),
        ("import time\n", ["time"], "import time\n"),
        ("import a_lib, time\n", ["time"], "import a_lib, time\n"),
        ("import os\nimport sys\n", ["random", "time"], "import os\nimport random\nimport sys\nimport time\n"),
        ("import requests\n", ["time", "random"], "import random\nimport time\n\nimport requests\n"),
        ("import os\n\nimport requests\n", ["time"], "import os\nimport time\n\nimport requests\n"),
        ("import os\n", ["requests"], "import os\n\nimport requests\n"),
        ("from __future__ import annotations\n", ["time"], "from __future__ import annotations\n\nimport time\n"),
        ("from os import path\n", ["time"], "import time\nfrom os import path\n"),
        ("from . import own\n", ["requests"], "import requests\n\nfrom . import own\n"),
        ("import os as time\n", ["time"], "import os as time\nimport time\n"),
        ("import requests\r\n", ["time"], "import time\r\n\r\nimport requests\r\n"),
    ],
)
def test_an_import_goes_into_its_group(before: str, modules: list[str], after: str) -> None:
    assert added(before, *modules) == after


def test_imports_that_are_not_at_the_top_are_left_alone() -> None:
    text = "x = 1\nif x:\n    import time\n"
    assert added(text, "time") == "import time\n\n" + text
