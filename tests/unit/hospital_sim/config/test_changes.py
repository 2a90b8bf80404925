"""Changes of a hospital from a day on: reading them, checking them, and the configuration that holds on a day."""

from datetime import date
from typing import Any

import msgspec
import pytest

import hospital_sim as hs
from hospital_sim.config import HospitalConfig, parse_hospital
from hospital_sim.config.changes import config_on, timelines
from hospital_sim.config.offered_load import offered_load, requests_per_day
from hospital_sim.errors import ConfigurationError
from hospital_sim.experiments.field_values import with_fields

pytestmark = pytest.mark.unit

JULY, AUGUST = date(2024, 7, 1), date(2024, 8, 1)


def _read(*changes: dict[str, Any], **fields: Any) -> HospitalConfig:
    wards = [
        {"id": "a", "name": "A", "beds": 10, "target_occupancy": 0.8, **fields},
        {"id": "b", "name": "B", "beds": 10, "requests_per_day": 1.0, "overflow": {"after_hours": 4, "to": ["a"]}},
    ]
    return parse_hospital(
        {
            "id": "h",
            "name": "H",
            "defaults": {"treatment_function_code": "300", "max_stay_days": 5},
            "department": wards,
            "change": list(changes),
        }
    )


def _ward(config: HospitalConfig, day: date, name: str = "a") -> Any:
    return next(entry for entry in config_on(config, day).department if entry.id == name)


def test_a_file_is_read_and_each_day_has_the_configuration_of_the_changes_up_to_it(tmp_path: Any) -> None:
    text = """
        id = "h"
        name = "H"
        [defaults]
        treatment_function_code = "300"
        max_stay_days = 5
        [[department]]
        id = "a"
        name = "A"
        beds = 10
        target_occupancy = 0.8
        [[change]]
        from = 2024-07-01
        name = "H University Hospital"
        [[change.department]]
        id = "a"
        name = "A and More"
        beds = 12
        [[change.department]]
        id = "new"
        name = "New"
        beds = 4
        requests_per_day = 0.5
        [[change]]
        from = 2024-08-01
        closed = ["new"]
    """
    (tmp_path / "h.toml").write_text(text)
    config = hs.load(tmp_path / "h.toml").config
    assert [
        (state.name, [(entry.name, entry.beds, entry.max_stay_days) for entry in state.department])
        for state in (config_on(config, day) for day in (date(2024, 6, 30), JULY, AUGUST))
    ] == [
        ("H", [("A", 10, 5)]),
        ("H University Hospital", [("A and More", 12, 5), ("New", 4, 5)]),
        ("H University Hospital", [("A and More", 12, 5)]),
    ]
    assert [state is None for _, state in timelines(config)["new"]] == [True, False, True]
    assert hs.Hospital(config).config == config, "checked again, it is the same"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"beds": 12}, None),
        ({"name": "Other", "beds": 9}, None),
        ({"stay": {"distribution": "fixed", "value": 2}}, None),
        ({"requests_per_day": 1.5}, 1.5),
        ({"source": [{"id": "one", "share": 0.5}, {"id": "two", "share": 0.5}]}, None),
        ({"source": [{"id": "own", "requests_per_day": 0.75}]}, 0.75),
    ],
)
def test_demand_stays_the_same_unless_the_change_sets_it(change: dict[str, Any], expected: float | None) -> None:
    config = _read({"from": JULY, "department": [{"id": "a", **change}]})
    before = requests_per_day(_ward(config, date(2024, 6, 30)))
    assert requests_per_day(_ward(config, JULY)) == pytest.approx(before if expected is None else expected)


def test_a_target_in_a_change_sets_the_demand_of_its_beds() -> None:
    config = _read({"from": JULY, "department": [{"id": "b", "target_occupancy": 0.5, "beds": 20}]})
    assert offered_load(_ward(config, JULY, "b")) == pytest.approx(0.5)


