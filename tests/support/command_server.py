"""Runs the project's commands, and dbt, in forks of one process that has imported their libraries already.

Such a command has its own process, folder, environment, standard streams and exit code, as one that a shell starts; it
saves the second or two of imports, and dbt the reading of its project. Start the real one where that itself is tested:
imports, signals, a terminal, a changed project.

    subprocess.run(["hospital-sim", "presets"], env={**os.environ, "PATH": quick_path()})
    run_dbt("chdb://warehouse", "run", "--select", "mart_waiting_now")

All workers use the server of the process that started them.
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
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from unittest.mock import patch

from elt.build.dbt_process import end_with_parent, trust_authority
from elt.build.run import MODELS
from elt.warehouse import dbt_target

SHARED = "HOSPITAL_COMMAND_SERVER"
"""Variable with the path of this file, for which workers use the server, and the folder of the server."""

_BIN = Path(sys.executable).parent
_SIMULATION = ("hospital_sim.cli", "hospital_sim.cli.app", "typer", "rich.console", "simpy", "scipy.stats")
_READING = ("elt.cli", "elt.pipeline", "pyarrow.parquet", "pyarrow.compute", "elt.report.assets")
_LIBRARIES = {
    "hospital-sim": (*_SIMULATION, "botocore.session"),
    "hospital-elt": (*_READING, "botocore.session"),
    "dbt": ("dbt.cli.main", "dbt.adapters.clickhouse"),
    "python": (*_SIMULATION, "pandas", "altair"),
}
"""Modules imported before the first fork for a command."""

_FLAGS = ("--no-version-check", "--no-send-anonymous-usage-stats", "--no-use-colors")

# Sends the words, the folder, the environment and the standard streams of this process; ends with the exit code.
_CLIENT = """#!{python} -IS
import marshal, os, socket, sys
command, words = {command!r}, sys.argv[1:]
if command == "python" and words[:3] == ["-P", "-m", "elt.build.dbt_process"]:
    command, words = "dbt", ["--with-parent", *words[3:]]
elif command == "python" and words[:1] != ["-c"]:
    os.execv({python!r}, [{python!r}, *words])
