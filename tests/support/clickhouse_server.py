"""A ClickHouse server for tests: Debian's, of 2018, on free ports of this machine and in a folder of its own."""

import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from s3_servers import free_ports

from elt.warehouse.clickhouse.clickhouse_sql import ColumnTypes
from elt.warehouse.clickhouse.server import ClickHouseWarehouse
from elt.warehouse.dsn import ClickHouseDsn

SERVER = shutil.which("clickhouse-server", path="/usr/bin:/usr/sbin:/usr/local/bin")
PASSWORD = "pass word/1"
OLD_TYPES = ColumnTypes(timestamp="DateTime('UTC')", date="Int32", boolean="UInt8", label="{}")
"""What a server of 2018 has: instants to the second, days as numbers, no low cardinality."""

CONFIG = """<yandex>
  <logger><level>warning</level><log>{folder}/log</log><errorlog>{folder}/errors</errorlog></logger>
  <http_port>{http}</http_port><tcp_port>{tcp}</tcp_port><interserver_http_port>{peers}</interserver_http_port>
  <listen_host>127.0.0.1</listen_host>
  <path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path>
  <users_config>{folder}/users.xml</users_config>
  <default_profile>default</default_profile><default_database>default</default_database>
  <timezone>Europe/London</timezone><mark_cache_size>67108864</mark_cache_size>
  <max_concurrent_queries>20</max_concurrent_queries>
  <query_log><database>system</database><table>query_log</table></query_log>
</yandex>
"""
USERS = """<yandex>
  <profiles><default><max_memory_usage>2000000000</max_memory_usage></default></profiles>
  <users><loader>
    <password>{password}</password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota>
  </loader></users>
  <quotas><default/></quotas>
</yandex>
"""


@dataclass
class ClickHouseServer:
    """A running server.

    Attributes:
        port: Its port for the native protocol.
        process: Its process.
    """

    port: int
    process: subprocess.Popen[bytes]

    @property
    def dsn(self) -> ClickHouseDsn:
        """Where it is, and how to be let in."""
        return ClickHouseDsn("127.0.0.1", self.port, "loader", PASSWORD, secure=False)

    def open(self, prefix: str, *, create: bool = True) -> ClickHouseWarehouse:
        """Open a warehouse whose tables have the types that the server has."""
        return ClickHouseWarehouse(self.dsn, prefix, create=create, types=OLD_TYPES)

    def stop(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


def start(folder: Path, port: int | None = None) -> ClickHouseServer:
    """Start a server, on the data that an earlier one left in the folder; it answers when this returns."""
    assert SERVER is not None
    for name in ("data", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    ports = free_ports(3)
    tcp = port or ports[0]
    (folder / "config.xml").write_text(CONFIG.format(folder=folder, tcp=tcp, http=ports[1], peers=ports[2]))
    (folder / "users.xml").write_text(USERS.format(password=PASSWORD))
    command, nowhere = [SERVER, f"--config-file={folder}/config.xml"], subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, stdout=nowhere, stderr=nowhere)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", tcp)) == 0:
                return ClickHouseServer(tcp, process)
        time.sleep(0.05)
    process.kill()
    told = folder / "errors"
    raise RuntimeError(f"clickhouse-server did not start: {told.read_text() if told.exists() else 'it said nothing'}")
