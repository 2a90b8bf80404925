"""A field that varies changes nothing else; demand stays the same unless a field of demand varies."""

from datetime import date

import pytest
from changing_hospital import changing
from hospitals import department, hospital
from msgspec import structs
from tiny_hospitals import poisson

import hospital_sim as hs
from hospital_sim.config.offered_load import offered_load, requests_per_day
from hospital_sim.draws.requests import requests
from hospital_sim.draws.streams import Streams
from hospital_sim.experiments import sweep
from hospital_sim.experiments.alignment import notes
from hospital_sim.experiments.field_values import with_fields

pytestmark = pytest.mark.unit

SMALL = hs.load("small").config
DAY_ONE, LAST_DAY = date(2025, 1, 1), date(2025, 3, 1)
ARRIVALS = ["2025-01-01T08:00:00Z", "2025-01-02T08:00:00Z", "2025-01-03T08:00:00Z"]


def test_a_field_that_varies_changes_nothing_else_and_demand_only_if_it_is_one_of_demand() -> None:
    more = with_fields(SMALL, {"general_medicine.beds": 40}).department
    assert (more[0].beds, requests_per_day(more[0])) == (40, requests_per_day(SMALL.department[0]))
    assert [each.beds for each in more[1:]] == [each.beds for each in SMALL.department[1:]]

    busier = with_fields(SMALL, {"*.target_occupancy": 0.9})
    assert [offered_load(each) for each in busier.department] == pytest.approx([0.9] * 3)

    fixed = with_fields(SMALL, {"general_surgery.requests_per_day": 2.0}).department[1]
    assert (fixed.target_occupancy, fixed.requests_per_day) == (None, 2.0), "it takes the place of the target"

    config = poisson(beds=5, per_day=1.0, departments=2)
    parts = with_fields(config, {"warmup_days": 9, "d1.stay.mean": 2.5})
    assert (parts.warmup_days, parts.department[0].stay) == (9, hs.Exponential(mean=2.5))
    assert with_fields(config, {"d2.beds": 5}) == config


def test_a_sweep_runs_every_combination_on_the_same_demand() -> None:
    ward = hs.Hospital(poisson(beds=4, per_day=3.0, delay_days=[1, 2]))

    found = sweep(ward, {"d1.beds": [4, 6], "d1.delay_share": [0.0, 0.5]}, end="2025-03-01", replications=3, workers=1)

    table = found.table("utilisation")
    assert list(zip(table["d1.beds"], table["d1.delay_share"], strict=True)) == [(4, 0.0), (4, 0.5), (6, 0.0), (6, 0.5)]
    assert len({tuple(point.values("requests")) for point in found.points}) == 1
    assert found.difference("occupied_beds", point=1).verdict == "higher"
    with pytest.raises(hs.ConfigurationError, match="point: must be between 1 and 3, not 4"):
        found.difference("queue", point=4)


def test_departments_that_differ_are_named() -> None:
    base = hs.Hospital(poisson(beds=4, per_day=3.0, departments=2))
    fewer = hs.Hospital(poisson(beds=4, per_day=3.0, departments=1))
    busier = hs.Hospital(with_fields(base.config, {"d2.requests_per_day": 3.5, "d2.when_full": "divert"}))
    longer = hs.Hospital(with_fields(base.config, {"warmup_days": 9}))
    other_stays = hs.Hospital(with_fields(base.config, {"d1.stay.mean": 1.1}))

    assert notes({"now": base, "same": base}) == []
    assert notes({"now": base, "fewer": fewer}) == [
        "now alone has d2: not compared by department, but part of all departments"
    ]
    assert notes({"now": fewer, "base": base}) == [
        "base alone has d2: not compared by department, but part of all departments"
    ]
    assert notes({"now": base, "busier": busier}) == [
        "busier, d2: 3.500 requests a day, not 3.000: it does not meet the same patients",
        "busier, d2: differs from now in when_full (wait to divert)",
    ]
    assert notes({"now": base, "longer": longer}) == [
        "longer has 9 days of warm-up and now 5: no department meets the same patients"
    ]
    assert notes({"now": base, "other": other_stays}) == ["other, d1: differs from now in stay"]


