"""The Parquet files of a project depend on their rows and on nothing else."""

from uuid import UUID

import pyarrow as pa
import pytest

from elt.report.powerbi.parquet import parquet_bytes

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("cut", [1, 1_000, 29_000])
def test_the_same_rows_give_the_same_bytes_wherever_the_engine_cut_them(cut: int) -> None:
    # So many different texts that their dictionary is given up in the middle of a column.
    rows = pa.table({"spell_id": [str(UUID(int=number * 10**30)) for number in range(30_000)]})
    pieces = pa.concat_tables([rows.slice(0, cut), rows.slice(cut)])
    assert pieces["spell_id"].num_chunks == 2

    assert parquet_bytes(pieces) == parquet_bytes(rows)
