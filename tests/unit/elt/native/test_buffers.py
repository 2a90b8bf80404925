"""A buffer of objects returns the bytes of each, also of a slice, of selected ones and after it grew."""

import numpy as np
import pytest

from elt.native.buffers import ObjectBuffer

pytestmark = pytest.mark.unit

CONTENTS = [b"first", b"", b"second object", b"x", b""]


def test_objects_come_back_in_their_order() -> None:
    buffer = ObjectBuffer.of(CONTENTS)
    assert list(buffer) == CONTENTS
    assert (len(buffer), buffer.end) == (5, len(b"".join(CONTENTS)))
    assert buffer.lengths().tolist() == list(map(len, CONTENTS))
    assert bytes(buffer.view()) == b"".join(CONTENTS)


@pytest.mark.parametrize(("start", "end"), [(0, 5), (0, 0), (5, 5), (1, 4), (2, 3), (4, 5)])
def test_a_slice_holds_its_objects_alone(start: int, end: int) -> None:
    part = ObjectBuffer.of(CONTENTS).slice(start, end)
    assert list(part) == CONTENTS[start:end]
    assert part.lengths().tolist() == list(map(len, CONTENTS[start:end]))
    assert bytes(part.view()) == b"".join(CONTENTS[start:end])
    assert list(part.slice(0, len(part))) == CONTENTS[start:end]


def test_selected_objects_are_copied() -> None:
    buffer = ObjectBuffer.of(CONTENTS)
    assert list(buffer.select(np.array([3, 0, 1]))) == [b"x", b"first", b""]
    assert list(buffer.select(np.array([], np.int64))) == []


def test_a_buffer_grows_and_keeps_its_objects() -> None:
    large = bytes(range(256)) * (1 << 16)
    buffer = ObjectBuffer(4)
    for data in (b"a", large, b"b", large):
        buffer.extend([data])
    assert list(buffer) == [b"a", large, b"b", large]
