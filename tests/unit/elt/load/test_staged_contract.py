"""A staged file is loaded only if it has exactly the columns of the version of its contract."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lakes import QuickStore, admission, put_all

from elt import BrokenLakeError, EltError
from elt.lake.lake import Lake
from elt.load.staged_contract import require_contract
from elt.staging import stage
from elt.staging.parquet import CONTRACT_KEY

pytestmark = pytest.mark.unit


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake with one staged file."""
    store = QuickStore(tmp_path / "lake")
    put_all(store, [admission(1)])
    stage(Lake(store))
    return Lake(store)


def rows_of(lake: Lake) -> pa.Table:
    [file] = lake.staged_files()
    return pq.read_table(Path(lake.url, file.key), partitioning=None)


def refused(lake: Lake, rows: pa.Table, message: str, error: type[Exception] = BrokenLakeError) -> None:
    """Put other rows in place of the staged file, and check that they are refused with its name."""
    [file] = lake.staged_files()
    Path(lake.url, file.key).unlink()
    pq.write_table(rows, Path(lake.url, file.key))
    with pytest.raises(error, match=f"{file.key}: {message}") as raised:
        require_contract(lake, file)
    assert type(raised.value) is error


def test_a_file_with_other_columns_is_refused_and_the_first_is_named(lake: Lake) -> None:
    rows = rows_of(lake)
    at = rows.schema.get_field_index("department_id")
    name = rows.column_names[at]
    binary = pa.field(name, pa.binary(), nullable=False)
    for other in (
        rows.drop_columns([name]),
        rows.set_column(at, binary, rows[at].cast(pa.binary())),
        rows.set_column(at, pa.field(name, pa.string()), rows[at]),
    ):
        refused(lake, other, "its schema is not the contract's for admission, version 1: column 'department_id'")
    refused(lake, rows.append_column("mood", rows[at]), "its schema .*: column 'mood' differs")
    refused(lake, rows.select(rows.column_names[::-1]), "its schema .*: the columns are in another order")


def test_a_file_with_an_invalid_version_is_refused(lake: Lake) -> None:
    rows = rows_of(lake)
    for version in (b"0", b"-1", b"one", b"1.0", b"", b"1234567890"):
        message = f"names b'{version.decode()}' as the version of its contract; nothing was loaded"
        refused(lake, rows.replace_schema_metadata({CONTRACT_KEY: version}), message)


def test_a_file_of_a_newer_version_is_refused_with_advice_to_upgrade(lake: Lake) -> None:
    newer = rows_of(lake).replace_schema_metadata({CONTRACT_KEY: b"2"})
    refused(lake, newer, r"was staged by a newer version of hospital-elt .*version 2, known is 1.*upgrade", EltError)


def test_a_file_without_a_version_is_of_the_newest_and_one_that_is_gone_or_not_parquet_is_refused(lake: Lake) -> None:
    [file] = lake.staged_files()
    path = Path(lake.url, file.key)
    rows = rows_of(lake).replace_schema_metadata({})
    path.unlink()
    pq.write_table(rows, path)
    assert require_contract(lake, file) == 1
    path.unlink()
    with pytest.raises(BrokenLakeError, match=f"{file.key}: a staging manifest names it, but it is gone"):
        require_contract(lake, file)
    path.write_bytes(b"half a file")
    with pytest.raises(BrokenLakeError, match=f"{file.key}: cannot be read as Parquet"):
        require_contract(lake, file)
