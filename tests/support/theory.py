"""Runs departments with a closed form in queueing theory many times, with different seeds."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from hospitals import START, hospital
from ward_log import Passage, watch

from hospital_sim.clock import second_of
from hospital_sim.config import DepartmentConfig


class Replication(NamedTuple):
    """One run of a department.

    Attributes:
        passages: The passages of those who left by the end, the warm-up included.
        begin: The first second after the warm-up.
    """

    passages: list[Passage]
    begin: int


def replications(ward: DepartmentConfig, count: int, days: int, warmup_days: int) -> Iterator[Replication]:
    """Run a department ``count`` times, with the seeds 0, 1, 2 …"""
    place = hospital(ward, warmup_days=warmup_days, identifier="theory")
    for seed in range(count):
        log = watch(place.config, START, START + timedelta(days=days - 1), seed)
        yield Replication(list(log.passages[ward.id].values()), second_of(START))