request = marshal.dumps((command, words, os.getcwd(), dict(os.environ)))
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [len(request).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(request)
    code = server.recv(1)
sys.exit(code[0] if code else "error: the command server has ended")
"""


def commands() -> Path:
    """Return a folder for the beginning of ``PATH``: ``hospital-sim``, ``hospital-elt``, ``dbt`` and ``python``."""
    file, _, folder = os.environ.get(SHARED, "").partition(os.pathsep)
    # Tests of a copy of the project need one that has imported the copy.
    return Path(folder) if file == __file__ else _server()[1]


def quick_path() -> str:
    """Return ``PATH`` with that folder first."""
    return f"{commands()}{os.pathsep}{os.environ['PATH']}"


def share() -> None:
    """Start the server, for this process and the workers that it starts."""
    os.environ[SHARED] = f"{__file__}{os.pathsep}{_server()[1]}"


@contextmanager
def quick_builds() -> Iterator[None]:
    """Let ``build`` start dbt in a fork."""
    with patch.object(sys, "executable", str(commands() / "python")):
        yield


def run_dbt(dsn: str, *words: str, prefix: str = "hospital") -> None:
    """Run dbt's project on a warehouse as a build does, without files of results; a failure is a failed assertion."""
    with dbt_target(dsn, prefix) as target:
        target.workspace.mkdir(parents=True, exist_ok=True)
        places = ["--project-dir", str(MODELS), "--profiles-dir", str(MODELS), "--target-path", str(target.workspace)]
        flags = ["--no-write-json", "--log-path", str(target.workspace)]
        done = dbt(target.workspace, *flags, *words, *places, environment=target.environment)
    assert done.returncode == 0, done.stdout


def dbt(folder: Path, *words: str, environment: Mapping[str, str] = os.environ) -> "subprocess.CompletedProcess[str]":
    """Run dbt in a folder."""
    return subprocess.run(
        [commands() / "dbt", *_FLAGS, *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@cache
def _server() -> "tuple[subprocess.Popen[bytes], Path]":
    """Start the server and return it with its folder; it ends with this process."""
    words = [sys.executable, "-P", __file__]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    # Its standard input is closed and its end waited for, so that its CPU time counts among that of the tests.
    atexit.register(process.communicate)
    return process, Path(os.fsdecode(process.stdout.readline().strip()))


class _Request(NamedTuple):
    command: str
    words: list[str]
    folder: str
    environment: dict[str, str]


def _serve(folder: Path) -> None:
    """Answer requests until standard input ends, so that no server outlives its tests."""
    address = str(folder / "socket")
    for command in _LIBRARIES:
        client = folder / command
        client.write_text(_CLIENT.format(python=sys.executable, command=command, address=address), encoding="utf-8")
        client.chmod(0o755)
    # A build starts dbt with this program. Processes of multiprocessing are started with the real one.
    sys.executable = str(folder / "python")
    projects: dict[tuple[str, ...], Any] = {}
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        os.write(1, os.fsencode(folder) + b"\n")
        waiting = select.poll()
        waiting.register(0, select.POLLIN)
        waiting.register(listening, select.POLLIN)
        while 0 not in dict(waiting.poll()):
            connection, _ = listening.accept()
            with connection:
                header, streams, _, _ = socket.recv_fds(connection, 8, 3)
                request = _Request(*marshal.loads(_read(connection, int.from_bytes(header, "big"))))
                _import_libraries(request.command)
                project = _project(folder, request, projects)
                if os.fork() == 0:
                    listening.close()
                    _answer(connection, streams, request, project)
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
    for module in _LIBRARIES[command]:
        importlib.import_module(module)
    if command == "hospital-elt":
        # Both are kept, and are the same in every report.
        sys.modules["elt.report.assets"].chart_library()
        sys.modules["elt.report.charts"].report_charts()
    gc.freeze()  # So that a collection in a child copies no page of this process.


def _project(folder: Path, request: _Request, projects: dict[tuple[str, ...], Any]) -> Any:
    """Return the project as dbt has read it for a kind of warehouse and a prefix, or None for another project."""
    if request.command != "dbt" or str(MODELS) not in request.words:
        return None
    from dbt.cli.main import dbtRunner

    key = tuple(request.environment[f"HOSPITAL_WAREHOUSE_{name}"] for name in ("TARGET", "PREFIX"))
    if key not in projects:
        os.environ.update(request.environment)
        places = ["--project-dir", str(MODELS), "--profiles-dir", str(MODELS), "--target-path", str(folder)]
        # The static parser has threads of its own, which a fork lacks.
        flags = ["--quiet", "--no-static-parser", "--no-partial-parse", "--log-path", str(folder)]
        projects[key] = dbtRunner().invoke([*_FLAGS, *flags, "parse", *places]).result
        _compile_macros(projects[key])
    return projects[key]


def _compile_macros(project: Any) -> None:
    """Compile all macros that models, tests and materializations call; dbt keeps them, so its forks need not."""
    from dbt_common.clients.jinja import template_cache

    waiting = {name for node in project.nodes.values() for name in node.depends_on.macros}
    waiting |= {name for name in project.macros if ".materialization_" in name}
    compiled: set[str] = set()
    while waiting:
        macro = project.macros[waiting.pop()]
        template_cache.get_node_template(macro)
        compiled.add(macro.unique_id)
        waiting |= {*macro.depends_on.macros} - compiled


def _answer(connection: socket.socket, streams: list[int], request: _Request, project: Any) -> None:
    """Run a command in a child of this process, send its exit code, and end this process.

    If the client is killed, so is the child.
    """
    child = os.fork()
    if child == 0:
        connection.close()
        _end(_exit_code(streams, request, project))
    for stream in (0, 1, 2, *streams):
        os.close(stream)
    ended = os.pidfd_open(child)
    # A client sends nothing more: the connection is readable if it has ended.
    readable, _, _ = select.select([ended, connection], [], [])
    if ended not in readable:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(bytes([os.waitstatus_to_exitcode(status) % 256]))
    os._exit(0)


def _exit_code(streams: list[int], request: _Request, project: Any) -> int:
    try:
        _run(streams, request, project)
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


def _run(streams: list[int], request: _Request, project: Any) -> None:
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
    if request.command == "dbt":
        from dbt.cli.main import cli

        words = [word for word in request.words if word != "--with-parent"]
        if words != request.words:
            end_with_parent()
        trust_authority()
        sys.argv = ["dbt", *words]
        cli.main(words, "dbt", obj={"manifest": project})
    elif request.command == "python":
        sys.argv = ["-c", *request.words[2:]]
        sys.path.insert(0, "")
        sys.modules["__main__"] = main = types.ModuleType("__main__")
        exec(compile(request.words[1], "<string>", "exec"), vars(main))
    else:
        script = str(_BIN / request.command)
        sys.argv = [script, *request.words]
        runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    # Not a TemporaryDirectory, because each fork would remove it.
    own = Path(tempfile.mkdtemp(prefix="commands-"))
    _serve(own)
    shutil.rmtree(own)
    _end(0)
