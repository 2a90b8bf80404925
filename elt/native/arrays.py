"""Arrow arrays from NumPy arrays and back, without a copy and without pandas.

pyarrow's own conversions, and ``pyarrow.scalar``, first import pandas where it is installed, which takes longer than
staging a month.
"""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.native.buffers import Bytes


def numbers(values: npt.NDArray[np.generic], kind: pa.DataType | None = None) -> pa.Array:
    """Return numbers as an Arrow array.

    Args:
        values: The numbers.
        kind: Arrow type with the same number of bytes; by default the type of the numbers.
    """
    arrow_type = pa.from_numpy_dtype(values.dtype) if kind is None else kind
    return pa.Array.from_buffers(arrow_type, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def values_of(array: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.signedinteger]:
    """Return an Arrow array of numbers, dates or times without nulls as the integers that Arrow stores for them."""
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    width = whole.type.bit_width // 8
    data = whole.buffers()[1] if len(whole) else b""
    return np.frombuffer(data, f"i{width}")[whole.offset :][: len(whole)]


def fixed_strings(text: Bytes) -> pa.Array:
    """Return rows of ASCII characters as an Arrow array of strings."""
    count, width = text.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(offsets), pa.py_buffer(text)])


def strings(values: Sequence[str | None]) -> pa.Array:
    """Return strings as an Arrow array."""
    texts = [b"" if value is None else value.encode() for value in values]
    ends = np.array([0, *accumulate(map(len, texts))], np.int32)
    valid = np.packbits(np.array([value is not None for value in values], np.bool_), bitorder="little")
    return pa.Array.from_buffers(pa.string(), len(values), list(map(pa.py_buffer, (valid, ends, b"".join(texts)))))


def fixed_texts(array: pa.ChunkedArray) -> npt.NDArray[np.bytes_]:
    """Return an Arrow array of strings of one width, without nulls, as NumPy's texts."""
    whole = array.combine_chunks()
    if not len(whole):
        return np.empty(0, "S1")
    _, offsets, data = whole.buffers()
    first, second = np.frombuffer(offsets, np.int32)[whole.offset :][:2].tolist()
    return np.frombuffer(data, f"S{second - first}", len(whole), first)
