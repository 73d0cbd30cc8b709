"""The fixes: one folder each, found by discovery. `fix.py` edits, `doc.md` explains, `cases.md` shows and tests."""
