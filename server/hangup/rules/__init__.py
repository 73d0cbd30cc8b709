"""The rules: one folder each, found by discovery. `rule.py` finds, `doc.md` explains, `cases.md` shows and tests."""
