"""A ClickHouse server, a Redshift and the lake, warehouse and report of a run, for the tests of one worker."""

from collections.abc import Iterator

import pytest
from clickhouse_server import SERVER, ClickHouseServer, start
from redshift_fixtures import redshift, redshift_server
from st_brides import st_brides

__all__ = ["clickhouse", "redshift", "redshift_server", "st_brides"]


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    """A server of this machine's own, stopped after the tests."""
    if SERVER is None:
        pytest.skip("clickhouse-server is not installed (Debian: apt-get install clickhouse-server)")
    server = start(tmp_path_factory.mktemp("clickhouse"))
    yield server
    server.stop()
