"""Totals of several hospitals are the sums of what each one emits, beside the published figures."""

from collections.abc import Sequence
from datetime import date

import pytest

import hospital_sim as hs
from hospital_sim.events import Admission, DepSnapshot
from hospital_sim.validation.calibration.nation import Trust, measure_trusts, national_rows

pytestmark = pytest.mark.unit

DAYS = {"start": date(2024, 12, 1), "end": date(2024, 12, 28)}
OTHER_BEDS = {"obstetrics", "intensive_care"}


@pytest.fixture(scope="module")
def hospitals() -> tuple[hs.Hospital, ...]:
    return hs.load_all("england")[:2]


@pytest.fixture(scope="module")
def trusts(hospitals: Sequence[hs.Hospital]) -> tuple[Trust, ...]:
    return measure_trusts(hospitals, seed=1, workers=1, **DAYS)


def test_totals_are_those_of_the_events(hospitals: Sequence[hs.Hospital], trusts: Sequence[Trust]) -> None:
    for hospital, trust in zip(hospitals, trusts, strict=True):
        events = hospital.simulate(**DAYS, seed=1).events
        methods = [
            event.admission_method
            for event in events
            if isinstance(event, Admission) and event.admission_date.date() >= DAYS["start"]
        ]
        starts = [
            event
            for event in events
            if isinstance(event, DepSnapshot) and event.snapshot_type == "SOD" and event.department_id not in OTHER_BEDS
        ]
        totals = trust.totals
        assert totals["admissions"] == len(methods)
        assert totals["emergencies"] == sum(method in ("21", "22", "2A") for method in methods)
        assert totals["occupied_overnight"] == pytest.approx(sum(event.occupied_beds for event in starts) / 28)
        assert totals["open_overnight"] == pytest.approx(sum(event.beds for event in starts) / 28)


def test_small_trusts_are_as_full_as_their_model_and_the_rows_add_them_up(trusts: Sequence[Trust]) -> None:
    rows = {name: (published, simulated) for name, published, simulated, _ in national_rows(trusts, 28)}
    totals = [trust.totals for trust in trusts]
    published, simulated = rows["Occupancy, 08:00"]
    assert published == "93.2%"
    assert 90 < float(simulated.rstrip("%")) < 97
    assert rows["General and acute beds, quartiles"] == ("457, 660, 1,032", "311, 313, 315")
    assert rows["Maternity beds"] == ("7,576", f"{totals[0]['beds.501'] + totals[1]['beds.501']:.0f}")
    a_year = sum(total["admissions"] for total in totals) * 365.25 / 28
    assert rows["Admissions a year"] == ("18,470,000", f"{a_year:,.0f}")
