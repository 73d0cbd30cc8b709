"""Lines at the beginning of what was received, for the protocols that are made of them.

It decides nothing about what a line means.
"""

from __future__ import annotations

MAX_LINE = 65_536


def read_line(received: bytearray, start: int = 0) -> tuple[bytes, int] | None:
    """Return the line at `start` without its end, and where the next begins; None while it is incomplete.

    A line ends with LF, with or without a CR before it. Raises ValueError when it is longer than `MAX_LINE`.
    """
    end = received.find(b"\n", start, start + MAX_LINE)
    if end < 0:
        if len(received) - start >= MAX_LINE:
            raise ValueError("the line is too long")
        return None
    return bytes(received[start:end]).removesuffix(b"\r"), end + 1


def read_dotted(received: bytearray) -> tuple[bytes, int] | None:
    """Return a text that a line with a single dot ends, and the size with it; None while it is incomplete."""
    if received.startswith(b".\r\n"):
        return b"", 3
    end = received.find(b"\r\n.\r\n")
    return None if end < 0 else (bytes(received[: end + 2]), end + 5)


def dotted(text: bytes) -> bytes:
    """Return `text` as lines with CRLF, dots at their beginnings doubled, and the line with the single dot."""
    lines = text.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"
