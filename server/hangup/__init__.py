"""hangup: what does a Python program do when the other side hangs up?"""

from __future__ import annotations

__version__ = "0.1.0"
