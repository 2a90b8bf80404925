"""Reads the objects that have the form of a template with the compiled library, ``elt/native/rows.c``."""

import ctypes
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from elt.native.arguments import BYTES, FLAGS, NUMBER, NUMBERS, compiled_function
from elt.native.arrays import fixed_strings, numbers
from elt.native.buffers import JoinedObjects
from elt.native.fixed_values import UUID_WIDTH
from elt.native.read_rows import ReadRows, Texts
from elt.native.template import Kind, Template, Value

_LITERAL = 0
"""The kind of a piece of text; those of values are the numbers that ``Kind`` has."""

_TYPES = {Kind.UUID: f"V{UUID_WIDTH}", Kind.TIMESTAMP: "i8", Kind.DATE: "i4", Kind.INTEGER: "i8"}


class _Part(ctypes.Structure):
    """``struct part``."""

    _fields_ = (
        ("kind", NUMBER),
        ("text", ctypes.c_char_p),
        ("size", NUMBER),
        ("lowest", NUMBER),
        ("values", ctypes.c_void_p),
        ("table", ctypes.c_void_p),
        ("slots", NUMBER),
        ("texts", ctypes.c_void_p),
        ("sizes", ctypes.c_void_p),
        ("known", NUMBER),
    )


class _Column:
    """The values of one column in the making.

    Args:
        value: What is read.
        objects: The most rows.
        part: Is told where the values are written.
    """

    def __init__(self, value: Value, objects: int, part: _Part) -> None:
        self._kind = value.kind
        self._part = part
        self._values = np.empty(objects, _TYPES.get(value.kind, "i4"))
        part.kind, part.lowest, part.values = value.kind.value, value.lowest, self._values.ctypes.data
        if value.kind not in _TYPES:
            self._table = np.zeros(1 << (2 * objects).bit_length(), np.int32)
            self._texts, self._sizes = np.empty(objects, np.uintp), np.empty(objects, np.int64)
            part.table, part.slots = self._table.ctypes.data, len(self._table)
            part.texts, part.sizes = self._texts.ctypes.data, self._sizes.ctypes.data

    def first(self, rows: int) -> pa.Array | Texts:
        """Return the first values, of so many rows."""
        values = self._values[:rows]
        if self._kind is Kind.UUID:
            return fixed_strings(values.view(np.uint8).reshape(-1, UUID_WIDTH))
        if self._kind is Kind.INTEGER:
            return numbers(values)
        if self._kind is Kind.DATE:
            return numbers(values, pa.date32())
        if self._kind is Kind.TIMESTAMP:
            return numbers(values, pa.timestamp("us", tz="UTC"))
        return Texts(values.astype(np.int32, copy=False), list(self._different()))

    def _different(self) -> Iterator[bytes]:
        known = self._part.known
        places = zip(self._texts[:known].tolist(), self._sizes[:known].tolist(), strict=True)
        return (ctypes.string_at(place, size) for place, size in places)


class CompiledRows:
    """Reads objects (see ``RowReader``).

    Args:
        library: The compiled library.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        parts = ctypes.POINTER(_Part)
        self._read = compiled_function(library, "read_rows", BYTES, NUMBERS, NUMBER, parts, NUMBER, FLAGS)

    def read(self, template: Template, joined: JoinedObjects) -> ReadRows:
        """Read the objects that have the form of a template (see ``RowReader.read``)."""
        count, proven = len(joined), np.empty(len(joined), np.bool_)
        columns: dict[str, _Column] = {}
        parts = (_Part * len(template.parts))()
        for place, part in enumerate(template.parts):
            if isinstance(part, bytes):
                parts[place] = _Part(_LITERAL, part, len(part))
            else:
                columns[part.name] = _Column(part, count, parts[place])
        rows = self._read(joined.bytes, joined.ends, count, parts, len(parts), proven)
        return ReadRows(proven, {name: column.first(rows) for name, column in columns.items()})
