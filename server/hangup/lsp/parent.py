"""Ends this process when the one that started it is gone: an editor that is killed closes no pipes in good order."""

from __future__ import annotations

import logging
import os
import select
import sys
import threading
import time

logger = logging.getLogger(__name__)

_PAUSE = 1.0
"""Seconds between two looks, where the system cannot tell by itself."""


def end_with(process_id: int) -> None:
    """From now on, end this process as soon as that one has ended. Does nothing if it is this one."""
    if process_id != os.getpid():
        threading.Thread(target=_watch, args=(process_id,), name="hangup parent watch", daemon=True).start()


def _watch(process_id: int) -> None:
    try:
        _wait_for_end(process_id)
    except OSError as error:
        logger.warning("cannot watch the editor's process %d: %s", process_id, error)
        return
    logger.info("the editor's process %d is gone", process_id)
    # Not sys.exit: that ends a thread only, and the other threads may be busy or wait for input that never comes.
    os._exit(1)


def _wait_for_end(process_id: int) -> None:
    if sys.platform == "win32":
        _wait_on_windows(process_id)
        return
    if sys.platform == "linux":
        try:
            descriptor = os.pidfd_open(process_id)
        except ProcessLookupError:
            return
        except OSError:  # a kernel before 5.3, or one that forbids it
            pass
        else:
            select.select([descriptor], [], [])
            return
    child = os.getppid() == process_id
    # A parent that nobody has waited for still has its number, but no longer has children.
    while _exists(process_id) and not (child and os.getppid() != process_id):
        time.sleep(_PAUSE)


def _exists(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _wait_on_windows(process_id: int) -> None:
    if sys.platform == "win32":
        import ctypes

        synchronize, infinite = 0x00100000, 0xFFFFFFFF
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(synchronize, False, process_id)
        if handle:
            kernel.WaitForSingleObject(ctypes.c_void_p(handle), infinite)
        elif ctypes.get_last_error() == 5:  # access denied: it lives, but may not be watched
            raise PermissionError("access denied")
