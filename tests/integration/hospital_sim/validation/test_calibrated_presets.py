"""The presets meet their expectations: England's figures, and the targets of the simple rule."""

from collections import Counter
from datetime import date
from statistics import fmean

import pytest

import hospital_sim as hs
from hospital_sim.observe.observation import measure
from hospital_sim.validation.calibration import calibration
from hospital_sim.validation.calibration.agreement import DIFFERS

pytestmark = pytest.mark.integration


def test_england_acute_agrees_with_the_published_figures() -> None:
    agreement = calibration(hs.load("england_acute"), replications=2)
    # Figures that one trust-year moves by more than its band; the others are to agree whatever the seed.
    noisy = ("sitrep.", "kh03.", "demand.", "winter", "overnight.")
    apart = [row.figure.measure for row in agreement.rows if row.verdict == DIFFERS]
    assert [name for name in apart if not name.startswith(noisy)] == []
    assert len(apart) <= 6


def test_england_acute_has_the_beds_of_a_median_trust_and_swings_no_more_than_published_demand() -> None:
    departments = hs.load("england_acute").config.department
    apart = ("192", "420", "501")
    beds: Counter[str] = Counter()
    for entry in departments:
        beds[entry.treatment_function_code if entry.treatment_function_code in apart else "others"] += entry.beds
    assert beds == {"others": 660, "192": 20, "420": 38, "501": 60}
    assert [entry.id for entry in departments if max(entry.month_multipliers) > 1.15] == []


def test_district_general_fills_its_beds_as_it_is_meant_to() -> None:
    config = hs.load("district_general").config
    seen = measure(config, date(2024, 1, 1), date(2024, 12, 31), seed=1)
    occupancies = [seen.metric("utilisation", entry.id) or 0.0 for entry in config.department]
    targets = [entry.target_occupancy or 0.0 for entry in config.department]
    assert fmean(occupancies) == pytest.approx(fmean(targets), abs=0.02)
    assert seen.metric("outlier_share")
    assert {entry.delay_share for entry in config.department} == {0.05}
    assert {entry.long_stay_share for entry in config.department} == {0.01}


def test_small_stays_the_simple_rule() -> None:
    assert all(entry.overflow is None and not entry.source for entry in hs.load("small").config.department)
