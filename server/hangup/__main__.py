"""`python -m hangup`: the same as the `hangup` command."""

from __future__ import annotations

import sys

from hangup.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
