"""Arrow arrays from NumPy arrays and back, without a copy.

What pyarrow has for it, and ``pyarrow.scalar``, imports pandas first where that is installed: it takes longer than
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
        kind: The type that they have in Arrow, of as many bytes; by default the same numbers.
    """
    found = pa.from_numpy_dtype(values.dtype) if kind is None else kind
    return pa.Array.from_buffers(found, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def values_of(array: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.signedinteger]:
    """Return the numbers, dates or times of an Arrow array without nulls, as the numbers that Arrow has for them."""
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
    """Return single strings as an Arrow array."""
    texts = [b"" if value is None else value.encode() for value in values]
    ends = np.array([0, *accumulate(map(len, texts))], np.int32)
    valid = np.packbits(np.array([value is not None for value in values], np.bool_), bitorder="little")
    return pa.Array.from_buffers(pa.string(), len(values), list(map(pa.py_buffer, (valid, ends, b"".join(texts)))))
