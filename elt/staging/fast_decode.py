"""Reads many objects at once where each has exactly the bytes that encoding an event gives (``elt.native.template``).

An object is *proven* only if the pieces of text and the values, read from its first byte, end with its last byte: so no
row is ever made of the bytes of two objects. Whatever is not proven is left to decoding one by one; a row read here is
the row that decoding gives.
"""

from dataclasses import dataclass
from functools import cache

import msgspec
import numpy as np
import pyarrow as pa

from elt.native import LIBRARY
from elt.native.arrays import numbers, strings
from elt.native.buffers import JoinedObjects
from elt.native.compiled_rows import CompiledRows
from elt.native.fixed_values import Flags
from elt.native.numpy_rows import NumpyRows
from elt.native.read_rows import RowReader, Texts
from elt.native.template import Kind, Value, template_of
from hospital_sim.events import Event, encode

LONGEST_OBJECT = 4096
"""Longer objects are decoded one by one."""

ROWS: RowReader = NumpyRows() if LIBRARY is None else CompiledRows(LIBRARY)
"""What this installation has; both do the same."""


@dataclass(frozen=True)
class Proven:
    """The events that were read.

    Attributes:
        rows: For each object, whether it is in the table.
        table: The events, in the order of the objects; columns as the type and version has them.
    """

    rows: Flags
    table: pa.Table


class CanonicalForm:
    """The bytes that encoding the events of one type and version gives.

    Args:
        struct: The class of the events.

    Raises:
        TypeError: If a field has a type that this way of reading does not know.
    """

    def __init__(self, struct: type[Event]) -> None:
        self._template = template_of(struct)
        self._tag = strings([self._template.tag])[0]
        self._decoders = {value.name: msgspec.json.Decoder(value.described) for value in self._template.values()}

    def read(self, joined: JoinedObjects) -> Proven:
        """Read the objects that have this form."""
        read = ROWS.read(self._template, joined)
        count = int(read.proven.sum())
        columns = {"event_type": pa.repeat(self._tag, count)}
        columns |= {name: numbers(np.full(count, value, np.int64)) for name, value in self._template.constants.items()}
        wrong = np.zeros(count, np.bool_)
        for value in self._template.values():
            column = read.columns[value.name]
            if isinstance(column, Texts):
                columns[value.name], misspelt = self._texts(value, column)
                wrong |= misspelt
            else:
                columns[value.name] = column
        table = pa.table(columns)
        if not wrong.any():
            return Proven(read.proven, table)
        proven = read.proven.copy()
        proven[read.proven] = ~wrong
        return Proven(proven, table.filter(pa.array(~wrong)))

    def _texts(self, value: Value, found: Texts) -> tuple[pa.Array, Flags]:
        """Return a column of texts, each of which is decoded once, and which of its rows are none."""
        decoded = [_decoded(self._decoders[value.name], value, written) for written in found.different]
        column = strings([text for text, _ in decoded]).take(numbers(found.codes))
        right = np.array([right for _, right in decoded], np.bool_)
        return column, np.zeros(len(column), np.bool_) if right.all() else ~right[found.codes]


@cache
def canonical_form(struct: type[Event]) -> CanonicalForm | None:
    """Return the form of a class; None if a field has a type that must be decoded one by one."""
    try:
        return CanonicalForm(struct)
    except TypeError:
        return None


def _decoded(decoder: "msgspec.json.Decoder[str | None]", value: Value, written: bytes) -> tuple[str | None, bool]:
    """Return a text, and whether encoding it gives the bytes that were read.

    One that ends with a line break is left to decoding one by one, though its pattern allows it (see
    ``elt.staging.rules``).
    """
    data = b'"' + written if value.kind is Kind.TEXT else written
    try:
        text = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, False
    return text, encode(text) == data and not (text or "").endswith("\n")
