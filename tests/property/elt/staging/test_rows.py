"""The compiled library reads exactly the objects that fit a template, as a regular expression and Python do."""

import re
from datetime import UTC, date, datetime
from itertools import product

import pyarrow as pa
import pytest
from compiled_code import needed_library
from hypothesis import example, given
from hypothesis import strategies as st

from elt.native.buffers import ObjectBuffer
from elt.native.rows import CompiledRows, EncodedTexts
from elt.native.template import LONGEST_TEXT, MOST_DIGITS, Kind, Template, Value

pytestmark = pytest.mark.property

LOWEST = 7
PATTERNS = {
    Kind.UUID: rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    Kind.TIMESTAMP: rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    Kind.DATE: rb"\d{4}-\d\d-\d\d",
    Kind.INTEGER: rb"0|[1-9]\d{0,%d}" % (MOST_DIGITS - 1),
    Kind.TEXT: rb'[^"]{0,%d}"' % (LONGEST_TEXT - 1),
    Kind.OPTIONAL_TEXT: rb'null|"[^"]{0,%d}"' % (LONGEST_TEXT - 2),
}


def dates(years: str, months: str, days: str) -> list[bytes]:
    return [f"{year}-{month}-{day}".encode() for year, month, day in product(*map(str.split, (years, months, days)))]


def quoted(opening: bytes, *sizes: int) -> list[bytes]:
    return [opening + b"x" * size + b'"' for size in sizes]


MOMENTS = product(
    dates("0001 1900 2000 2023 9999", "02 12", "01 29"),
    *([b"%02d" % number for number in numbers] for numbers in ((0, 23, 24), (0, 59, 60), (0, 59, 60))),
)
EXAMPLES = {
    Kind.UUID: [b"01234567-89ab-cdef-0000-ffffffffffff", b"99999999-aaaa-0000-ffff-000000000000"],
    Kind.TIMESTAMP: [b"%bT%b:%b:%bZ" % moment for moment in MOMENTS],
    Kind.DATE: dates(
        "0000 0001 1900 2000 2023 2024", "00 01 02 03 04 05 06 07 08 09 10 11 12 13", "00 01 28 29 30 31 32"
    ),
    Kind.INTEGER: [b"", b"07", b"7.0"]
    + [b"%d" % number for number in (-7, 0, 6, 7, 10, 10**17, 10**18 - 1, 10**18, 2**63)],
    Kind.TEXT: [b'"', b'a"', b'b"', b"a", b'null"', b'\xff\0"', *quoted(b"", 30, 31, 32, 94, 95, 96)],
    Kind.OPTIONAL_TEXT: [b"null", b"nul", b"nulx", b'"', b'""', b'"a"', b'"b"', *quoted(b'"', 29, 30, 31, 93, 94, 95)],
}
"""Values of each kind, and texts that are nearly one."""


def changed(text: bytes, place: int, characters: bytes) -> bytes:
    """Return a text with other characters at a place."""
    return text[:place] + characters + text[place + len(characters) :]


ODD = st.sampled_from([b"0", b"9", b":", b"/", b"a", b"f", b"g", b"-", b'"', b"\0", b" "])
NEAR = {
    kind: st.sampled_from(texts) | st.builds(changed, st.sampled_from(texts), st.integers(0, 36), ODD)
    for kind, texts in EXAMPLES.items()
}


@pytest.fixture(scope="module")
def reader() -> CompiledRows:
    return CompiledRows(needed_library())


def template_of(kinds: list[Kind]) -> Template:
    """Return a template of values of some kinds, each between literals."""
    parts: list[bytes | Value] = [b"{"]
    for place, kind in enumerate(kinds):
        parts += [Value(f"{place}", kind, str, LOWEST), b","]
    return Template("tag", tuple(parts), {})


def expected(kinds: list[Kind], data: bytes) -> list[object] | None:
    """Return the values of an object; None if it does not fit the template."""
    # No group gives back what it matched: a value ends where its bytes end, and not where the rest would fit.
    match = re.fullmatch(b"{" + b"".join(b"(?>(" + PATTERNS[kind] + b"))," for kind in kinds), data, re.DOTALL)
    if match is None:
        return None
    try:
        return [value_of(kind, text) for kind, text in zip(kinds, match.groups(), strict=True)]
    except ValueError:
        return None


