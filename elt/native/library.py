"""Compiles the library of ``elt/native`` when this package is installed, and finds it again.

Uses the standard library alone, because it runs before anything else is installed.
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
    """Return the path of the library; its name holds a digest of the C sources."""
    digest = sha256(b"".join(source.read_bytes() for source in _sources())).hexdigest()
    return _FOLDER / f"elt-{sys.platform}-{digest[:8]}.so"


def compile_library() -> Path | None:
    """Compile the library and remove older ones; return its path, None if no C compiler of this machine can."""
    try:
        with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
            compiled = Path(folder) / "compiled.so"
            if not any(_compiles(compiler, compiled) for compiler in _compilers()):
                return None
            for old in _FOLDER.glob("elt-*.so"):
                old.unlink()
            return compiled.replace(library_path())
    except OSError:
        return None  # this folder cannot be written


def _sources() -> list[Path]:
    return sorted(_FOLDER.glob("*.c"))


def _compilers() -> list[str]:
    return [name for name in (os.environ.get("CC"), sysconfig.get_config_var("CC"), "cc") if name]


def _compiles(compiler: str, output: Path) -> bool:
    command = [*shlex.split(compiler), "-O3", "-shared", "-fPIC", "-o", str(output), *map(str, _sources())]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
