"""Arrow arrays from NumPy arrays and back hold the same values, and no pandas is imported for them."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from lakes import put_all, some_events

from elt.native.arrays import fixed_strings, numbers, strings, values_of
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.unit


def test_numbers_have_the_requested_type() -> None:
    values = np.array([0, 86_400, -1], np.int64)
    assert numbers(values).equals(pa.array([0, 86_400, -1], pa.int64()))
    assert numbers(values[::2], pa.timestamp("us", "UTC")).to_pylist()[0] == datetime(1970, 1, 1, tzinfo=UTC)
    assert numbers(values.astype(np.int32), pa.date32()).to_pylist()[0] == date(1970, 1, 1)
    assert numbers(values[:0]).equals(pa.array([], pa.int64()))


def test_strings_may_be_null_empty_or_of_any_script() -> None:
    values = ["a", None, "", "Änne 🏥", None, *map(str, range(20))]
    assert strings(values).equals(pa.array(values, pa.string()))
    assert strings([]).equals(pa.array([], pa.string()))
    strings(values).validate(full=True)


def test_rows_of_characters_are_strings() -> None:
    rows = np.frombuffer(b"abcdef", np.uint8).reshape(3, 2)
    assert fixed_strings(rows).equals(pa.array(["ab", "cd", "ef"]))


@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.date32(), pa.timestamp("us", "UTC")])
def test_values_of_a_part_of_several_chunks_are_right(kind: pa.DataType) -> None:
    whole = pa.chunked_array([pa.array(part, pa.int32()) for part in ([1, 2, 3], [], [4, 5])])
    column = whole.cast(pa.int64()).cast(kind) if kind.bit_width == 64 else whole.cast(kind)
    assert values_of(column).tolist() == [1, 2, 3, 4, 5]
    assert values_of(column.slice(1, 3)).tolist() == [2, 3, 4]
    assert values_of(column.combine_chunks().slice(3)).tolist() == [4, 5]
    assert values_of(column.slice(0, 0)).tolist() == []


def test_staging_imports_no_pandas(tmp_path: Path) -> None:
    put_all(LocalStore(tmp_path / "lake"), some_events(20))
    script = (
        "import sys; from elt.lake.lake import Lake; from elt.staging import stage; "
        f"stage(Lake.open({str(tmp_path / 'lake')!r})); print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr
