"""dbt for tests: one process imports it and reads the project once, and forks for each run."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from elt.build.run import MODELS
from elt.warehouse import dbt_target

# The static parser has threads of its own, which a fork lacks.
FLAGS = ("--no-static-parser", "--no-version-check", "--no-send-anonymous-usage-stats", "--no-use-colors")


class Done(NamedTuple):
    """A run that has ended: its exit code, and what it printed."""

    returncode: int
    stdout: str


def run_dbt(dsn: str, *words: str, prefix: str = "hospital") -> None:
    """Run dbt's project on a warehouse as a build does, without files of results; a failure is a failed assertion."""
    with dbt_target(dsn, prefix) as target:
        target.workspace.mkdir(parents=True, exist_ok=True)
        places = ["--project-dir", str(MODELS), "--profiles-dir", str(MODELS), "--target-path", str(target.workspace)]
        flags = ["--no-write-json", "--log-path", str(target.workspace)]
        done = dbt(target.workspace, *flags, *words, *places, environment=target.environment, read=[*flags, *places])
    assert done.returncode == 0, done.stdout


def dbt(folder: Path, *words: str, environment: Mapping[str, str] = os.environ, read: list[str] | None = None) -> Done:
    """Run dbt in a folder.

    Args:
        folder: The folder.
        words: The command.
        environment: Its environment.
        read: Options for reading the project, which is then read once for each target and prefix.
    """
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    order = {"folder": str(folder), "words": [*FLAGS, *words], "environment": dict(environment), "read": read}
    server.stdin.write(json.dumps(order) + "\n")
    server.stdin.flush()
    return Done(*json.loads(server.stdout.readline()))


@cache
def _server() -> "subprocess.Popen[str]":
    """Start the process; it ends when this one does, because nobody writes to it then."""
    return subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _serve() -> None:
    import dbt.cli.main  # noqa: F401 - here, so that no fork has to

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    manifests: dict[tuple[str, str], Any] = {}
    for line in sys.stdin:
        order = json.loads(line)
        environment, manifest = order["environment"], None
        if order["read"] is not None:
            project = (environment["HOSPITAL_WAREHOUSE_TARGET"], environment["HOSPITAL_WAREHOUSE_PREFIX"])
            if project not in manifests:
                manifests[project] = _invoke(order, [*FLAGS, "--quiet", "parse", *order["read"]]).result
            manifest = manifests[project]
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(writer, 1)
            os.dup2(writer, 2)
            success = _invoke(order, order["words"], manifest).success
            sys.stdout.flush()
            os._exit(0 if success else 1)
        os.close(writer)
        with os.fdopen(reader, errors="replace") as said:
            printed = said.read()
        answers.write(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), printed]) + "\n")
        answers.flush()


def _invoke(order: dict[str, Any], words: list[str], manifest: Any = None) -> Any:
    from dbt.cli.main import dbtRunner

    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    return dbtRunner(manifest=manifest).invoke(words)


if __name__ == "__main__":
    _serve()
