"""Writes staged Parquet files: the same events give the same bytes."""

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile

import pyarrow as pa
import pyarrow.parquet as pq

from elt.contracts import ColumnKind, arrow_schema, columns, contract_version
from hospital_sim.events import UUID_PATTERN

ROW_GROUP_ROWS = 131_072
_HELD_BYTES = 1 << 24

CONTRACT_KEY = b"hospital_sim.contract_version"
INPUTS_KEY = b"hospital_sim.inputs"
COUNTS_KEY = b"hospital_sim.counts"


class StagedFileWriter:
    """One staged file in the making, compressed, in memory or if it is large in a temporary file.

    Rows must be added in the order of the file: by ``event_time``, then ``event_id``.

    Args:
        event_type: Type of the events.
    """

    def __init__(self, event_type: str) -> None:
        self._schema = arrow_schema(event_type)
        self._contract = contract_version(event_type)
        self._buffer = SpooledTemporaryFile(_HELD_BYTES, prefix="hospital-elt-")  # noqa: SIM115
        self._pending: list[pa.Table] = []
        self._pending_rows = 0
        self._writer = pq.ParquetWriter(
            self._buffer,
            self._schema,
            version="2.6",
            compression="zstd",
            # Identifiers and moments hardly repeat: a dictionary of them costs time and saves nothing.
            use_dictionary=[
                column.name
                for column in columns(event_type)
                if column.kind is not ColumnKind.TIMESTAMP and column.pattern != UUID_PATTERN
            ],
            write_statistics=True,
            sorting_columns=[
                pq.SortingColumn(self._schema.get_field_index(name)) for name in ("event_time", "event_id")
            ],
        )

    def close(self) -> None:
        """Forget the file."""
        self._writer.close()
        self._buffer.close()

    def add_all(self, tables: Iterable[pa.Table]) -> None:
        """Add the rows of several tables."""
        for table in tables:
            self.add(table)

    def add(self, table: pa.Table) -> None:
        """Add rows, which come after those added before."""
        self._pending.append(table)
        self._pending_rows += table.num_rows
        if self._pending_rows >= ROW_GROUP_ROWS:
            self._write(whole_groups_only=True)

    def finish(self, inputs: str, counts: bytes) -> bytes:
        """Close the file and return its bytes.

        Args:
            inputs: Key of the list of its raw objects, for the metadata.
            counts: What became of them, for the metadata.
        """
        self._write(whole_groups_only=False)
        self._writer.add_key_value_metadata(
            {CONTRACT_KEY: str(self._contract), INPUTS_KEY: inputs, COUNTS_KEY: counts.decode()}
        )
        self._writer.close()
        self._buffer.seek(0)
        return self._buffer.read()

    def _write(self, *, whole_groups_only: bool) -> None:
        if not self._pending_rows:
            return
        # Row groups of one size, each of one chunk a column: how rows were batched leaves no trace in the bytes.
        rows = pa.concat_tables(self._pending)
        end = rows.num_rows - rows.num_rows % ROW_GROUP_ROWS if whole_groups_only else rows.num_rows
        for start in range(0, end, ROW_GROUP_ROWS):
            group = rows.slice(start, min(ROW_GROUP_ROWS, end - start)).combine_chunks()
            self._writer.write_table(group, ROW_GROUP_ROWS)
        self._pending, self._pending_rows = [rows.slice(end)], rows.num_rows - end


def read_metadata(data: bytes) -> dict[bytes, bytes]:
    """Return the metadata of a staged file from its bytes."""
    metadata: dict[bytes, bytes] = pq.read_metadata(pa.BufferReader(data)).metadata or {}
    return metadata
