"""The numbers at the top of the page, in words."""

import datetime as dt
from dataclasses import replace

import pytest

from elt.report.figures import HospitalFigures, PressureNow, ScopeFigures
from elt.report.headlines import headlines, levels_text, period_text, pressure_text

pytestmark = pytest.mark.unit

FIGURES = ScopeFigures(
    occupied=900.0,
    beds=1000.0,
    days=10,
    delayed=45.0,
    waiting=3,
    admissions=1234,
    wait_p50=0.0,
    wait_p90=37.849,
    wait_p95=1069.75,
    over_4h=0.25,
    over_12h=0.125,
)
HOSPITAL = HospitalFigures(
    hospital_id="h",
    name="H",
    first_day=dt.date(2024, 1, 1),
    last_day=dt.date(2024, 1, 10),
    departments={},
    longest_waits=[],
    scopes={"": FIGURES},
    pressure=None,
    datasets={},
)


def test_headlines_read_well_and_keep_their_values() -> None:
    numbers = {number.key: (number.text, number.more, number.value) for number in headlines(HOSPITAL, "")}

    assert numbers == {
        "occupancy": ("90.0%", "of 100 open beds", 0.9),
        "admissions": ("1,234", "123.4 a day", 1234),
        "wait_p90": ("37.8\u00a0h", "median 0.0\u00a0h, P95 1,069.8\u00a0h", 37.849),
        "over_12h": ("12.5%", "over 4 hours: 25.0%", 0.125),
        "waiting": ("3", "when 10 January 2024 ended", 3),
        "delayed": ("4.5", "mean of the days: 5.0% of occupied beds", 4.5),
    }


def test_without_an_admission_or_a_bed_there_is_no_number() -> None:
    nothing = replace(FIGURES, occupied=0, beds=0, delayed=0, admissions=0, wait_p50=None, wait_p90=None, over_12h=None)
    hospital = replace(HOSPITAL, scopes={"": nothing})

    numbers = {number.key: (number.text, number.value) for number in headlines(hospital, "")}

    assert numbers["occupancy"] == ("none", None)
    assert numbers["wait_p90"] == ("none", None)
    assert numbers["over_12h"] == ("none", None)


def test_a_period_of_one_day_is_one_day() -> None:
    assert period_text(HOSPITAL) == "1 January 2024 to 10 January 2024"
    assert period_text(replace(HOSPITAL, last_day=HOSPITAL.first_day)) == "1 January 2024"


def test_pressure_says_since_when_and_what_weighs_most() -> None:
    pressure = PressureNow(3, dt.date(2024, 1, 9), "occupancy", "Cardiology", {1: 8, 3: 2})

    assert pressure_text(pressure) == "Since 9 January 2024. Weighs most: occupancy. Most pressed: Cardiology."
    assert levels_text(pressure) == "Of 10 days: level 1 on 8, level 3 on 2."
    assert "Weighs" not in pressure_text(replace(pressure, component="none"))
    assert pressure_text(None) == "The marts hold no day of the index."
