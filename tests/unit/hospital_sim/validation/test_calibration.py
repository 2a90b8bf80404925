"""Calibration measures what its sources measure: occupancy at a time of the day, stays by date, delays, discharges."""

from dataclasses import replace
from datetime import date

import pytest

import hospital_sim as hs
from hospital_sim.clock import second_of
from hospital_sim.config.read import parse_hospital
from hospital_sim.experiments.intervals import t_interval
from hospital_sim.simulation.runner import observe, plan_run
from hospital_sim.validation.calibration import GROUPS, calibration, show
from hospital_sim.validation.calibration.agreement import AGREES, DIFFERS, NOT_JUDGED, Row
from hospital_sim.validation.calibration.measures import Year, measure
from hospital_sim.validation.calibration.spell_log import SpellLog

pytestmark = pytest.mark.unit

FIRST, LAST = date(2024, 12, 2), date(2024, 12, 29)
"""Four weeks from a Monday."""


def _ward(**fields: object) -> dict[str, object]:
    """Return a hospital of one ward, to which one patient comes every Monday at ten and stays for a time."""
    source = {
        "id": "list",
        "admission_method": "11",
        "schedule": [{"weekday": "monday", "time": "10:00", "patients": 1}],
    }
    ward = {
        "id": "ward",
        "name": "Ward",
        "treatment_function_code": "300",
        "beds": 4,
        "long_stay_share": 0,
        "delay_share": 0,
        "stay": {"distribution": "fixed", "value": 3.5},
        "source": [source],
    }
    return {"id": "one", "name": "One", "warmup_days": 28, "department": [ward | fields]}


def _year(**fields: object) -> Year:
    config = parse_hospital(_ward(**fields))
    log = SpellLog()
    observe(config, plan_run(config, FIRST, LAST, 1), log)
    return Year(config, log, FIRST, LAST)


def test_a_census_is_taken_at_its_time_of_the_day() -> None:
    # In from Monday 10:00 to Thursday 22:00: three mornings of seven, and as many midnights.
    found = measure(_year())
    assert found["sitrep"] == pytest.approx(3 / 7 / 4)
    assert found["winter.tue"] == pytest.approx(1 / 4)
    assert found["winter.mon"] == 0
    assert found["sitrep_above_kh03"] == pytest.approx(0)


def test_a_patient_who_leaves_before_midnight_is_in_the_morning_census_alone() -> None:
    # In from Monday 10:00 to Tuesday 10:00 with a stay of a day: there on Tuesday at midnight and at eight.
    longer = measure(_year(stay={"distribution": "fixed", "value": 1.5}))
    # Until Tuesday 04:00: there at midnight, gone at eight.
    shorter = measure(_year(stay={"distribution": "fixed", "value": 0.75}))
    assert longer["sitrep_above_kh03"] == pytest.approx(0)
    assert shorter["sitrep_above_kh03"] == pytest.approx(-1 / 7 / 4)


def test_beds_that_close_count_for_the_days_on_which_they_are_open() -> None:
    closed = measure(_year(bed_change=[{"beds": -2, "weekdays": ["tuesday"]}]))
    assert closed["winter.tue"] == pytest.approx(1 / 2)
    assert closed["winter.wed"] == pytest.approx(1 / 4)


def test_days_in_hospital_are_counted_from_date_to_date() -> None:
    # From Monday 10:00 to Wednesday of the next week 10:00: nine mornings, of which two are seven days or more after.
    found = measure(_year(stay={"distribution": "fixed", "value": 9.0}))
    assert found["beds_7_days"] == pytest.approx(3 / 9)
    assert found["beds_21_days"] == 0


def test_delayed_patients_are_counted_by_bed_and_by_discharge() -> None:
    found = measure(_year(delay_share=1, delay={"distribution": "fixed", "value": 5.0}))
    # Fit on Thursday at 22:00, gone on Tuesday at 22:00: at eight midnights in a bed, at five of them fit to leave.
    assert found["delayed"] == 1
    assert found["delayed.beds"] == pytest.approx(5 / 8)
    assert found["delayed.median"] == pytest.approx(5)
    assert found["delayed.four_days"] == 1
    assert found["delayed.tail"] == 0


def test_discharges_are_counted_by_weekday_and_hour() -> None:
    found = measure(_year())
    assert found["discharges.thu"] == pytest.approx(7)
    assert found["discharges.mon"] == 0
    assert found["discharges.by_17"] == 0
    assert measure(_year(stay={"distribution": "fixed", "value": 1.0}))["discharges.before_noon"] == 1


def test_maternity_is_not_counted_in_general_and_acute_beds() -> None:
    found = measure(_year(treatment_function_code="501"))
    assert found["overnight.maternity"] == pytest.approx(3 / 7 / 4)
    assert "stay" not in found


def test_an_elective_stay_is_no_emergency() -> None:
    found = measure(_year())
    assert found["stay.elective"] == pytest.approx(3.5)
    assert "stay.emergency" not in found
    assert found["demand"] == 0


def test_every_figure_is_measured_in_a_full_year_and_has_its_source() -> None:
    config = hs.load("small").config
    log = SpellLog()
    observe(config, plan_run(config, date(2024, 4, 1), date(2025, 3, 31), 1), log)
    found = measure(Year(config, log, date(2024, 4, 1), date(2025, 3, 31)))
    figures = [figure for group in GROUPS.values() for figure in group]
    # The small hospital has none of these beds.
    absent = {"overnight.maternity", "overnight.paediatrics", "overnight.critical_care"}
    assert {figure.measure for figure in figures} - set(found) == absent
    assert len({figure.measure for figure in figures}) == len(figures)
    assert all(figure.source and figure.why for figure in figures)


def test_the_published_figure_lies_in_its_own_band() -> None:
    for group in GROUPS.values():
        for figure in group:
            assert figure.agrees(figure.published) is not False, figure.measure


def test_a_mean_outside_the_band_differs() -> None:
    figure = replace(GROUPS["Delay"][0], published=0.14, low=0.12, high=0.16)
    assert Row("Delay", figure, t_interval([0.13, 0.15])).verdict == AGREES
    assert Row("Delay", figure, t_interval([0.17, 0.18])).verdict == DIFFERS
    assert Row("Delay", figure, t_interval([None])).verdict == NOT_JUDGED
    assert Row("Delay", replace(figure, low=None, high=None), t_interval([0.5])).verdict == NOT_JUDGED


def test_a_hospital_by_the_simple_rule_differs_from_england() -> None:
    agreement = calibration(hs.load("small"), replications=1, workers=1)
    verdicts = {row.figure.measure: row.verdict for row in agreement.rows}
    assert verdicts["delayed"] == DIFFERS
    assert verdicts["discharges.sun"] == DIFFERS
    counted = show.summary(agreement, "small", 1)
    assert counted["differ"] == sum(verdict == DIFFERS for verdict in verdicts.values())


def test_the_number_of_replications_is_checked_before_anything_runs() -> None:
    with pytest.raises(hs.ConfigurationError, match="replications: must be 1 or more"):
        calibration(hs.load("small"), replications=0)


def test_beds_and_spells_are_those_of_the_window() -> None:
    year = _year()
    assert len(year.discharges()) == 4
    assert year.start == second_of(FIRST)
