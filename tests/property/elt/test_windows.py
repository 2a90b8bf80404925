"""Parts of objects are taken alike by the compiled library and by NumPy."""

from random import Random

import numpy as np
import pytest
from compiled_code import needed_library
from hypothesis import example, given
from hypothesis import strategies as st

from elt.joined import Bytes, JoinedObjects, Offsets
from elt.staging.windows import LONGEST_TEXT, CompiledWindows, NumpyWindows, Windows

pytestmark = pytest.mark.property

# Quotes, the letters of null, the ends of bytes: what decides where a text ends and what is outside of its bounds.
OBJECTS = st.lists(st.lists(st.sampled_from(b'"""nulx\0\1\xfe\xff'), max_size=120).map(bytes), min_size=1, max_size=12)


@pytest.fixture(scope="module", params=["compiled", "numpy"])
def windows(request: pytest.FixtureRequest) -> Windows:
    return NumpyWindows() if request.param == "numpy" else CompiledWindows(needed_library())


def joined_at(objects: list[bytes], places: list[int]) -> tuple[JoinedObjects, Offsets]:
    joined = JoinedObjects.of(objects)
    return joined, joined.starts + np.array((places * len(objects))[: len(objects)])


def window(joined: JoinedObjects, at: int, width: int) -> bytes:
    """Return the bytes from a place on; none begins where a whole window would go beyond the padding."""
    start = min(at, len(joined.bytes) - width)
    return joined.bytes[start : start + width].tobytes()


@given(OBJECTS, st.lists(st.integers(0, 900), min_size=1, max_size=12), st.integers(1, 130), st.randoms())
def test_a_block_is_taken_and_what_is_outside_of_its_bounds_is_told(
    windows: Windows, objects: list[bytes], places: list[int], width: int, choices: Random
) -> None:
    joined, at = joined_at(objects, places)
    expected = [window(joined, place, width) for place in at.tolist()]
    # Bounds that are close around one of the rows.
    around = np.frombuffer(choices.choice(expected), np.uint8).astype(np.int64)
    lowest: Bytes = (around - choices.randrange(2)).clip(0).astype(np.uint8)
    span: Bytes = ((around + choices.randrange(2)).clip(0, 255) - lowest).astype(np.uint8)

    rows, outside = windows.within(joined, at, lowest, span)

    assert [row.tobytes() for row in rows] == expected
    bounds = list(zip(lowest.tolist(), span.tolist(), strict=True))
    assert outside.dtype == np.bool_
    assert outside.tolist() == [
        any(not low <= byte <= low + more for byte, (low, more) in zip(row, bounds, strict=True)) for row in expected
    ]


@given(OBJECTS, st.lists(st.integers(0, 900), min_size=1, max_size=12), st.booleans())
@example([b"x" * 31 + b'"', b"x" * 32 + b'"', b'"', b'""', b"null"], [0], False)
@example([b'"' + b"x" * 30 + b'"', b'"' + b"x" * 31 + b'"', b'"', b'""', b"null", b"nul"], [0], True)
@example([b"x" * (LONGEST_TEXT - 1) + b'"', b"y" * LONGEST_TEXT + b'"', b'a"', b'b"', b'a"'], [0], False)
@example([b"%d" % (number % 700) + b'"' for number in range(2000)], [0], False)
def test_a_text_is_taken_up_to_its_closing_quote(
    windows: Windows, objects: list[bytes], places: list[int], optional: bool
) -> None:
    joined, at = joined_at(objects, places)

    found = windows.texts(joined, at, optional=optional)

    expected = [expected_text(window(joined, place, LONGEST_TEXT), optional) for place in at.tolist()]
    assert found.endless.tolist() == [text is None for text in expected]
    assert found.lengths.tolist() == [LONGEST_TEXT if text is None else len(text) for text in expected]
    assert len(found.different) == len(set(found.different)) == len(set(found.codes.tolist()))
    # Zeros at the end, which no encoder writes, may be missing: with or without them it is no text and no null.
    texts = [found.different[code].rstrip(b"\0") for code in found.codes.tolist()]
    ended = [(text, end.rstrip(b"\0")) for text, end in zip(texts, expected, strict=True) if end]
    assert [text for text, _ in ended] == [end for _, end in ended]


def expected_text(window: bytes, optional: bool) -> bytes | None:
    if optional and window[:1] != b'"':
        return window[:4]
    end = window.find(b'"', int(optional))
    return None if end < 0 else window[: end + 1]
