"""Hospitals for tests: by hand, with few words; and random ones."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import takewhile

import msgspec
from hypothesis import strategies as st

from hospital_sim import Hospital, HospitalConfig, Run
from hospital_sim.clock import DAY, second_of
from hospital_sim.config import DepartmentConfig, parse_hospital
from hospital_sim.config.changes import outlier_places, timelines
from hospital_sim.config.offered_load import mean_bed_days
from hospital_sim.distributions import Distribution, Exponential, Fixed, Lognormal, Uniform, decode
from hospital_sim.draws.requests import Request, requests_over_time
from hospital_sim.draws.streams import Streams

START = date(2024, 1, 1)
MOST_REQUESTS_A_DAY = 40.0


def department(identifier: str = "ward", **fields: object) -> DepartmentConfig:
    """Return a checked department of eight beds with a load of 0.9, but for what is given."""
    given: dict[str, object] = {
        "id": identifier,
        "name": identifier.replace("_", " ").title(),
        "treatment_function_code": "300",
        "beds": 8,
    }
    if "target_occupancy" not in fields and "requests_per_day" not in fields:
        given["target_occupancy"] = 0.9
    if "stay" not in fields and "max_stay_days" not in fields:
        given["max_stay_days"] = 7.0
    if "stay" in fields:
        given["long_stay_share"] = 0.0
    return msgspec.convert(msgspec.to_builtins(given | fields), DepartmentConfig, dec_hook=decode)


def hospital(*departments: DepartmentConfig, warmup_days: int = 0, identifier: str = "random") -> Hospital:
    """Return a hospital of these departments, or of one by default."""
    config = HospitalConfig(
        id=identifier, name="A Hospital", warmup_days=warmup_days, department=departments or (department(),)
    )
    return Hospital(parse_hospital(msgspec.json.decode(msgspec.json.encode(config))))


@dataclass(frozen=True)
class RunPlan:
    """A hospital and a period to run it for."""

    hospital: Hospital
    seed: int
    days: int
    start: date = START

    @property
    def end(self) -> date:
        return self.start + timedelta(days=self.days - 1)

    def run(self) -> Run:
        """Run it; the same plan is run once."""
        return _run_of(msgspec.json.encode(self.hospital.config), self.seed, self.days, self.start)

    def run_anew(self, days: int | None = None, emit_from: date | None = None) -> Run:
        """Run it again, for another number of days or from another first day if given."""
        end = self.start + timedelta(days=(days or self.days) - 1)
        return self.hospital.simulate(self.start, end, seed=self.seed, emit_from=emit_from)

    def __repr__(self) -> str:
        """Say it so that it can be run again."""
        return f"RunPlan(seed={self.seed}, {self.start}, {self.days} days, {self.hospital.config})"


def drawn(config: HospitalConfig, ward: DepartmentConfig, seed: int, start: date, end: date) -> list[Request]:
    """Return the requests of a department from the first day of the warm-up to the end of a run."""
    first, by_id = start - timedelta(days=config.warmup_days), timelines(config)
    places = [by_id[name] for name in outlier_places(config, ward.id)]
    every = requests_over_time(by_id[ward.id], Streams(seed, config.id, ward.id), first, end, places)
    return list(takewhile(lambda request: request.second < second_of(end) + DAY, every))


@lru_cache(maxsize=64)
def _run_of(configuration: bytes, seed: int, days: int, start: date) -> Run:
    config = msgspec.json.decode(configuration, type=HospitalConfig, dec_hook=decode)
    return Hospital(config).simulate(start, start + timedelta(days=days - 1), seed=seed)


def _days(shortest: float, longest: float) -> st.SearchStrategy[float]:
    return st.floats(shortest, longest, allow_nan=False).map(lambda value: round(value, 4))


def distributions() -> st.SearchStrategy[Distribution]:
    """Stays of every distribution, from a few minutes to two weeks on average."""
    means = st.one_of(_days(0.005, 0.9), _days(0.9, 14))
    return st.one_of(
        means.map(lambda mean: Exponential(mean=mean)),
        means.map(lambda value: Fixed(value=value)),
        st.tuples(means, st.sampled_from((0.3, 1.0, 2.0))).map(
            lambda parts: Lognormal(mean=parts[0], sd=parts[0] * parts[1])
        ),
        st.tuples(means, means).map(lambda ends: Uniform(low=min(ends), high=max(ends))),
    )


def multipliers() -> st.SearchStrategy[tuple[float, ...]]:
    """Seasons: none, or any twelve numbers."""
    return st.one_of(st.just((1.0,) * 12), st.lists(_days(0.1, 3), min_size=12, max_size=12).map(tuple))


@st.composite
def departments(draw: st.DrawFn, identifier: str) -> DepartmentConfig:
    """Departments of every kind: light to overloaded, waiting or diverting, of simple rule or a distribution."""
    beds = draw(st.integers(1, 12))
    fields: dict[str, object] = {
        "beds": beds,
        "capacity": draw(st.one_of(st.none(), st.integers(beds, beds + 4))),
        "month_multipliers": draw(multipliers()),
        "when_full": draw(st.sampled_from(("wait", "wait", "wait", "divert"))),
        "delay_share": draw(st.sampled_from((0.0, 0.05, 0.5, 1.0))),
        "delay_days": draw(st.sampled_from(((4.0, 14.0), (0.0001, 0.5), (1.0, 1.0)))),
        "return_share": draw(st.sampled_from((0.0, 0.2, 1.0))),
        "ages": draw(st.sampled_from(((18.0, 74.0, 100.0), (0.0, 0.0, 0.0), (0.0, 1.0, 16.0)))),
        "allow_overload": True,
    }
    if draw(st.booleans()):
        fields |= {"stay": draw(distributions())}
    else:
        fields |= {
            "max_stay_days": draw(_days(1, 10)),
            "long_stay_share": draw(st.sampled_from((0.0, 0.01, 0.2))),
            "long_stay_multiple": draw(st.sampled_from(((3.0, 6.0), (1.0, 1.0)))),
        }
    load = draw(st.sampled_from((0.95, 0.6, 0.2, 1.0, 1.3)))
    mean = mean_bed_days(department(identifier, requests_per_day=1.0, **fields))
    return department(identifier, requests_per_day=min(load * beds / mean, MOST_REQUESTS_A_DAY), **fields)


@st.composite
def plans(draw: st.DrawFn) -> RunPlan:
    """Runs of at most twelve days of random hospitals, at any time of the year, with and without warm-up."""
    wards = [draw(departments(name)) for name in "abcd"[: draw(st.integers(1, 4))]]
    config = HospitalConfig(
        id=draw(st.sampled_from(("random", "other"))),
        name="A Hospital",
        warmup_days=draw(st.sampled_from((0, 1, 7, 60))),
        department=tuple(wards),
    )
    start = draw(st.sampled_from((START, date(2023, 2, 20), date(2024, 12, 20))))
    days = draw(st.one_of(st.sampled_from((12, 1, 2)), st.integers(1, 12)))
    return RunPlan(Hospital(config), draw(st.integers(0, 2**63 - 1)), days, start)


def busy() -> RunPlan:
    """A run in which all happens that can: queues, diversions, delays, long stays, patients who return at once."""
    return RunPlan(
        hospital(
            department(
                "a", beds=9, requests_per_day=35.0, stay=Exponential(mean=0.25), delay_share=0.0, return_share=1.0
            ),
            department("b", beds=6, max_stay_days=2.0, long_stay_share=0.05, delay_share=0.2, target_occupancy=0.95),
            department(
                "c",
                beds=3,
                requests_per_day=20.0,
                stay=Lognormal(mean=0.2, sd=0.3),
                delay_share=0.05,
                when_full="divert",
            ),
            warmup_days=10,
        ),
        seed=11,
        days=40,
    )
