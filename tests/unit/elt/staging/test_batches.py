"""Names to identifiers and back, batches of bounded size, and sorting a day that is too large to hold."""

import os
import random
from datetime import date
from uuid import UUID

import pyarrow as pa
import pytest
from compiled_code import needed_library, use_way

from elt.native.buffers import texts_of
from elt.native.names import (
    NamePattern,
    Names,
    compiled_names,
    identifier_texts,
    object_names,
    read_any_names,
    read_object_names,
)
from elt.staging import sorting
from elt.staging.reading.batches import in_batches, names_by_day
from elt.staging.sorting import DaySorter, by_time

pytestmark = pytest.mark.unit


def names_of(count: int) -> list[str]:
    choices = random.Random(3)
    return [f"admission_{UUID(int=choices.getrandbits(128))}.json" for _ in range(count)]


@pytest.fixture(params=["compiled", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    use_way(request.param, monkeypatch)


def listed(*folders: list[str]) -> Names:
    return Names.of(b"".join(os.fsencode(name) + b"\0" for name in names) for names in folders)


@pytest.mark.usefixtures("way")
def test_names_are_read_as_sorted_identifiers_and_written_as_names_again() -> None:
    names = names_of(500)

    (empty, identifiers, single), others = read_object_names("admission", listed([], names, names[:1]))

    assert (empty, others) == (b"", [[], [], []])
    assert texts_of(identifier_texts(single)) == [names[0][10:46]]
    assert texts_of(object_names("admission", identifier_texts(identifiers))) == sorted(names)
    assert texts_of(identifier_texts(identifiers)) == sorted(name[10:46] for name in names)
    assert read_object_names("admission", listed()) == ([], [])


@pytest.mark.parametrize(
    "odd",
    [
        "readme.md",
        "admission_00000000-0000-0000-0000-00000000000G.json",
        "admission_00000000-0000-0000-0000-00000000000A.json",
        "admission_00000000-0000-0000-0000_000000000000.json",
        "admission_000000000-000-0000-0000-000000000000.json",
        "admission_0000000000000-0000-0000-000000000000.json",
        "admission.00000000-0000-0000-0000-000000000000.json",
        "admission_00000000-0000-0000-0000-000000000000.jsom",
        "discharge_00000000-0000-0000-0000-000000000000.json",
        "admission_00000000-0000-0000-0000-000000000000.json.tmp",
        "admission_00000000-0000-0000-0000-00000000000é.json",
        "deeper/admission_00000000-0000-0000-0000-000000000000.json",
        "admission_\udcff.json",
        "",
        # As long as two names of events with the zero between them.
        "\n".join(["admission_00000000-0000-0000-0000-000000000000.json"] * 2),
    ],
)
@pytest.mark.usefixtures("way")
def test_a_name_that_is_not_an_events_is_returned_as_it_is(odd: str) -> None:
    names = names_of(3)

    identifiers, others = read_object_names("admission", listed(names[:1], [odd, *names[1:]], []))

    assert others == [[], [odd], []]
    assert list(map(len, identifiers)) == [16, 2 * 16, 0]


def test_any_character_but_a_hexadecimal_digit_is_noticed_at_any_place() -> None:
    read_compiled = compiled_names(needed_library())
    pattern, canonical = NamePattern(b"a_", b".b"), "01234567-89ab-cdef-0000-ffffffffffff"
    for place in range(len(canonical)):
        for character in map(chr, range(1, 256)):
            name = f"a_{canonical[:place]}{character}{canonical[place + 1 :]}.b".encode("latin-1")
            names = Names.of([name + b"\0"])
            fits = character == "-" if canonical[place] == "-" else character in "0123456789abcdef"
            expected = [bytes.fromhex(name[2:38].decode().replace("-", ""))] if fits else None
            assert read_compiled(pattern, names) == expected
            assert read_any_names(pattern, names) == ((expected, [[]]) if expected else ([b""], [[os.fsdecode(name)]]))


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_batches_hold_whole_days_or_parts_of_one(size: int) -> None:
    days = {date(2024, 3, day): bytes(16 * count) for day, count in ((1, 5), (2, 1), (3, 7), (4, 2))}

    batches = list(in_batches(names_by_day("admission", days), size))

    assert all(sum(map(len, batch)) <= size for batch in batches)
    assert all(len(batch) == 1 for batch in batches if not batch[0].whole)
    for day, identifiers in days.items():
        parts = [names for batch in batches for names in batch if names.day == day]
        assert b"".join(part.identifiers for part in parts) == identifiers
        assert all(part.whole for part in parts) == (len(identifiers) // 16 <= size)


def events(count: int, seed: int) -> pa.Table:
    choices = random.Random(seed)
    times = [choices.randrange(200) * 1_000_000 for _ in range(count)]
    schema = pa.schema([("event_time", pa.timestamp("us", tz="UTC")), ("event_id", pa.string())])
    return pa.table({"event_time": times, "event_id": [f"{seed:03d}-{row:06d}" for row in range(count)]}, schema=schema)


@pytest.mark.parametrize("held", [0, 1000, 10**6])
def test_a_day_is_sorted_by_time_and_identifier_in_memory_or_a_file(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "HELD_ROWS", held)
    monkeypatch.setattr(sorting, "_MERGED_ROWS", 700)
    monkeypatch.setattr(sorting, "_SPILLED_ROWS", 64)
    parts = [events(count, seed) for seed, count in enumerate((900, 1, 0, 1500, 77))]
    sorter = DaySorter()
    for part in parts:
        sorter.add(part)

    merged = pa.concat_tables(list(sorter.sorted()))

    assert merged.equals(pa.concat_tables(parts).sort_by([("event_time", "ascending"), ("event_id", "ascending")]))
    assert list(sorter.sorted()) == []


def test_sorting_by_time_keeps_the_order_within_a_second() -> None:
    table = events(1000, 1)

    assert by_time(table).equals(table.sort_by([("event_time", "ascending"), ("event_id", "ascending")]))
