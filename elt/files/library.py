"""The compiled library: where it lies, and how it is made when this package is installed.

Needs nothing but the standard library: it is run when nothing else is installed yet.
"""

import os
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from hashlib import sha256
from pathlib import Path

_SOURCE = Path(__file__).with_name("files.c")


def library_path() -> Path:
    """Return where the library of the source beside this module lies; its name tells of which source it is made."""
    return _SOURCE.with_name(f"files-{sys.platform}-{sha256(_SOURCE.read_bytes()).hexdigest()[:8]}.so")


def compile_library() -> Path | None:
    """Make the library with a C compiler of this machine; return where it is, None if there is no compiler for it."""
    with tempfile.TemporaryDirectory(dir=_SOURCE.parent) as folder:
        made = Path(folder) / "files.so"
        if not any(_compiles(compiler, made) for compiler in _compilers()):
            return None
        for old in _SOURCE.parent.glob("files-*.so"):
            old.unlink()
        return made.replace(library_path())


def _compilers() -> list[str]:
    return [name for name in (os.environ.get("CC"), sysconfig.get_config_var("CC"), "cc") if name]


def _compiles(compiler: str, made: Path) -> bool:
    command = [*shlex.split(compiler), "-O2", "-shared", "-fPIC", "-o", str(made), str(_SOURCE)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