def test_the_other_kind_of_stay_takes_the_place_of_the_first_with_its_own_shares() -> None:
    stay = {"distribution": "lognormal", "mean": 2.0, "sd": 1.0}
    config = _read(
        {"from": JULY, "department": [{"id": "a", "stay": stay}]},
        {"from": AUGUST, "department": [{"id": "a", "max_stay_days": 4}]},
    )
    assert [
        (ward.max_stay_days, ward.stay is None, ward.long_stay_share, ward.delay_share)
        for ward in (_ward(config, day) for day in (date(2024, 6, 30), JULY, AUGUST))
    ] == [(5, True, 0.01, 0.05), (None, False, 0, 0), (4, True, 0.01, 0.05)]


def test_a_field_is_taken_out_by_name() -> None:
    config = _read({"from": JULY, "department": [{"id": "b", "without": ["overflow"]}]})
    assert _ward(config, date(2024, 6, 30), "b").overflow is not None
    assert _ward(config, JULY, "b").overflow is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([{"from": JULY, "beds": 3}], r"change\[0\] \(2024-07-01\): beds: unknown field; known are from, name, closed"),
        ([{"name": "X"}], r"change\[0\]: from: missing; add it"),
        ([{"from": "July"}], r"change\[0\] \(July\): from: "),
        ([{"from": AUGUST}, {"from": JULY}], r"change\[1\] \(2024-07-01\): from: is not after 2024-08-01"),
        ([{"from": JULY}, {"from": JULY}], r"change\[1\] \(2024-07-01\): from: is not after 2024-07-01"),
        ([{"from": JULY, "closed": ["c"]}], r"change\[0\] \(2024-07-01\): closed: 'c' is not a department on that day"),
        ([{"from": JULY, "closed": ["a", "b"]}], "closed: leaves no department open"),
        ([{"from": JULY, "closed": ["a"]}], "department b: overflow.to: 'a' is not another department"),
        ([{"from": JULY, "closed": ["b"], "department": [{"id": "b", "beds": 3}]}], r"department\[0\]: id: 'b' is in"),
        ([{"from": JULY, "department": [{"beds": 3}]}], r"department\[0\]: id: name the department"),
        (
            [{"from": JULY, "department": [{"id": "a", "bed": 3}]}],
            r"department\[0\] \(a\): bed: unknown field; did you",
        ),
        ([{"from": JULY, "department": [{"id": "a", "beds": 0}]}], r"department\[0\] \(a\): beds: must be int >= 1"),
        ([{"from": JULY, "department": [{"id": "c", "beds": 3}]}], r"department\[0\] \(c\): name: missing; add it"),
        ([{"from": JULY, "department": [{"id": "a", "beds": 7}]}], r"department a: requests_per_day: gives an offered"),
        (
            [{"from": JULY, "department": [{"id": "a", "without": ["beds"]}]}],
            r"department\[0\] \(a\): beds: must be int",
        ),
        (
            [{"from": JULY, "department": [{"id": "a", "without": ["bed"]}]}],
            r"department\[0\] \(a\): bed: unknown field",
        ),
        ([{"from": JULY, "department": [{"id": "a", "without": "beds"}]}], "without: must be a list of fields"),
        ({"from": JULY}, r"change: must be one or more \[\[change\]\] tables"),
    ],
)
def test_a_wrong_change_is_named_with_its_day_and_its_field(changes: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        parse_hospital({**_document(), "change": changes})


def _document() -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_read()))
    return document


def test_a_change_on_or_before_the_start_is_refused() -> None:
    ward = hs.Hospital(_read({"from": JULY, "department": [{"id": "a", "beds": 12}]}))
    for start in ("2024-07-01", "2024-07-02"):
        with pytest.raises(ConfigurationError, match=r"change\[0\] \(2024-07-01\): from: is not after the start"):
            ward.simulate(start, "2024-07-05", seed=1)


def test_dated_beds_that_a_change_leaves_without_demand_are_refused_only_on_its_days() -> None:
    """Ten beds close for two weeks of July; from August on the demand would fit even so."""
    closed = [{"beds": -9, "first": "2024-07-10", "last": "2024-07-20"}]
    busy = {"bed_change": closed, "capacity": 10}
    config = _read({"from": AUGUST, "department": [{"id": "a", "requests_per_day": 0.1}]}, **busy)
    with pytest.raises(ConfigurationError, match=r"department\[0\] \(a\): target_occupancy: gives an offered load"):
        hs.Hospital(config).simulate("2024-07-10", "2024-07-20", seed=1)
    later = [{"beds": -9, "first": "2024-08-10", "last": "2024-08-20"}]
    quiet = _read({"from": AUGUST, "department": [{"id": "a", "requests_per_day": 0.1}]}, bed_change=later, capacity=10)
    hs.Hospital(quiet).simulate("2024-07-31", "2024-08-20", seed=1)


