"""A field that varies changes nothing else; demand stays the same unless a field of demand varies."""

import pytest
from tiny_hospitals import poisson

import hospital_sim as hs
from hospital_sim.config.offered_load import offered_load, requests_per_day
from hospital_sim.experiments import sweep
from hospital_sim.experiments.alignment import notes
from hospital_sim.experiments.field_values import with_fields

pytestmark = pytest.mark.unit

SMALL = hs.load("small").config


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
