"""Runs the project's commands in forks of one process that has imported their libraries already.

Such a command has its own process, folder, environment, standard streams and exit code, as one that a shell starts; it
saves the second or two of imports. Start the real one where that itself is tested: imports, signals, a terminal.

    with command_server() as folder:
        subprocess.run(["hospital-sim", "presets"], env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
"""

import atexit
import contextlib
import gc
import importlib
import marshal
import multiprocessing.spawn  # noqa: F401  # It keeps the Python that it finds when it is imported.
import os
import runpy
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import types
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

_BIN = Path(sys.executable).parent
_COMMANDS = ("hospital-sim", "hospital-elt", "python")
_LIBRARIES = {
    "hospital-sim": ("hospital_sim.cli", "hospital_sim.cli.app", "typer", "rich.console", "simpy", "scipy.stats"),
    "hospital-elt": ("elt.cli", "elt.pipeline", "pyarrow.parquet", "pyarrow.compute", "altair", "vl_convert"),
    "python": ("dbt.cli.main", "dbt.adapters.clickhouse"),
}
"""Modules imported before the first fork for a command; those of the commands before it come first."""

# Sends the words, the folder, the environment and the standard streams of this process; ends with the exit code.
_CLIENT = """#!{python} -IS
import marshal, os, socket, sys
if {command!r} == "python" and sys.argv[1:2] != ["-c"] and sys.argv[1:4] != ["-P", "-m", "dbt.cli.main"]:
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
request = marshal.dumps(({command!r}, sys.argv[1:], os.getcwd(), dict(os.environ)))
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [len(request).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(request)
    code = server.recv(1)
sys.exit(code[0] if code else "error: the command server has ended")
"""


@contextlib.contextmanager
def command_server() -> Iterator[Path]:
    """Start a server.

    Yields:
        A folder with ``hospital-sim``, ``hospital-elt`` and ``python``, for the beginning of ``PATH``.
    """
    with tempfile.TemporaryDirectory(prefix="commands-") as folder:
        address = f"{folder}/socket"
        for command in _COMMANDS:
            client = Path(folder, command)
            client.write_text(_CLIENT.format(python=sys.executable, command=command, address=address), encoding="utf-8")
            client.chmod(0o755)
        words = [sys.executable, "-P", __file__, address]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield Path(folder)
            process.communicate()  # Closes its standard input, which ends it.


class _Request(NamedTuple):
    command: str
    words: list[str]
    folder: str
    environment: dict[str, str]


def _serve(address: str) -> None:
    """Answer requests until standard input ends, so that no server outlives its tests. Returns in the child as well."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        os.write(1, b"ready\n")
        waiting = select.poll()
        waiting.register(0, select.POLLIN)
        waiting.register(listening, select.POLLIN)
        while 0 not in dict(waiting.poll()):
            connection, _ = listening.accept()
            with connection:
                header, streams, _, _ = socket.recv_fds(connection, 8, 3)
                request = _Request(*marshal.loads(_read(connection, int.from_bytes(header, "big"))))
                _import_libraries(request.command)
                if os.fork() == 0:
                    listening.close()
                    _answer(connection, streams, request)
            for stream in streams:
                os.close(stream)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _read(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += connection.recv(count - len(data))
    return data


def _import_libraries(command: str) -> None:
    for name in _COMMANDS[: _COMMANDS.index(command) + 1]:
        for module in _LIBRARIES[name]:
            importlib.import_module(module)
    gc.freeze()  # So that a collection in a child copies no page of this process.


def _answer(connection: socket.socket, streams: list[int], request: _Request) -> None:
    """Run a command in a child of this process, send its exit code, and end this process."""
    child = os.fork()
    if child == 0:
        connection.close()
        _end(_exit_code(streams, request))
    for stream in (0, 1, 2, *streams):
        os.close(stream)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(bytes([os.waitstatus_to_exitcode(status) % 256]))
    os._exit(0)


def _exit_code(streams: list[int], request: _Request) -> int:
    try:
        _run(streams, request)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _end(code: int) -> NoReturn:
    """End this process as Python does, but without taking every module apart."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(streams: list[int], request: _Request) -> None:
    """Make this process what a shell would have started, and run the program."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    if request.command == "python":
        _run_python(request.words)
    else:
        script = str(_BIN / request.command)
        sys.argv = [script, *request.words]
        runpy.run_path(script, run_name="__main__")


def _run_python(words: list[str]) -> None:
    if words[0] == "-c":
        sys.argv = ["-c", *words[2:]]
        sys.path.insert(0, "")
        sys.modules["__main__"] = main = types.ModuleType("__main__")
        exec(compile(words[1], "<string>", "exec"), vars(main))
    else:
        sys.argv = words[2:]
        del sys.modules[words[2]]  # Without a warning that it is imported already.
        runpy.run_module(words[2], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    # A build starts dbt with this program. Processes of multiprocessing are started with the real one.
    sys.executable = str(Path(sys.argv[1]).with_name("python"))
    _serve(sys.argv[1])
