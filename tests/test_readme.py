"""The README is true: its tables are current, its editor snippet is the one that is tested.

`UPDATE_README=1` rewrites the generated parts.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from hangup.rules.registry import rules

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def part(name: str, content: str) -> None:
    text = README.read_text("utf-8")
    pattern = re.compile(rf"(<!-- begin: {re.escape(name)} -->\n)(.*?)(<!-- end -->)", re.DOTALL)
    match = pattern.search(text)
    assert match is not None, f"README has no part {name}"
    if os.environ.get("UPDATE_README") == "1":
        README.write_text(text[: match.start(2)] + content + text[match.end(2) :], "utf-8")
        return
    assert match.group(2) == content


def test_the_rule_table_is_current() -> None:
    lines = ["| code | name | severity | says |", "|---|---|---|---|"]
    for rule in rules():
        page = f"server/hangup/rules/{rule.folder().name}/doc.md"
        lines.append(f"| {rule.code} | [{rule.name}]({page}) | {rule.severity} | {rule.summary} |")
    assert len(lines) > 7
    part("rules", "\n".join(lines) + "\n")


def test_the_neovim_snippet_is_the_tested_one() -> None:
    snippet = (ROOT / "tests" / "editors" / "neovim" / "hangup.lua").read_text("utf-8")
    part("tests/editors/neovim/hangup.lua", f"```lua\n{snippet}```\n")


def test_every_link_into_the_repository_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text("utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
