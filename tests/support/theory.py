"""Runs departments with a closed form in queueing theory many times, with different seeds."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from fifo_oracle import Passage
from hospitals import START, hospital
from ward_log import watch

from hospital_sim.clock import DAY, second_of
from hospital_sim.config import DepartmentConfig


class Replication(NamedTuple):
    """What one run showed of the requests made from its start on, after the warm-up.

    Attributes:
        passages: The passages of those who left by the end, the warm-up included.
        waits: Days waited, by the requests of the first part of the run (the last tenth may still wait at its end).
        asked: How many requests were decided at once, turned away or not.
        turned_away: How many of them were turned away.
        census: Beds occupied at the end of each day.
        begin: The first second.
        end: The second after the last.
    """

    passages: list[Passage]
    waits: list[float]
    asked: int
    turned_away: int
    census: list[int]
    begin: int
    end: int


def replications(ward: DepartmentConfig, count: int, days: int, warmup_days: int) -> Iterator[Replication]:
    """Run a department ``count`` times, with the seeds 0, 1, 2 …"""
    place = hospital(ward, warmup_days=warmup_days, identifier="theory")
    begin, end = second_of(START), second_of(START + timedelta(days=days))
    decided = begin + (end - begin) * 9 // 10
    for seed in range(count):
        log = watch(place.config, START, START + timedelta(days=days - 1), seed)
        passages = list(log.passages[ward.id].values())
        in_time = [passage for passage in passages if begin <= passage.requested < decided]
        turned_away = sum(request.second >= begin for request in log.turned_away[ward.id])
        admitted = sum(second >= begin for second in log.admitted_at[ward.id].values())
        yield Replication(
            passages,
            [(passage.admitted - passage.requested) / DAY for passage in in_time],
            turned_away + admitted,
            turned_away,
            log.census[ward.id][warmup_days:],
            begin,
            end,
        )


def share(flags: Sequence[bool]) -> float:
    """Return the share that is true."""
    return sum(flags) / len(flags)
