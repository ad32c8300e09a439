"""Where figures were taken: cores, kernel, versions; no date, no host name."""

import os
import platform
import re
import shutil
import ssl
import subprocess

from twisted.copyright import version as twisted_version

VERSION = re.compile(r"\d+(\.\d+)+")


def version_of(text: str) -> str:
    """Find the first version number in ``text``."""
    found = VERSION.search(text)
    return found[0] if found else "of unknown version"


def told_by(*command: str) -> str:
    """Ask a program for its version; "" without it."""
    if shutil.which(command[0]) is None:
        return ""
    told = subprocess.run(command, check=False, capture_output=True, text=True)
    return version_of(told.stdout or told.stderr)


def describe() -> str:
    """Describe this machine in one line."""
    parts = [
        f"{os.cpu_count()} cores",
        f"Linux {version_of(platform.release())}",
        f"Python {platform.python_version()}",
        f"Twisted {twisted_version}",
        f"OpenSSL {version_of(ssl.OPENSSL_VERSION)}",
    ]
    for name, command in (("gcc", ("gcc", "-dumpfullversion")), ("Icecast", ("icecast2", "-v"))):
        if version := told_by(*command):
            parts.append(f"{name} {version}")
    return ", ".join(parts)
