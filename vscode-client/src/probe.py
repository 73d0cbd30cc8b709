"""Answers the extension: can this Python run the server? Prints one line of JSON.

The extension passes this text to `python -I -c`. It keeps to the words of Python 3.4, so that an old Python can
still say how old it is; it imports nothing but the standard library and starts nothing.
"""

import importlib.machinery
import importlib.util
import json
import os
import pathlib
import site
import sys
import sysconfig


def installed_version():
    """The version of the distribution `hangup`; None without one (a source tree on the path, an old Python)."""
    try:
        from importlib import metadata
    except ImportError:
        return None
    return next((found.version for found in metadata.distributions(name="hangup")), None)


def installed_for_user():
    """Whether `hangup` lies in the user's site folder, which isolated mode (-I) leaves out of the path."""
    return importlib.machinery.PathFinder.find_spec("hangup", [site.getusersitepackages()]) is not None


def managed_by_system():
    """Whether pip refuses to install here: the operating system looks after this Python (PEP 668)."""
    if sys.prefix != sys.base_prefix:
        return False
    return pathlib.Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").exists()


def program_of_user():
    """Where pip puts the `hangup` program of an installation for the user."""
    name = "hangup.exe" if os.name == "nt" else "hangup"
    return str(pathlib.Path(sysconfig.get_path("scripts", os.name + "_user")) / name)


print(
    json.dumps(
        {
            "python": list(sys.version_info[:3]),
            "executable": sys.executable,
            "importable": importlib.util.find_spec("hangup") is not None,
            "version": installed_version(),
            "managed": managed_by_system(),
            "pip": importlib.util.find_spec("pip") is not None,
            "userProgram": program_of_user() if installed_for_user() else None,
        }
    )
)
