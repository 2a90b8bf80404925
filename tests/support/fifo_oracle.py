"""An oracle of first come, first served: the recursion of a queue with several servers, without SimPy.

In the order of the requests each patient takes the bed that becomes free first, at once or when it does. It knows the
draws of the demand and the number of beds, and nothing of the simulation.
"""

from collections.abc import Iterable
from typing import NamedTuple

from hospital_sim.draws.requests import Request


class Passage(NamedTuple):
    """One patient's seconds."""

    requested: int
    admitted: int
    ready: int
    discharged: int


def first_come_first_served(beds: int, drawn: Iterable[Request]) -> dict[int, Passage]:
    """Return what happens to each request, by its ordinal among the drawn, in a department that is empty at first."""
    free = [0] * beds
    passages = {}
    for ordinal, request in enumerate(drawn):
        bed = min(range(beds), key=free.__getitem__)
        admitted = max(request.second, free[bed])
        ready = admitted + request.length
        free[bed] = ready + request.delay
        passages[ordinal] = Passage(request.second, admitted, ready, free[bed])
    return passages
