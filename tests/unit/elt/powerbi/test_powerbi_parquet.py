"""The Parquet files of a project depend on their rows and on nothing else."""

import datetime as dt
from io import BytesIO
from itertools import pairwise
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elt.powerbi.files.parquet_export import parquet_bytes

pytestmark = pytest.mark.unit


def test_the_same_rows_give_the_same_bytes_wherever_the_engine_cut_them() -> None:
    # So many different values that their dictionary is given up in the middle of a column: a page ends there.
    count = 140_000
    texts = [None if number % 3 else str(UUID(int=number * 10**30)) for number in range(count)]
    rows = pa.table({"spell_id": texts, "hours": [number / 7 for number in range(count)]})
    whole = parquet_bytes(rows)

    for cuts in ((1,), (1_000,), (65_409, 130_818)):
        pieces = pa.concat_tables([rows.slice(start, end - start) for start, end in pairwise((0, *cuts, count))])
        assert pieces["spell_id"].num_chunks == len(cuts) + 1
        assert parquet_bytes(pieces) == whole, cuts


def test_an_instant_is_written_in_utc_without_a_zone() -> None:
    noon = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
    rows = pa.table({"at": pa.array([noon], pa.timestamp("ms", "Europe/London"))})

    read = pq.read_table(BytesIO(parquet_bytes(rows)))

    assert (str(read.schema.field("at").type), read["at"].to_pylist()) == ("timestamp[us]", [noon.replace(tzinfo=None)])
