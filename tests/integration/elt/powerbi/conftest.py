"""A warehouse for the tests of Power BI: two departments, outliers, and names that need quoting."""

import pytest
from st_brides import WholeRun, st_brides

__all__ = ["st_brides"]


@pytest.fixture(scope="session")
def powerbi_warehouse(st_brides: WholeRun) -> str:
    """The DSN of a warehouse with every mart; its checks have run. No test changes it."""
    return st_brides.dsn
