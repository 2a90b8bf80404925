"""Random streams: one for each seed, hospital, department and purpose; stable, and independent of each other."""

import random
from datetime import date
from itertools import islice

import numpy as np
import pytest
import scipy
from hospitals import department
from standard_errors import CHANCE

from hospital_sim import Uniform, load
from hospital_sim.draws.identity import Identity, digest
from hospital_sim.draws.patients import PatientRegister
from hospital_sim.draws.requests import requests
from hospital_sim.draws.streams import STREAM_VERSION, Streams

pytestmark = pytest.mark.unit

NAMES = [
    (seed, hospital, ward, source, purpose)
    for seed in (0, 1, 2**63 - 1)
    for hospital in ("north", "south")
    for ward in ("a", "b")
    for source in ("", "a", "b")
    for purpose in ("demand", "stay")
]


def _stream(seed: int, hospital: str, ward: str, source: str, purpose: str) -> np.random.Generator:
    return Streams(seed, hospital, ward).of_source(source).stream(purpose)


def test_the_same_name_gives_the_same_numbers_on_every_machine() -> None:
    """The numbers that version 2 draws: whoever changes them changes every lake, and the version."""
    streams = Streams(1, "small", "general_medicine")
    assert STREAM_VERSION == 2
    for _ in range(2):
        drawn = streams.stream("demand").random(3).tolist()
        assert drawn == [0.5368118275504999, 0.7489520709383323, 0.7265536212705894]


def test_the_same_seed_draws_the_same_requests_and_patients_on_every_machine() -> None:
    """All purposes together: as above, whoever changes this digest changes every lake, and the version."""
    shares = {"delay_share": 0.3, "long_stay_share": 0.2, "admission_methods": {"11": 0.5, "21": 0.5}}
    ward = department(turnaround_hours=Uniform(1, 2), return_share=0.5, allow_overload=True, **shares)
    streams = Streams(1, "city", ward.id)
    drawn = list(islice(requests(ward, streams, date(2024, 1, 1)), 300))
    register = PatientRegister(ward, streams, Identity(1, "city", ward.id))
    people = [register.patient_for(request.second, request.returning, request.pick) for request in drawn]
    assert digest(repr((drawn, people)).encode()) == "d43b5cc40cab60db9d83d6c3dee4dcf2"


def test_every_stream_differs_from_every_other() -> None:
    # Hospital a_b, department c is not hospital a, department b_c.
    alike = [(1, "a_b", "c", "", "x"), (1, "a", "b_c", "", "x")]
    drawn = [_stream(*name).random(4).tobytes() for name in NAMES + alike]
    assert len(set(drawn)) == len(drawn)


def test_no_two_streams_are_correlated() -> None:
    correlations = np.corrcoef([_stream(*name).random(2000) for name in NAMES])
    pairs = correlations[np.triu_indices(len(NAMES), 1)]
    worst = np.abs(pairs).max()
    assert 2 * scipy.stats.norm.sf(worst * 2000**0.5) > CHANCE / len(pairs)


def test_the_global_generators_are_neither_used_nor_touched() -> None:
    np.random.seed(5)
    random.seed(5)
    before = (np.random.get_state()[1].tolist(), random.getstate())
    one = load("small").simulate("2024-01-01", "2024-01-05", seed=1).record
    assert (np.random.get_state()[1].tolist(), random.getstate()) == before
    np.random.seed(6)
    random.seed(6)
    assert load("small").simulate("2024-01-01", "2024-01-05", seed=1).record == one
