"""A day bundle is whole or refused, whatever its bytes unpack to."""

import tracemalloc
from datetime import date

import pytest
from backports import zstd

from hospital_sim.events.day_bundles import (
    LARGEST_DAY_BUNDLE,
    BrokenDayBundleError,
    has_same_lines,
    pack,
    split_lines,
    unpack,
)
from hospital_sim.events.keys import day_bundle_key, line_key, parse_day_bundle_key, parse_event_key, parse_line_key

pytestmark = pytest.mark.unit

LINES = [b'{"a":1}', b"", b'{"b":2}']


def test_a_bundle_holds_its_lines() -> None:
    assert unpack(pack(LINES)) == b'{"a":1}\n\n{"b":2}\n'
    assert split_lines(unpack(pack(LINES))) == LINES
    assert split_lines(b'{"a":1}\n{"b":2}') == [b'{"a":1}', b'{"b":2}']  # the last line without its break
    assert split_lines(unpack(pack([]))) == []


def test_the_same_lines_are_the_same_bundle_whatever_the_compressor() -> None:
    other = zstd.compress(b'{"a":1}\n\n{"b":2}\n', 19)
    assert other != pack(LINES)
    assert has_same_lines(other, pack(LINES))
    assert not has_same_lines(pack(LINES[:2]), pack(LINES))
    assert not has_same_lines(b"no bundle", b"no bundle")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "cut off"),
        (pack(LINES)[:-1], "cut off"),
        (pack(LINES)[: len(pack(LINES)) // 2], "cut off"),
        (b"{}\n", "cannot be unpacked with zstd"),
        (pack(LINES)[:-1] + bytes([pack(LINES)[-1] ^ 1]), "cannot be unpacked with zstd"),
        (pack(LINES) + b"x", "goes on after its end"),
        (pack(LINES) + pack(LINES), "goes on after its end"),
    ],
)
def test_what_is_not_one_whole_bundle_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(BrokenDayBundleError, match=words):
        unpack(data)


def test_a_bundle_that_unpacks_to_gigabytes_is_refused_in_little_memory() -> None:
    packer, part = zstd.ZstdCompressor(), bytes(1 << 24)
    bomb = b"".join(packer.compress(part) for _ in range(256)) + packer.flush()
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    try:
        with pytest.raises(BrokenDayBundleError, match="unpacks to more than"):
            unpack(bomb)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 3 * LARGEST_DAY_BUNDLE


def test_lines_that_are_too_many_for_a_bundle_are_refused() -> None:
    line = bytes(1 << 24)
    with pytest.raises(BrokenDayBundleError, match="more than 134,217,728"):
        pack([line] * 8)
    assert len(unpack(pack([line] * 7 + [line[:-8]]))) == LARGEST_DAY_BUNDLE


def test_keys_of_bundles_and_names_of_lines_are_read_back() -> None:
    day = date(2024, 3, 15)
    for name, hospital in (("city", "city"), ("city.opening", "city")):
        key = day_bundle_key("admission", day, name)
        assert parse_day_bundle_key(key) == ("admission", day, name, hospital)
        assert parse_line_key(line_key(key, 12)) == (("admission", day, name, hospital), 12)
        assert parse_line_key(key) == (("admission", day, name, hospital), 0)
        assert parse_event_key(key) is None


@pytest.mark.parametrize(
    "key",
    [
        "admission/event_date=2024-03-15/discharge_city.ndjson.zst",
        "admission/event_date=2024-02-30/admission_city.ndjson.zst",
        "admission/event_date=2024-03-15/admission_City.ndjson.zst",
        "admission/event_date=2024-03-15/admission_city.closing.ndjson.zst",
        "admission/event_date=2024-03-15/admission_city.ndjson",
        "admission/event_date=2024-03-15/admission_city.ndjson.zst\n",
        "admission/event_date=2024-03-15/admission_city.ndjson.zst.line-0",
        "admission/event_date=2024-03-15/admission_city.ndjson.zst.line-01",
        "admission/event_date=2024-03-15/admission_city.ndjson.zst.line-",
        "admission/event_date=2024-03-15/admission_city.ndjson.zst.line-1.line-2",
        "notes/event_date=2024-03-15/notes_city.ndjson.zst",
    ],
)
def test_other_keys_are_no_keys_of_bundles_or_lines(key: str) -> None:
    assert parse_day_bundle_key(key) is None
    assert parse_line_key(key) is None
