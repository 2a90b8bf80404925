"""The comparison of a simulation with the oracle: every second of every patient."""

from datetime import timedelta

from fifo_oracle import draws, first_come_first_served
from hospitals import RunPlan
from ward_log import WardLog

from hospital_sim.clock import second_of


def assert_every_second_agrees(plan: RunPlan, log: WardLog) -> None:
    """Check that everyone who waits or not is admitted and leaves in the seconds that the oracle says."""
    config = plan.hospital.config
    after = second_of(plan.end + timedelta(days=1))
    for position, ward in enumerate(config.department):
        expected = first_come_first_served(ward.beds, draws(config, position, plan.seed, plan.start, plan.end))
        admitted = {ordinal: passage.admitted for ordinal, passage in expected.items() if passage.admitted < after}
        passages = {ordinal: passage for ordinal, passage in expected.items() if passage.discharged < after}
        assert log.admitted_at[ward.id] == admitted
        assert log.passages[ward.id] == passages