def value_of(kind: Kind, text: bytes) -> object:
    if kind is Kind.TIMESTAMP:
        return datetime.strptime(text.decode(), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if kind is Kind.DATE:
        return date.fromisoformat(text.decode())
    if kind is Kind.INTEGER and int(text) < LOWEST:
        raise ValueError("too low")
    return int(text) if kind is Kind.INTEGER else text.decode() if kind is Kind.UUID else text


def values_of(column: pa.Array | EncodedTexts) -> list[object]:
    if isinstance(column, EncodedTexts):
        assert len(set(column.different)) == len(column.different)
        return [column.different[code] for code in column.codes.tolist()]
    values: list[object] = column.to_pylist()
    return values


def objects_of(kind: Kind) -> list[bytes]:
    return [b"{" + text + b"," for text in EXAMPLES[kind]]


@st.composite
def objects(draw: st.DrawFn) -> tuple[list[Kind], list[bytes]]:
    """Draw kinds of values, and objects that fit their template or nearly do."""
    kinds = draw(st.lists(st.sampled_from(Kind), max_size=4))
    whole = st.tuples(*(NEAR[kind] for kind in kinds)).map(lambda texts: b"{" + b"".join(text + b"," for text in texts))
    cut = st.tuples(whole, st.integers(0, 120)).map(lambda pair: pair[0][: pair[1]])
    return kinds, draw(st.lists(whole | cut | whole.map(lambda data: data + b"{"), max_size=8))


@given(objects())
@example(([Kind.TEXT], [b'{%d",' % (number % 700) for number in range(2000)]))
@example(([Kind.UUID], objects_of(Kind.UUID)))
@example(([Kind.TIMESTAMP], objects_of(Kind.TIMESTAMP)))
@example(([Kind.DATE], objects_of(Kind.DATE)))
@example(([Kind.INTEGER], objects_of(Kind.INTEGER)))
@example(([Kind.TEXT], objects_of(Kind.TEXT)))
@example(([Kind.OPTIONAL_TEXT], objects_of(Kind.OPTIONAL_TEXT)))
def test_the_objects_that_fit_the_template_are_read_and_no_others(
    reader: CompiledRows, drawn: tuple[list[Kind], list[bytes]]
) -> None:
    check(reader, *drawn)


@pytest.mark.parametrize("kind", Kind)
def test_any_character_is_noticed_at_any_place(reader: CompiledRows, kind: Kind) -> None:
    values = [text for text in EXAMPLES[kind] if expected([kind], b"{" + text + b",") is not None]
    for right in values[:2]:
        places = range(len(right))
        check(reader, [kind], [b"{" + changed(right, place, bytes([c])) + b"," for place in places for c in range(256)])


def check(reader: CompiledRows, kinds: list[Kind], contents: list[bytes]) -> None:
    fits, values = reader.read(template_of(kinds), ObjectBuffer.of(contents))

    rows = [expected(kinds, data) for data in contents]

    assert fits.tolist() == [row is not None for row in rows]
    columns = [values_of(values[f"{place}"]) for place in range(len(kinds))]
    right = [row for row in rows if row is not None]
    assert columns == [list(column) for column in zip(*right, strict=True)] or (not right and not any(columns))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600, 2000])
def test_literals_of_any_length_are_compared(reader: CompiledRows, size: int) -> None:
    text = bytes(97 + place % 26 for place in range(size))
    template = Template("tag", (text, Value("0", Kind.DATE, str), text, Value("1", Kind.INTEGER, str), text), {})
    right = text + b"2024-02-29" + text + b"7" + text
    wrong = [changed(right, place, b"!") for place in range(len(right))]

    fits, values = reader.read(template, ObjectBuffer.of([right, *wrong, right[:-1], right + b"a", right]))

    assert fits.tolist() == [True, *[False] * (len(wrong) + 2), True]
    assert [values_of(values[name]) for name in "01"] == [[date(2024, 2, 29)] * 2, [7] * 2]
