"""NumPy numbers are numbers in every call; what is not a number is refused by name."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
import simpy
from tiny_hospitals import poisson

import hospital_sim as hs
from hospital_sim.distributions.numbers import whole_number
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError
from hospital_sim.experiments import replications_for, warmup

pytestmark = pytest.mark.unit

WARD = hs.Hospital(poisson(beds=4, per_day=2.0, departments=2))
DAYS = ("2025-01-01", "2025-01-05")
Number = Callable[[float], object]


def _plain(value: float) -> float:
    return value


def _small(value: float) -> object:
    """Return the shortest number of NumPy with this value."""
    return np.array(value, np.min_scalar_type(value))[()]


def _wide(value: float) -> object:
    return np.int64(value) if isinstance(value, int) else np.longdouble(value)


def _ward_of_numbers(of: Number) -> list[object]:
    env = simpy.Environment()
    ward = hs.Ward(env, "ward", beds=of(2), capacity=of(3))  # type: ignore[arg-type]
    ward.set_open(of(3))  # type: ignore[arg-type]

    def pathway(patient: hs.Patient):  # type: ignore[no-untyped-def]
        with (yield from ward.admit(patient, patience=of(0.5))):  # type: ignore[arg-type]
            yield env.timeout(patient.draw("stay", hs.Uniform(of(1), of(3))) if patient.chance("x", of(0.5)) else 1)

    hs.arrivals(env, hs.Fixed(of(0.25)), pathway, seed=of(3))  # type: ignore[arg-type]
    census = hs.Census(env, ward, every=of(1))  # type: ignore[arg-type]
    env.run(until=20)
    return [census.summary(), census.samples(ward)]


CALLS: dict[str, Callable[[Number], object]] = {
    "beds": lambda of: WARD.with_beds({"d1": of(2), "d2": of(1)}).describe(),  # type: ignore[dict-item]
    "seed": lambda of: WARD.simulate(*DAYS, seed=of(3)).record,  # type: ignore[arg-type]
    "configuration": lambda of: (
        hs.Hospital(
            msgspec.structs.replace(
                WARD.config,
                warmup_days=of(3),
                department=[msgspec.structs.replace(WARD.config.department[0], beds=of(6), ages=np.array([1, 2, 3]))],
            )
        ).config
    ),
    "sweep": lambda of: hs.sweep(
        WARD,
        {"d1.beds": [of(3), of(4)], "d2.delay_share": [of(0.25)], "d1.ages": [of(1) and np.array([1, 2, 3])]},
        start=DAYS[0],
        end=DAYS[1],
        replications=of(2),  # type: ignore[arg-type]
        seed=of(1),  # type: ignore[arg-type]
        workers=of(1),  # type: ignore[arg-type]
    ).table("queue"),
    "replications": lambda of: (
        replications_for(WARD, "requests", *DAYS, precision=of(99.5), at_most=of(9), seed=of(1), workers=1).interval  # type: ignore[arg-type]
    ),
    "warm-up": lambda of: warmup(WARD, days=of(20), replications=of(2), seed=of(1), workers=1).table(),  # type: ignore[arg-type]
    "blocks": _ward_of_numbers,
    "distributions": lambda of: [
        hs.distributions.Erlang(of(2), phases=of(3)),  # type: ignore[attr-defined]
        hs.Truncated(hs.Lognormal(mean=of(7), sd=of(8)), low=of(0), high=of(60)),
    ],
}


@pytest.mark.parametrize("number", [_small, _wide])
@pytest.mark.parametrize("name", CALLS)
def test_a_call_with_numbers_of_numpy_is_the_call_with_numbers_of_python(name: str, number: Number) -> None:
    assert repr(CALLS[name](number)) == repr(CALLS[name](_plain))


@pytest.mark.parametrize("values", [np.arange(3, 5), np.array([3.0, 4.0]), np.array(["wait", "divert"])])
def test_the_values_of_a_sweep_can_be_an_array(values: np.typing.NDArray[np.generic]) -> None:
    field = {"i": "beds", "f": "requests_per_day", "U": "when_full"}[values.dtype.kind]
    points = hs.sweep(WARD, {f"d1.{field}": values}, start=DAYS[0], end=DAYS[1], replications=2, workers=1)
    assert points.table("queue")[f"d1.{field}"] == values.tolist()


@pytest.mark.parametrize("value", [True, np.True_, 2.0, np.float64(2), "2", None, np.array([2, 3])])
def test_a_number_that_is_not_whole_is_refused_by_name(value: object) -> None:
    env = simpy.Environment()
    calls: dict[str, Callable[[], object]] = {
        "d1": lambda: WARD.with_beds({"d1": value}),  # type: ignore[dict-item]
        "seed": lambda: WARD.simulate(*DAYS, seed=value),  # type: ignore[arg-type]
        "beds": lambda: hs.Ward(env, "ward", beds=value),  # type: ignore[arg-type]
        "replications": lambda: hs.replicate(WARD, replications=value),  # type: ignore[arg-type]
        "days": lambda: warmup(WARD, days=value),  # type: ignore[arg-type]
    }
    for name, call in calls.items():
        with pytest.raises(ConfigurationTypeError, match=f"^{name}: must be a whole number, not "):
            call()


@pytest.mark.parametrize(
    ("value", "bounds", "message"),
    [
        (0, (1,), "n: must be 1 or more, not 0"),
        (9, (0, 8), "n: must be between 0 and 8, not 9"),
        (-1, (0, 8), "between"),
    ],
)
def test_a_number_out_of_range_is_refused_with_its_range(value: int, bounds: tuple[int, ...], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        whole_number("n", np.int16(value), *bounds)


def test_a_value_that_no_field_can_have_is_refused_by_its_field() -> None:
    with pytest.raises(ConfigurationTypeError, match=r"d1\.beds: must be a number, a text, a list or a table"):
        hs.sweep(WARD, {"d1.beds": [object(), 4]})
