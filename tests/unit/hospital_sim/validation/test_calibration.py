"""Calibration measures what its sources measure: occupancy at a time of the day, stays by date, delays, discharges."""

from dataclasses import replace
from datetime import date

import pytest

import hospital_sim as hs
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


def _year(**fields: object) -> Year:
    """Return what happens in a ward to which one patient comes every Monday at ten and stays for half a week."""
    monday = {"weekday": "monday", "time": "10:00", "patients": 1}
    ward = {
        "id": "ward",
        "name": "Ward",
        "treatment_function_code": "300",
        "beds": 4,
        "long_stay_share": 0,
        "delay_share": 0,
        "stay": {"distribution": "fixed", "value": 3.5},
        "source": [{"id": "list", "admission_method": "11", "schedule": [monday]}],
    }
    config = parse_hospital({"id": "one", "name": "One", "warmup_days": 28, "department": [ward | fields]})
    log = SpellLog()
    observe(config, plan_run(config, FIRST, LAST, 1), log)
    return Year(config, log, FIRST, LAST)


def _stay(days: float) -> dict[str, object]:
    return {"distribution": "fixed", "value": days}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        # In from Monday 10:00 to Thursday 22:00: three mornings of seven, and as many midnights; no emergency.
        (
            {},
            {
                "sitrep": 3 / 7 / 4,
                "winter.tue": 1 / 4,
                "winter.mon": 0,
                "sitrep_above_kh03": 0,
                "discharges.thu": 7,
                "discharges.mon": 0,
                "discharges.by_17": 0,
                "stay.elective": 3.5,
                "stay.emergency": None,
                "demand": 0,
            },
        ),
        # Until Tuesday 04:00: there at midnight, gone at eight.
        ({"stay": _stay(0.75)}, {"sitrep_above_kh03": -1 / 7 / 4}),
        ({"stay": _stay(1)}, {"discharges.before_noon": 1}),
        # Until Tuesday 22:00: there at midnight and at eight.
        ({"stay": _stay(1.5)}, {"sitrep_above_kh03": 0}),
        # Until Wednesday of the next week 10:00: nine mornings, of which two are seven days or more after.
        ({"stay": _stay(9)}, {"beds_7_days": 3 / 9, "beds_21_days": 0}),
        ({"bed_change": [{"beds": -2, "weekdays": ["tuesday"]}]}, {"winter.tue": 1 / 2, "winter.wed": 1 / 4}),
        # Fit on Thursday at 22:00, gone on Tuesday at 22:00: at eight midnights in a bed, at five of them fit to leave.
        (
            {"delay_share": 1, "delay": _stay(5)},
            {
                "delayed": 1,
                "delayed.beds": 5 / 8,
                "delayed.mean": 5,
                "delayed.median": 5,
                "delayed.one_day": 0,
                "delayed.four_days": 1,
                "delayed.three_weeks": 0,
                "delayed.tail": 0,
            },
        ),
        # Fit at 22:00: three hours later it is the next day, one hour later it is not.
        ({"delay_share": 1, "delay": _stay(3 / 24)}, {"delayed": 1, "delayed.one_day": 1, "delayed.mean": 1}),
        ({"delay_share": 1, "delay": _stay(1 / 24)}, {"delayed": 0}),
        # Children count in general and acute occupancy, and in nothing else.
        ({"treatment_function_code": "420"}, {"sitrep": 3 / 7 / 4, "beds_7_days": 0, "stay": None}),
        # Maternity is not counted in general and acute beds.
        ({"treatment_function_code": "501"}, {"overnight.maternity": 3 / 7 / 4, "stay": None}),
    ],
)
def test_a_figure_counts_beds_at_its_time_of_the_day_stays_by_date_delays_and_discharges(
    fields: dict[str, object], expected: dict[str, float | None]
) -> None:
    measured = measure(_year(**fields))

    assert {name: measured.get(name) for name in expected} == pytest.approx(expected)


def test_every_figure_is_measured_in_a_full_year_has_its_source_and_lies_in_its_own_band() -> None:
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
    assert [figure.measure for figure in figures if figure.agrees(figure.published) is False] == []


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
