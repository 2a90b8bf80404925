"""Decodes many canonical objects together: those whose bytes are what encoding an event writes.

An object counts as canonical only if the literals and values of the template, read from its first byte, end with its
last byte; so no row is made of the bytes of two objects. Every other object is decoded on its own. A row read here
equals the row that decoding gives.
"""

from functools import cache

import msgspec
import numpy as np
import pyarrow as pa

from elt.native.arrays import numbers, strings
from elt.native.buffers import Flags, ObjectBuffer
from elt.native.rows import CompiledRows, EncodedTexts
from elt.native.template import Kind, Value, template_of
from hospital_sim.events import Event, encode

LONGEST_OBJECT = 4096
"""Longer objects are decoded one by one."""


class CanonicalReader:
    """Reads the canonical objects of one event type and version.

    Args:
        struct: The class of the events.

    Raises:
        TypeError: If a field has a type whose values are of no kind that a template knows.
    """

    def __init__(self, struct: type[Event]) -> None:
        self._template = template_of(struct)
        self._tag = strings([self._template.tag])[0]
        self._decoders = {value.name: msgspec.json.Decoder(value.described) for value in self._template.values()}

    def read(self, rows: CompiledRows, objects: ObjectBuffer) -> tuple[Flags, pa.Table]:
        """Read the canonical ones of some objects.

        Args:
            rows: The compiled way to read rows.
            objects: The objects.

        Returns:
            For each object True if it is canonical; and the events of those, with the columns of the type and version.
        """
        fits, values = rows.read(self._template, objects)
        count = int(fits.sum())
        columns = {"event_type": pa.repeat(self._tag, count)}
        columns |= {name: numbers(np.full(count, value, np.int64)) for name, value in self._template.constants.items()}
        valid = np.ones(count, np.bool_)
        for value in self._template.values():
            column = values[value.name]
            if isinstance(column, EncodedTexts):
                columns[value.name], valid_texts = self._decode_texts(value, column)
                valid &= valid_texts
            else:
                columns[value.name] = column
        table = pa.table(columns)
        if valid.all():
            return fits, table
        canonical = fits.copy()
        canonical[fits] = valid
        return canonical, table.filter(pa.array(valid))

    def _decode_texts(self, value: Value, texts: EncodedTexts) -> tuple[pa.Array, Flags]:
        """Return a column of texts, each decoded once, and for each row True if its text is canonical."""
        decoded = [_decode_text(self._decoders[value.name], value, encoded) for encoded in texts.different]
        column = strings([text for text, _ in decoded]).take(numbers(texts.codes))
        canonical = np.array([canonical for _, canonical in decoded], np.bool_)
        return column, np.ones(len(column), np.bool_) if canonical.all() else canonical[texts.codes]


@cache
def canonical_reader(struct: type[Event]) -> CanonicalReader | None:
    """Return the reader for a class of events; None if a field has a type that must be decoded one by one."""
    try:
        return CanonicalReader(struct)
    except TypeError:
        return None


def _decode_text(decoder: "msgspec.json.Decoder[str | None]", value: Value, encoded: bytes) -> tuple[str | None, bool]:
    """Return a text, and True if encoding it gives the same bytes.

    A text that ends with a line break is left to decoding one by one, because its pattern allows it (see
    ``elt.staging.reading.rules``).
    """
    data = b'"' + encoded if value.kind is Kind.TEXT else encoded
    try:
        text = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, False
    return text, encode(text) == data and not (text or "").endswith("\n")
