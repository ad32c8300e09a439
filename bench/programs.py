"""The C programs of the benchmark: compiled when they are needed, kept in a cache."""

import hashlib
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache/bench"
COMPILER = "gcc"
FLAGS = ("-O2", "-std=gnu11", "-Wall", "-Wextra")
TLS = ("-DWITH_TLS", "-lssl", "-lcrypto")


class NotCompiled(Exception):
    """A program can't be had here; the message says why."""


def compiled(name: str, *more: str) -> Path:
    """Give the program made of ``name``.c; ``more`` are the compiler's further words."""
    source = HERE / f"{name}.c"
    words = (*FLAGS, str(source), *more)
    mark = hashlib.sha256(source.read_bytes() + "\0".join((*FLAGS, *more)).encode())
    program = CACHE / f"{name}-{mark.hexdigest()[:16]}"
    if program.exists():
        return program
    if shutil.which(COMPILER) is None:
        raise NotCompiled(f"{COMPILER} is missing: apt-get install gcc libc6-dev libssl-dev")
    CACHE.mkdir(parents=True, exist_ok=True)
    fresh = program.with_suffix(".new")
    told = subprocess.run(
        [COMPILER, "-o", fresh, *words], check=False, capture_output=True, text=True
    )
    if told.returncode:
        first = told.stderr.strip().splitlines()[:1]
        raise NotCompiled(f"{name}.c does not compile: {' '.join(first)}")
    return fresh.rename(program)


def audience(*, tls: bool = False) -> Path:
    """Give the program that listens."""
    try:
        return compiled("load", *TLS)
    except NotCompiled:
        if tls:
            raise NotCompiled("no listeners over TLS without libssl-dev") from None
        return compiled("load")


def floor() -> Path:
    """Give the program that only sends."""
    return compiled("floor")
