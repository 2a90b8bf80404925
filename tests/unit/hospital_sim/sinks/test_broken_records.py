"""A broken run record stops a simulation only if it may be of the same hospital, and then the error says what to do."""

from pathlib import Path

import pytest
from hospitals import department, hospital

from hospital_sim import HistoryConflictError, Hospital
from hospital_sim.events.keys import record_key, started_key

pytestmark = pytest.mark.unit

FIRST, LAST, NEXT = "2024-01-01", "2024-01-03", "2024-01-04"
STRAY = "f" * 32
PUT_BACK = "put back what the run wrote, or delete it if no run wrote it"


def city(name: str = "city") -> Hospital:
    return hospital(department("a"), identifier=name)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw root with runs of two hospitals."""
    for name in ("city", "town"):
        city(name).simulate(FIRST, LAST, seed=1, sink=tmp_path / "raw")
    return tmp_path / "raw"


def spoil(raw: Path, key: str) -> str:
    path = raw / key
    path.write_bytes(path.read_bytes()[:99] if path.exists() else b"{}")
    return key


def run_id(raw: Path, name: str) -> str:
    [path] = [path for path in raw.glob("_runs/*.started.json") if f'"{name}"' in path.read_text()]
    return path.name.split(".")[0]


def next_day(raw: Path, name: str = "city", *, first: str = NEXT) -> None:
    city(name).simulate(FIRST, first, seed=1, sink=raw, emit_from=first)


def test_a_broken_run_record_stops_no_run_that_it_cannot_concern(raw: Path) -> None:
    town = run_id(raw, "town")
    spoil(raw, record_key(STRAY))
    spoil(raw, record_key(town))
    next_day(raw)
    with pytest.raises(
        HistoryConflictError, match=rf"_runs/{STRAY}\.json: is not a run record .* covers 2024-01-05; put"
    ):
        next_day(raw, first="2024-01-06")
    (raw / record_key(STRAY)).unlink()
    with pytest.raises(HistoryConflictError, match="no finished run of this history covers 2024-01-05; run it from"):
        next_day(raw, first="2024-01-06")

    city("town").simulate(FIRST, LAST, seed=1, sink=raw.parent / "other")
    (raw / record_key(town)).write_bytes((raw.parent / "other" / record_key(town)).read_bytes())
    spoil(raw, started_key(town))
    next_day(raw, first="2024-01-05")


def test_a_broken_run_record_that_may_be_of_the_hospital_is_named_with_what_to_do(raw: Path) -> None:
    own = spoil(raw, record_key(run_id(raw, "city")))
    with pytest.raises(HistoryConflictError, match=rf"{own}: is not a run record .* covers {FIRST}; {PUT_BACK}"):
        next_day(raw)
    stray = spoil(raw, started_key(STRAY))
    match = rf"{stray}: is not a run record .* may be another history of hospital 'city'; {PUT_BACK}"
    with pytest.raises(HistoryConflictError, match=match):
        city().simulate(FIRST, LAST, seed=1, sink=raw)
    (raw / own).unlink()
    (raw / stray).unlink()
    city().simulate(FIRST, LAST, seed=1, sink=raw)
    next_day(raw)
