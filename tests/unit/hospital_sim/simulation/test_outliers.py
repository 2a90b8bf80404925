"""The bed of an outlier is cleaned as its department cleans beds, whatever the department that was asked does."""

from datetime import date

import pytest
from hospitals import START, department, drawn
from tiny_hospitals import replayed

from hospital_sim import Hospital
from hospital_sim.clock import HOUR
from hospital_sim.config import HospitalConfig, parse_hospital
from hospital_sim.events import Admission
from hospital_sim.experiments.field_values import with_fields

pytestmark = pytest.mark.unit


def _fixed(value: float) -> dict[str, object]:
    return {"distribution": "fixed", "value": value}


def _hours(asked: float | None, place: float | None) -> list[tuple[str, float]]:
    """Return the department and the hour of each admission of patients who ask the first of two departments.

    One has its bed for two days, so that the others, who ask at 1 and at 3 and stay for two hours, go to the second
    department after an hour.
    """
    common = {"name": "A", "treatment_function_code": "300", "beds": 1, "allow_overload": True}
    sources = [
        {"id": "long", "arrivals": [f"{START}T00:00:00Z"], "stay": _fixed(2)},
        {"id": "short", "arrivals": [f"{START}T01:00:00Z", f"{START}T03:00:00Z"], "stay": _fixed(2 / 24)},
    ]
    first = common | {"id": "asked", "source": sources, "overflow": {"after_hours": 1, "to": ["place"]}}
    later = {"id": "later", "arrivals": ["2030-01-01T00:00:00Z"], "stay": _fixed(1)}
    second = common | {"id": "place", "source": [later]}
    wards = [
        ward if hours is None else ward | {"turnaround_hours": _fixed(hours)}
        for ward, hours in ((first, asked), (second, place))
    ]
    config = parse_hospital({"id": "h", "name": "H", "warmup_days": 0, "department": wards})
    run = Hospital(config).simulate(START, START, seed=1)
    admissions = [event for event in run.events if isinstance(event, Admission)]
    return [(event.department_id, event.event_time.hour + event.event_time.minute / 60) for event in admissions][1:]


@pytest.mark.parametrize(
    ("asked", "place", "second"),
    [(None, None, 4), (10, None, 4), (None, 2.5, 6.5), (10, 2.5, 6.5), (2.5, 10, 14), (3, 3, 7), (3, 0, 4)],
)
def test_the_next_outlier_waits_for_the_cleaning_of_the_department_whose_bed_it_is(
    asked: float | None, place: float | None, second: float
) -> None:
    assert _hours(asked, place) == [("place", 2), ("place", second)]


def test_turnarounds_of_outliers_are_drawn_with_the_request_and_equal_for_equal_distributions() -> None:
    gamma = {"distribution": "gamma", "mean": 2, "sd": 1}
    own = department("own", overflow={"after_hours": 1, "to": ["same", "twice", "none"]}, turnaround_hours=gamma)
    others = [
        department("same", turnaround_hours=gamma),
        department("twice", turnaround_hours=gamma | {"mean": 4, "sd": 2}),
        department("none"),
        department("stranger", turnaround_hours=gamma),
    ]
    config = HospitalConfig(id="h", name="H", warmup_days=0, department=(own, *others))
    alone = HospitalConfig(id="h", name="H", warmup_days=0, department=(own,))

    requests, without = (drawn(each, own, 1, START, date(START.year, 1, 31)) for each in (config, alone))

    assert len(requests) > 20
    for request, other in zip(requests, without, strict=True):
        assert request.turnaround == other.turnaround > 0
        assert other.outlier_turnarounds == {}
        assert request.outlier_turnarounds == {
            "same": request.turnaround,
            "twice": pytest.approx(2 * request.turnaround, abs=2),
        }
    assert len({request.turnaround for request in requests}) == len(requests)
    assert max(request.turnaround for request in requests) < 12 * HOUR


def test_a_patient_who_has_waited_long_enough_goes_when_the_one_before_takes_a_bed() -> None:
    arrivals = {
        "own": [f"{START}T{time}:00Z" for time in ("00:00", "01:00", "01:01")],
        "place": ["2030-01-01T00:00:00Z"],
    }
    rule = {"own.overflow": {"after_hours": [1, 50], "to": ["place"]}}
    config = with_fields(replayed(arrivals, stay_days=6 / 24, warmup_days=0), rule)
    own, _ = config.department
    draws = {seed: [each.overflow for each in drawn(config, own, seed, START, START)] for seed in range(100)}
    seed = next(seed for seed, (_, patient, following) in draws.items() if patient > 0.5 and following < 0.05)

    run = Hospital(config).simulate(START, START, seed=seed)

    admissions = [event for event in run.events if isinstance(event, Admission)]
    assert [(event.department_id, event.event_time.hour) for event in admissions] == [
        ("own", 0),
        ("own", 6),
        ("place", 6),
    ]
