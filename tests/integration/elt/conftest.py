"""A ClickHouse server, a Redshift, a loaded hospital and the lake, warehouse and report of a run, for one worker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clickhouse_server import LIBRARY, ClickHouseServer, start
from redshift_fixtures import redshift, redshift_server
from small_hospital import SmallHospital, load_small_hospital
from st_brides import st_brides

__all__ = ["clickhouse", "redshift", "redshift_server", "st_brides"]


@pytest.fixture(scope="session")
def small_hospital(built_once: Callable[[str, Callable[[Path], object]], Path]) -> SmallHospital:
    """The small hospital, loaded and not built; no test changes it or opens its warehouse, but copies it."""
    return SmallHospital(built_once("small_hospital", load_small_hospital))


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    """A server of this machine's own, stopped after the tests; each test takes a prefix of its own."""
    if not LIBRARY.exists():
        pytest.skip("there is no ClickHouse server; install it with: make clickhouse")
    server = start(tmp_path_factory.mktemp("clickhouse"))
    yield server
    server.stop()
