"""Checks that a staged file has the columns of its contract. Files of every version stay readable."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from elt import BrokenLakeError, EltError
from elt.contracts import EVENT_VERSIONS, arrow_schema, contract_version, struct_version
from elt.lake.lake import Lake
from elt.lake.staging_runs import StagedFile
from hospital_sim.storage import LocalStore, ObjectNotFoundError

if TYPE_CHECKING:
    import pyarrow as pa

_VERSION = re.compile(rb"[1-9]\d{0,8}")


def require_contract(lake: Lake, file: StagedFile) -> int:
    """Check that a staged file has the columns of the version of its contract that it names.

    Args:
        lake: The lake.
        file: The file. If it names no version, the newest is expected.

    Returns:
        The version.

    Raises:
        EltError: If it is of a newer version than this program knows.
        BrokenLakeError: If it has other columns, or is not a Parquet file.
    """
    from elt.staging.parquet import CONTRACT_KEY

    newest = contract_version(file.event_type)
    schema, metadata = _schema_of(lake, file.key)
    text = metadata.get(CONTRACT_KEY, b"%d" % newest)
    version = int(text) if _VERSION.fullmatch(text) else 0
    if version > newest:
        raise EltError(
            f"{file.key}: was staged by a newer version of hospital-elt (its contract is of version {version}, known "
            f"is {newest}); upgrade hospital-sim; nothing was loaded"
        )
    if version not in map(struct_version, EVENT_VERSIONS[file.event_type]):
        raise BrokenLakeError(f"{file.key}: names {text!r} as the version of its contract; nothing was loaded")
    expected = arrow_schema(file.event_type, version)
    if schema.equals(expected, check_metadata=False):
        return version
    differences = [
        field.name
        for field in (*expected, *schema)
        if field.name not in schema.names
        or field.name not in expected.names
        or not schema.field(field.name).equals(expected.field(field.name))
    ]
    difference = f"column {differences[0]!r} differs" if differences else "the columns are in another order"
    raise BrokenLakeError(
        f"{file.key}: its schema is not the contract's for {file.event_type}, version {version}: {difference}; "
        "nothing was loaded"
    )


def _schema_of(lake: Lake, key: str) -> "tuple[pa.Schema, dict[bytes, bytes]]":
    """Return the schema of a staged file and its metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = Path(lake.url) / key if isinstance(lake.store, LocalStore) else pa.BufferReader(lake.store.read(key))
        with pq.ParquetFile(source) as opened:
            return opened.schema_arrow, opened.metadata.metadata or {}
    except (FileNotFoundError, ObjectNotFoundError) as error:
        raise BrokenLakeError(
            f"{key}: a staging manifest names it, but it is gone from {lake.url}; bring it back from a copy of the "
            "lake (hospital-elt verify tells what else is missing); nothing was loaded"
        ) from error
    except (OSError, pa.ArrowException) as error:
        raise BrokenLakeError(f"{key}: cannot be read as Parquet: {error}; nothing was loaded") from error