def test_describe_has_rows_for_each_period_between_changes_of_the_hospital_and_of_its_beds() -> None:
    summer = [{"beds": -2, "first": "2024-06-01", "last": "2024-08-31"}]
    config = _read({"from": JULY, "department": [{"id": "a", "name": "More", "beds": 20}]}, bed_change=summer)
    rows = list(hs.Hospital(config).describe())
    assert [
        (row["first_day"], row["department"], row["beds"]) for row in rows if row["department"] in ("A", "More")
    ] == [
        (None, "A", 10),
        (date(2024, 6, 1), "A", 8),
        (JULY, "More", 18),
        (date(2024, 9, 1), "More", 20),
    ]
    loads = [row["year"] for row in rows if row["department"] in ("A", "More")]
    assert loads == pytest.approx([0.8, 1.0, 0.8 * 10 / 18, 0.4])


def test_describe_names_the_fields_that_change_and_the_departments_that_open_and_close() -> None:
    opened = {"id": "c", "name": "C", "beds": 6, "target_occupancy": 0.5}
    autumn = [{"beds": 2, "first": "2024-09-01"}]
    changed = {"id": "a", "stay": {"distribution": "fixed", "value": 2}, "requests_per_day": 2.0}
    config = _read(
        {"from": JULY, "name": "New H", "department": [{"id": "a", "name": "More", "beds": 12}, opened]},
        {"from": AUGUST, "closed": ["c"], "department": [changed]},
        bed_change=autumn,
    )
    rows = list(hs.Hospital(config).describe())
    whole = "All departments"
    assert [
        (row["first_day"], row["department"], row["changed"], row["beds"])
        for row in rows
        if row["first_day"] and row["changed"]
    ] == [
        (JULY, "More", "name, beds", 12),
        (JULY, "C", "opens", 6),
        (JULY, whole, "name", 28),
        (AUGUST, "C", "closes", 0),
        (AUGUST, "More", "requests_per_day, max_stay_days, stay, long_stay_share, delay_share", 12),
        (date(2024, 9, 1), "More", "beds", 14),
    ]
    assert [row["year"] for row in rows if row["changed"] == "closes"] == [None]


def test_more_beds_hold_in_every_period_and_bring_no_patients() -> None:
    opened = {"id": "c", "name": "C", "beds": 6, "target_occupancy": 0.5}
    config = _read(
        {"from": JULY, "department": [{"id": "a", "beds": 12}, opened]},
        {"from": AUGUST, "department": [{"id": "a", "name": "Other"}]},
    )
    more = hs.Hospital(config).with_beds({"a": 3, "c": -1}).config
    days = (date(2024, 6, 30), JULY, AUGUST)
    assert [_ward(more, day).beds for day in days] == [13, 15, 15]
    assert [_ward(more, day, "c").beds for day in days[1:]] == [5, 5]
    for day, name in ((days[0], "a"), (JULY, "a"), (AUGUST, "c")):
        rates = [requests_per_day(_ward(each, day, name)) for each in (more, config)]
        assert rates[0] == pytest.approx(rates[1])
    with pytest.raises(ConfigurationError, match="c: -6 would leave 0 beds"):
        hs.Hospital(config).with_beds({"c": -6})


def test_a_field_that_a_change_sets_too_cannot_vary_and_one_of_an_opened_department_can() -> None:
    opened = {"id": "c", "name": "C", "beds": 6, "requests_per_day": 0.5}
    config = _read({"from": JULY, "department": [{"id": "a", "beds": 12}, opened]})
    assert _ward(with_fields(config, {"c.beds": 9}), JULY, "c").beds == 9
    assert _ward(with_fields(config, {"*.female_share": 0.9}), JULY, "c").female_share == 0.9
    with pytest.raises(ConfigurationError, match=r"a.beds: change\[0\] \(2024-07-01\) sets this field too"):
        with_fields(config, {"a.beds": 11})