LIST = {"id": "s", "schedule": [{"weekday": "monday", "time": "08:00", "patients": 7}]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source": [{"id": "s", "share": 1}]}, "requests of s, not of the department itself"),
        (
            {"source": [{"id": "s", "share": 0.5}, {"id": "t", "share": 0.5}]},
            "requests of s, t, not of the department itself",
        ),
        ({"month_multipliers": [1.5, 0.5] * 6}, "requests at other times"),
        ({"weekday_multipliers": [1, 1, 1, 1, 1, 0.5, 0.5]}, "requests at other times"),
        ({"hour_multipliers": [2, 1] * 12}, "requests at other times"),
        ({"month_multipliers": [2.0] * 12}, None),
        ({"requests_per_day": 0.5, "beds": 7}, "0.500 requests a day, not 1.000"),
        (
            {
                "requests_per_day": None,
                "target_occupancy": 0.4,
                "beds": 10,
                "stay": {"distribution": "fixed", "value": 4},
            },
            None,
        ),
        ({"delay_share": 0.2, "when_full": "divert"}, None),
    ],
)
def test_a_note_says_that_the_patients_differ_exactly_if_the_requests_do(
    changes: dict[str, object], reason: str | None
) -> None:
    fields = {"beds": 10, "requests_per_day": 1.0, "stay": {"distribution": "fixed", "value": 4}, "delay_share": 0}
    one, other = (hospital(department("d", **(fields | more))) for more in ({}, changes))
    on_patients = [note for note in notes({"now": one, "other": other}) if "patients" in note]
    assert on_patients == ([f"other, d: {reason}: it does not meet the same patients"] if reason else [])
    streams = Streams(1, "h", "d")
    seconds = [
        [request.second for request in requests(each.config.department[0], streams, DAY_ONE, LAST_DAY)]
        for each in (one, other)
    ]
    assert (seconds[0] != seconds[1]) == bool(reason)


def test_sources_of_the_same_name_with_other_requests_are_other_patients() -> None:
    later = LIST | {"schedule": [{"weekday": "monday", "time": "09:00", "patients": 7}]}
    for one, other in ((LIST, later), ({"id": "s", "arrivals": ARRIVALS[:2]}, {"id": "s", "arrivals": ARRIVALS[1:]})):
        hospitals = {
            name: hospital(department("d", requests_per_day=None, target_occupancy=None, source=[source]))
            for name, source in {"now": one, "same": one, "other": other}.items()
        }
        assert [note.partition(" meet")[0] for note in notes(hospitals) if "patients" in note] == [
            "other, d: requests at other times: it does not"
        ]


def test_a_note_names_other_changes_of_a_hospital_from_a_day_on() -> None:
    config = changing().config
    hospitals = {
        "now": hs.Hospital(config),
        "same": hs.Hospital(structs.replace(config)),
        "other": hs.Hospital(structs.replace(config, change=config.change[:1])),
    }
    assert notes(hospitals) == [
        "other has other changes than now: from their days on, departments may not meet the same patients"
    ]


def test_too_few_beds_are_an_error_about_the_beds_and_possible_if_allowed() -> None:
    message = (
        r"^elderly_medicine: -2 beds leave 10, which gives an offered load of 1\.020 over the year, so the queue .*"
    )
    with pytest.raises(hs.ConfigurationError, match=f"{message}; leave more, or allow overload$"):
        hs.load("small").with_beds({"elderly_medicine": -2})
    fewer = hs.load("small").with_beds({"elderly_medicine": -2, "general_surgery": 1}, allow_overload=True)
    assert {each.id: each.allow_overload for each in fewer.config.department} == {
        "general_medicine": False,
        "general_surgery": False,
        "elderly_medicine": True,
    }
    with pytest.raises(hs.ConfigurationError, match=r"^elderly_medicine\.beds=10: .* gives an offered load of 1\.020"):
        with_fields(SMALL, {"elderly_medicine.beds": 10})
    assert with_fields(SMALL, {"elderly_medicine.beds": 10, "*.allow_overload": True}).department[2].allow_overload
