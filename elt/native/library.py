"""Where the compiled library lies, and how it is made when this package is installed.

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

_FOLDER = Path(__file__).parent


def library_path() -> Path:
    """Return where the library of the sources beside this module lies; its name tells of which it is made."""
    digest = sha256(b"".join(source.read_bytes() for source in _sources())).hexdigest()
    return _FOLDER / f"elt-{sys.platform}-{digest[:8]}.so"


def compile_library() -> Path | None:
    """Make the library with a C compiler of this machine; return where it is, None if there is no compiler for it."""
    try:
        with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
            made = Path(folder) / "made.so"
            if not any(_compiles(compiler, made) for compiler in _compilers()):
                return None
            for old in _FOLDER.glob("elt-*.so"):
                old.unlink()
            return made.replace(library_path())
    except OSError:
        return None  # this folder cannot be written


def _sources() -> list[Path]:
    return sorted(_FOLDER.glob("*.c"))


def _compilers() -> list[str]:
    return [name for name in (os.environ.get("CC"), sysconfig.get_config_var("CC"), "cc") if name]


def _compiles(compiler: str, made: Path) -> bool:
    command = [*shlex.split(compiler), "-O3", "-shared", "-fPIC", "-o", str(made), *map(str, _sources())]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
