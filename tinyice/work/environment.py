"""What of our environment a child process may see."""

import sysconfig
from collections.abc import Mapping
from os import pathsep
from pathlib import Path

INHERITED = ("PATH", "HOME", "TMPDIR", "TZ", "LD_LIBRARY_PATH")
"""No secret is among them, and nothing that changes how Python behaves."""


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The few variables of ``environ`` that a child needs, to find this package too."""
    environment = {name: environ[name] for name in INHERITED if name in environ}
    environment["LC_ALL"] = "C.UTF-8"
    paths = [path for path in environ.get("PYTHONPATH", "").split(pathsep) if path]
    root = str(Path(__file__).resolve().parents[2])
    if root not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        paths.insert(0, root)
    if paths:
        environment["PYTHONPATH"] = pathsep.join(paths)
    return environment
