"""The Parquet files of a project depend on their rows and on nothing else."""

from itertools import pairwise
from uuid import UUID

import pyarrow as pa
import pytest

from elt.powerbi.files.parquet_export import parquet_bytes

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("cuts", [(1,), (1_000,), (65_409, 130_818)])
def test_the_same_rows_give_the_same_bytes_wherever_the_engine_cut_them(cuts: tuple[int, ...]) -> None:
    # So many different values that their dictionary is given up in the middle of a column: a page ends there.
    count = 200_000
    texts = [None if number % 3 else str(UUID(int=number * 10**30)) for number in range(count)]
    rows = pa.table({"spell_id": texts, "hours": [number / 7 for number in range(count)]})
    pieces = pa.concat_tables([rows.slice(start, end - start) for start, end in pairwise((0, *cuts, count))])
    assert pieces["spell_id"].num_chunks == len(cuts) + 1

    assert parquet_bytes(pieces) == parquet_bytes(rows)
