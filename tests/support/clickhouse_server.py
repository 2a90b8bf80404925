"""A current ClickHouse server for tests, on free ports of this machine and in a folder of its own.

It is the engine that ``make clickhouse`` installs beside the packages. A client with a wrong password ends it, because
it is the library of a command: a test of that starts one of its own.
"""

import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from s3_servers import free_ports

from elt.warehouse.clickhouse.server import ClickHouseWarehouse
from elt.warehouse.dsn import ClickHouseDsn

LIBRARY = Path(sys.prefix) / "clickhouse/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so"
PASSWORD = "pass word/1"
DOCUMENTED = Path(__file__).parents[2] / "docs" / "how-to" / "clickhouse.md"

CONFIG = """<clickhouse>
  <logger><level>none</level></logger>
  <listen_host>127.0.0.1</listen_host>
  <tcp_port>{tcp}</tcp_port><http_port>{http}</http_port>
  <users_config>{folder}/users.xml</users_config>
</clickhouse>
"""
USERS = """<clickhouse>
  <profiles><default/><reading><readonly>1</readonly></reading></profiles>
  <users>
    <default><password/><networks><ip>127.0.0.1</ip></networks></default>
    <loader>
      <password>{password}</password><networks><ip>127.0.0.1</ip></networks>
      <grants>{loader}</grants>
    </loader>
    <reader>
      <password>{password}</password><networks><ip>127.0.0.1</ip></networks><profile>reading</profile>
      <grants>{reader}</grants>
    </reader>
  </users>
  <quotas><default/></quotas>
</clickhouse>
"""


@dataclass
class ClickHouseServer:
    """A running server.

    Attributes:
        port: Its port for the native protocol.
        http_port: Its port for HTTP.
        process: Its process.
    """

    port: int
    http_port: int
    process: subprocess.Popen[bytes]

    @property
    def dsn(self) -> ClickHouseDsn:
        """DSN of the user who loads and builds."""
        return self.dsn_of("loader")

    @property
    def url(self) -> str:
        """The same as a command takes it, with the password."""
        return self.url_of("loader")

    def url_of(self, user: str) -> str:
        """Return the DSN of a user as a command takes it, with the password."""
        return f"clickhouse://{user}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/"

    def dsn_of(self, user: str) -> ClickHouseDsn:
        """Return the DSN of a user; ``loader`` and ``reader`` have the rights that the documentation grants."""
        return ClickHouseDsn("127.0.0.1", self.port, user, PASSWORD, secure=False)

    def open(self, prefix: str, *, create: bool = True) -> ClickHouseWarehouse:
        """Open a warehouse."""
        return ClickHouseWarehouse(self.dsn, prefix, create=create)

    def stop(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


def _documented_grants(user: str) -> str:
    grants = re.findall(rf"^(GRANT .*) TO {user};$", DOCUMENTED.read_text(encoding="utf-8"), re.MULTILINE)
    return "".join(f"<query>{grant}</query>" for grant in grants)


def start(folder: Path, port: int | None = None) -> ClickHouseServer:
    """Start a server, on the data that an earlier one left in the folder; it answers when this returns."""
    tcp, http, free = free_ports(3)
    port = port or free
    (folder / "config.xml").write_text(CONFIG.format(folder=folder, tcp=tcp, http=http))
    grants = {user: _documented_grants(user) for user in ("loader", "reader")}
    (folder / "users.xml").write_text(USERS.format(password=PASSWORD, **grants))
    zone = os.environ | {"TZ": "Europe/London"}
    program = Path(__file__).with_name("clickhouse_process.py")
    command = [sys.executable, str(program), str(LIBRARY), str(folder), str(tcp), str(port)]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder, env=zone)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", tcp)) == 0:
                return ClickHouseServer(port, http, process)
        time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"the ClickHouse server did not start: {(folder / 'log').read_text(errors='replace')}")
