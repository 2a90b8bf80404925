"""Writes staged Parquet files: the same events give the same bytes."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from elt.contracts import Column, ColumnKind, arrow_schema, columns, contract_version
from elt.native.temporary import explain_no_space, temporary_file
from hospital_sim.events import UUID_PATTERN

ROW_GROUP_ROWS = 131_072

CONTRACT_KEY = b"hospital_sim.contract_version"
INPUTS_KEY = b"hospital_sim.inputs"
COUNTS_KEY = b"hospital_sim.counts"

_PURPOSE = "a staged file too large for memory is made here"


class StagedFileWriter:
    """Writes one staged file.

    Rows must be added in the order of the file: by ``event_time``, then ``event_id``.

    Example:
        writer = StagedFileWriter("admission", thread)
        writer.add(table)
        data = writer.finish(inputs, counts).result()

    Args:
        event_type: Type of the events.
        thread: One thread, in which rows are encoded and compressed while the next are read. It gets few, large
            tasks, because each must wait for the interpreter.
    """

    def __init__(self, event_type: str, thread: ThreadPoolExecutor) -> None:
        self._thread = thread
        self._encoder = _Encoder(event_type)
        self._rows: list[pa.Table] = []
        self._count = 0
        self._encoding: Future[None] | None = None

    def add_all(self, tables: Iterable[pa.Table]) -> None:
        """Add the rows of several tables."""
        for table in tables:
            self.add(table)

    def add(self, table: pa.Table) -> None:
        """Add the next rows."""
        self._rows.append(table)
        self._count += table.num_rows
        if self._count >= ROW_GROUP_ROWS:
            if self._encoding is not None:
                self._encoding.result()  # so that few rows are in memory
            self._encoding = self._thread.submit(self._encoder.add, self._rows)
            self._rows, self._count = [], 0

    def finish(self, inputs: str, counts: bytes) -> Future[bytes]:
        """End the file.

        Args:
            inputs: Key of the list of its raw objects, for the metadata.
            counts: Their encoded ``OutputCounts``, for the metadata.

        Returns:
            The bytes of the file.
        """
        return self._thread.submit(self._finish, inputs, counts)

    def _finish(self, inputs: str, counts: bytes) -> bytes:
        if self._encoding is not None:
            self._encoding.result()  # an error, if there was one
        return self._encoder.finish(self._rows, inputs, counts)


class _Encoder:
    """Encodes rows; all calls come from one thread.

    A file of one row group is written to memory, because that waits least for the interpreter; a larger one to a
    temporary file.
    """

    def __init__(self, event_type: str) -> None:
        self._event_type = event_type
        self._file: pa.BufferOutputStream | IO[bytes] | None = None
        self._writer: pq.ParquetWriter | None = None
        self._rest: list[pa.Table] = []

    def add(self, tables: list[pa.Table]) -> None:
        """Add rows; those after the last whole row group are kept for the next call.

        Raises:
            EltError: If there is no room for temporary files.
        """
        rows = pa.concat_tables(self._rest + tables)
        end = rows.num_rows - rows.num_rows % ROW_GROUP_ROWS
        with explain_no_space(_PURPOSE):
            if self._file is None:
                self._file = temporary_file()
            self._write(rows.slice(0, end))
        self._rest = [rows.slice(end)]

    def finish(self, tables: list[pa.Table], inputs: str, counts: bytes) -> bytes:
        """Add the last rows and return the bytes of the file (see ``StagedFileWriter.finish``)."""
        if self._file is None:
            self._file = pa.BufferOutputStream()
        with explain_no_space(_PURPOSE):
            self._write(pa.concat_tables(self._rest + tables))
            writer = self._open()
            contract = str(contract_version(self._event_type))
            writer.add_key_value_metadata({CONTRACT_KEY: contract, INPUTS_KEY: inputs, COUNTS_KEY: counts.decode()})
            writer.close()
        return _contents(self._file)

    def _write(self, rows: pa.Table) -> None:
        # Row groups of one size, each of one chunk a column, so that the bytes do not depend on the batches.
        for start in range(0, rows.num_rows, ROW_GROUP_ROWS):
            self._open().write_table(rows.slice(start, ROW_GROUP_ROWS).combine_chunks(), ROW_GROUP_ROWS)

    def _open(self) -> pq.ParquetWriter:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._file, **_format(self._event_type, columns(self._event_type)))
        return self._writer


@cache
def _format(event_type: str, all_columns: tuple[Column, ...]) -> dict[str, object]:
    """Return the settings of the Parquet writer for a type."""
    schema = arrow_schema(event_type)
    # Identifiers and times hardly repeat, so a dictionary of them costs time and saves nothing. Columns with a
    # dictionary have a few bits a value, so they are not compressed. Version and compression are those that Amazon
    # documents for Redshift; files of before are of version 2.6, compressed with Zstandard.
    repeats = {
        column.name: column.kind is not ColumnKind.TIMESTAMP and column.pattern != UUID_PATTERN
        for column in all_columns
    }
    return {
        "schema": schema,
        "version": "1.0",
        "compression": {name: "none" if repeated else "snappy" for name, repeated in repeats.items()},
        "use_dictionary": [name for name, repeated in repeats.items() if repeated],
        "write_statistics": True,
        "sorting_columns": [pq.SortingColumn(schema.get_field_index(name)) for name in ("event_time", "event_id")],
    }


def _contents(file: pa.BufferOutputStream | IO[bytes]) -> bytes:
    """Return the bytes that were written to a file."""
    if isinstance(file, pa.BufferOutputStream):
        data: bytes = file.getvalue().to_pybytes()
        return data
    with file:
        file.seek(0)
        return file.read()


def read_metadata(data: bytes) -> dict[bytes, bytes]:
    """Return the metadata of a staged file from its bytes."""
    metadata: dict[bytes, bytes] = pq.read_metadata(pa.BufferReader(data)).metadata or {}
    return metadata
