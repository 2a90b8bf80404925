"""The engine agrees, second for second, with a naive implementation of the same rules on the same draws."""

import pytest
from any_hospital import hospitals
from crowded_hospital import crowded
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from naive_agreement import differences, run_engine

from hospital_sim.config import HospitalConfig
from hospital_sim.events import Admission, DepSnapshot

pytestmark = pytest.mark.property

SEEDS = st.integers(0, 2**32)


@settings(max_examples=4 * settings.default.max_examples)
@given(config=hospitals(), days=st.integers(1, 6), seed=SEEDS)
def test_every_admission_bed_discharge_census_and_diversion_is_as_in_the_naive_hospital(
    config: HospitalConfig, days: int, seed: int
) -> None:
    assert differences(config, days, seed) == []


@settings(max_examples=max(settings.default.max_examples // 10, 1))
@given(config=hospitals(), seed=SEEDS)
def test_checking_every_second_finds_no_more_than_checking_seconds_with_events(
    config: HospitalConfig, seed: int
) -> None:
    config = structs.replace(config, warmup_days=0)

    assert differences(config, 1, seed, every=True) == []


def test_the_crowded_hospital_uses_every_rule() -> None:
    events, record = run_engine(crowded(), 20, 1)
    admissions = [event for event in events if isinstance(event, Admission)]
    beds = {
        department.id: {
            event.beds for event in events if isinstance(event, DepSnapshot) and event.department_id == department.id
        }
        for department in crowded().department
    }
    outliers = {
        (event.requested_department_id, event.department_id)
        for event in admissions
        if event.requested_department_id != event.department_id
    }

    assert {
        ("surgery", "medicine"),
        ("medicine", "surgery"),
        ("surgery", "elderly"),
        ("elderly", "medicine"),
    } <= outliers
    assert len(beds["surgery"]) > 2
    assert len(beds["medicine"]) > 1
    assert any(event.event_time.timestamp() % 3600 for event in admissions)
    assert record.diverted
