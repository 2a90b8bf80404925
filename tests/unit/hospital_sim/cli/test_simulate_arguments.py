"""The arguments of a run: dates, seed, warm-up; and the identifiers that follow from them."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy as np
import pandas
import pytest
from hospitals import department, hospital

import hospital_sim as hs
from hospital_sim.clock import Day
from hospital_sim.errors import ConfigurationError
from hospital_sim.events import DepSnapshot
from hospital_sim.simulation.runner import plan_run

pytestmark = pytest.mark.unit

CITY = hospital(department("a"), warmup_days=10, identifier="city")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"end": "2023-12-31"}, "end: 2023-12-31 is before the start, 2024-01-01; both days are included"),
        ({"start": "2024-02-30"}, "start: '2024-02-30' is not a date; write YYYY-MM-DD"),
        ({"start": "20240101"}, "start: '20240101' is not a date"),
        ({"start": "2024-01-01T00:00:00Z"}, "start: .* is not a date"),
        ({"end": ""}, "end: '' is not a date"),
        ({"start": datetime(2024, 1, 1, 8)}, "start: 2024-01-01 08:00:00 has a time of day; give a date"),  # noqa: DTZ001
        ({"start": datetime(2024, 1, 1, tzinfo=UTC)}, r"start: 2024-01-01 00:00:00\+00:00 has a time of day"),
        ({"start": np.datetime64("2024-01-01T08")}, "start: 2024-01-01 08:00:00 has a time of day; give a date"),
        ({"start": np.datetime64("NaT")}, "start: must be a date or YYYY-MM-DD, not None"),
        ({"start": 2024}, "start: must be a date or YYYY-MM-DD, not 2024"),
        ({"start": None}, "start: must be a date or YYYY-MM-DD, not None"),
        ({"emit_from": "2023-12-31"}, "emit_from: 2023-12-31 is not between the start, 2024-01-01, and the end"),
        ({"emit_from": "2024-02-01"}, "emit_from: 2024-02-01 is not between"),
        ({"seed": -1}, "seed: must be between 0 and 9223372036854775807, not -1"),
        ({"seed": 2**63}, "seed: must be between 0"),
        ({"seed": 1.0}, "seed: must be a whole number, not 1.0"),
        ({"seed": "1"}, "seed: must be a whole number, not '1'"),
        ({"seed": True}, "seed: must be a whole number, not True"),
        ({"start": "1971-01-05", "end": "1971-01-06"}, "start: 1971-01-05, less 10 days of warm-up, is before 1971"),
        ({"end": "2200-01-01"}, "end: 2200-01-01 is after 2199"),
    ],
)
def test_a_wrong_argument_is_named(arguments: dict[str, object], message: str) -> None:
    complete = {"start": "2024-01-01", "end": "2024-01-31", "seed": 1} | arguments
    with pytest.raises(ConfigurationError, match=message):
        CITY.simulate(**complete)  # type: ignore[arg-type]


@pytest.mark.parametrize("day", [date(1971, 1, 11), date(2024, 2, 29), date(2199, 12, 31)])
def test_a_run_may_last_one_day_and_calls_on_day_for_every_day_including_the_warm_up(day: date) -> None:
    """The first day possible with ten days of warm-up, and the last."""
    days: list[date] = []
    run = CITY.simulate(day.isoformat(), day, seed=0, on_day=days.append)
    assert {event.snapshot_date for event in run.events if isinstance(event, DepSnapshot)} == {day}
    assert days == [day - timedelta(days=number) for number in range(10, -1, -1)]


def test_the_beds_are_filled_when_the_run_begins_and_empty_without_a_warm_up() -> None:
    runs = [
        hospital(department("a"), warmup_days=days).simulate("2024-01-01", "2024-01-01", seed=1) for days in (0, 60)
    ]
    cold, warm = [next(event for event in run.events if isinstance(event, DepSnapshot)) for run in runs]
    assert cold.occupied_beds == 0 < warm.occupied_beds


def _plan(**changes: object) -> tuple[str, str]:
    start, end = changes.get("start", date(2024, 1, 1)), changes.get("end", date(2024, 1, 31))
    config = msgspec.structs.replace(CITY.config, **changes.get("config", {}))  # type: ignore[arg-type]
    plan = plan_run(config, start, end, changes.get("seed", 1), changes.get("emit_from"))  # type: ignore[arg-type]
    return plan.run_id, plan.history_id


def test_a_history_ignores_the_end_and_a_run_depends_on_everything() -> None:
    run, history = _plan()
    assert _plan() == _plan(emit_from=date(2024, 1, 1)) == (run, history)
    for another_run in (_plan(emit_from=date(2024, 1, 2)), _plan(end=date(2024, 2, 1))):
        assert another_run[0] != run
        assert another_run[1] == history
    configs = ({"warmup_days": 11}, {"name": "Another"}, {"department": (department("a", beds=9),)})
    others = [_plan(start=date(2024, 1, 2)), _plan(seed=2), *(_plan(config=config) for config in configs)]
    assert [other for other in others if other[0] == run or other[1] == history] == []


def test_the_order_of_shares_in_a_file_changes_no_byte() -> None:
    shares = {"11": 0.25, "21": 0.6, "81": 0.15}
    runs = [
        hospital(department("a", admission_methods=dict(words))).simulate("2024-01-01", "2024-01-20", seed=1)
        for words in (shares.items(), reversed(shares.items()))
    ]
    one, other = ([msgspec.json.encode(part) for part in (*run.events, run.record)] for run in runs)
    assert one == other


def test_the_record_holds_the_arguments_and_no_wall_clock() -> None:
    record = CITY.simulate("2024-01-01", "2024-01-03", seed=np.int64(5).item()).record
    run = record.run
    assert (run.hospital_id, run.seed, run.warmup_days) == ("city", 5, 10)
    assert (run.start, run.emit_from, run.end) == (date(2024, 1, 1), date(2024, 1, 1), date(2024, 1, 3))
    assert msgspec.convert(run.configuration, hs.HospitalConfig) == CITY.config
    assert run.departments[0].offered_load == pytest.approx(0.9)
    assert set(run.__struct_fields__) == {
        "record_version", "run_id", "history_id", "stream_version", "hospital_id", "hospital_name", "configuration",
        "configuration_hash", "seed", "warmup_days", "start", "emit_from", "end", "departments",
        "periods", "bundled",
    }  # fmt: skip


@pytest.mark.parametrize(
    "first",
    [np.datetime64("2024-01-01"), np.datetime64("2024-01-01", "ns"), pandas.Timestamp("2024-01-01")],
    ids=["day", "nanoseconds", "pandas"],
)
def test_a_day_of_numpy_or_pandas_is_a_date(first: Day) -> None:
    run = CITY.simulate(first, "2024-01-02", seed=1)
    assert run.record.run.start == date(2024, 1, 1)
    assert type(run.record.run.start) is date
