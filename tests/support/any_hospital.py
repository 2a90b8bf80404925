"""Random hospitals with few beds, short stays and many events in one second."""

from datetime import date
from typing import Any

from hospitals import RunPlan
from hypothesis import strategies as st

from hospital_sim import Hospital
from hospital_sim.config import parse_hospital

Fields = dict[str, Any]

START = "2025-01-01"
"""A Wednesday: a run of a few days sees a weekend."""

_NAMES = ("a", "b", "c", "d")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Whole hours meet in one second; the others fall between them.
_HOURS = st.sampled_from([1, 2, 3, 5, 8, 12, 24, 30, 0.5, 0.1, 1 / 3600])


def _fixed(hours: float, unit: float = 24) -> Fields:
    return {"distribution": "fixed", "value": hours / unit}


_hours_of_stay = st.one_of(
    _HOURS.map(_fixed),
    st.lists(_HOURS, min_size=2, max_size=4).map(
        lambda hours: {"distribution": "empirical", "values": [each / 24 for each in hours]}
    ),
    st.sampled_from([0.1, 0.4, 1.0]).map(lambda mean: {"distribution": "exponential", "mean": mean}),
)


# Never as short as a stay may be: a request every second is half a million in six days.
_time_between = st.sampled_from(
    [
        _fixed(3),
        _fixed(8),
        {"distribution": "empirical", "values": [0, 1 / 24, 5 / 24]},
        {"distribution": "exponential", "mean": 0.2},
    ]
)


@st.composite
def _profile(draw: st.DrawFn, size: int) -> list[float]:
    profile = draw(st.lists(st.sampled_from([0.0, 0.25, 1.0, 1.5, 3.0]), min_size=size, max_size=size))
    return profile if any(profile) else [1.0] * size


def _profiles(prefix: str = "") -> st.SearchStrategy[Fields]:
    multipliers = {f"{prefix}weekday_multipliers": _profile(7), f"{prefix}hour_multipliers": _profile(24)}
    return st.fixed_dictionaries({}, optional=multipliers)


@st.composite
def _stays(draw: st.DrawFn) -> Fields:
    if draw(st.booleans()):
        return {"stay": draw(_hours_of_stay), "long_stay_share": 0}
    return {"max_stay_days": draw(st.sampled_from([1, 1.5])), "long_stay_share": 0.2, "long_stay_multiple": [1, 2]}


@st.composite
def _times(draw: st.DrawFn) -> Fields:
    """When the patients of a source come."""
    kind = draw(st.sampled_from(["poisson", "renewal", "schedule", "arrivals"]))
    if kind == "poisson":
        return {"requests_per_day": draw(st.sampled_from([1.0, 3.0, 8.0])), **draw(_profiles())}
    if kind == "renewal":
        return {"interarrival": draw(_time_between)}
    if kind == "schedule":
        entry = st.fixed_dictionaries(
            {
                "weekday": st.sampled_from(_WEEKDAYS),
                "time": st.sampled_from(["00:00", "08:00", "12:30", "23:59"]),
                "patients": st.integers(1, 4),
            }
        )
        return {"schedule": draw(st.lists(entry, min_size=1, max_size=5))}
    hours = draw(st.lists(st.integers(0, 24 * 6), min_size=1, max_size=25).map(sorted))
    return {"arrivals": [f"2025-01-{1 + hour // 24:02}T{hour % 24:02}:00:00Z" for hour in hours]}


def _source(name: str) -> st.SearchStrategy[Fields]:
    how = {"when_full": st.sampled_from(["wait", "divert"]), "stay": _hours_of_stay}
    how["delay_share"] = st.sampled_from([0, 0.5])
    return st.builds(lambda times, own: {"id": name} | times | own, _times(), st.fixed_dictionaries({}, optional=how))


@st.composite
def _demand(draw: st.DrawFn) -> Fields:
    kind = draw(st.sampled_from(["one", "shares", "sources"]))
    if kind == "sources":
        return {"source": [draw(_source(f"s{number}")) for number in range(draw(st.integers(1, 3)))]}
    fields: Fields = {"requests_per_day": draw(st.sampled_from([1.0, 4.0, 10.0])), **draw(_profiles())}
    if kind == "shares":
        fields["source"] = [
            {"id": "emergency", "share": 0.75},
            {"id": "elective", "share": 0.25, "when_full": "divert"},
            *([draw(_source("other"))] if draw(st.booleans()) else []),
        ]
    return fields


_DAYS_OF_CHANGES: list[Fields] = [
    {},
    {"first": "2025-01-02"},
    {"last": "2025-01-04"},
    {"first": "2025-01-02", "last": "2025-01-04"},
    {"first": "01-03"},
    {"last": "01-05"},
    {"first": "01-03", "last": "01-05"},
    {"first": "12-31", "last": "01-05"},
]


@st.composite
def _bed_changes(draw: st.DrawFn, beds: int) -> list[Fields]:
    changes = []
    for _ in range(draw(st.integers(0, 2))):
        days: Fields = draw(st.sampled_from(_DAYS_OF_CHANGES))
        if draw(st.booleans()):
            days = days | {"weekdays": draw(st.lists(st.sampled_from(_WEEKDAYS), min_size=1, max_size=4, unique=True))}
        # A change of every day leaves a bed.
        more = draw(st.integers(-beds if days else 1 - beds, 2).filter(bool))
        beds += min(more, 0)
        changes.append({"beds": more} | days)
    return changes


@st.composite
def _department(draw: st.DrawFn, name: str, others: list[str]) -> Fields:
    beds = draw(st.integers(1, 4))
    fields: Fields = {"id": name, "name": name.upper(), "treatment_function_code": "300", "beds": beds}
    fields |= {
        "allow_overload": True,
        "return_share": 0.5,
        "when_full": draw(st.sampled_from(["wait", "wait", "divert"])),
    }
    fields |= draw(_demand()) | draw(_stays())
    fields |= {"delay_share": draw(st.sampled_from([0, 0.3, 1])), "delay": draw(_hours_of_stay)}
    fields["bed_change"] = draw(_bed_changes(beds))
    if draw(st.booleans()):
        fields |= draw(_profiles(prefix="discharge_"))
    if draw(st.booleans()):
        fields["turnaround_hours"] = _fixed(draw(st.sampled_from([0, 1, 2.5, 1 / 3600])), unit=1)
    if draw(st.booleans()):
        close, open_ = sorted(draw(st.tuples(*[st.sampled_from([0.25, 0.5, 0.75, 1.0])] * 2)))
        fields["escalation"] = {"beds": draw(st.integers(1, 2)), "open_above": open_, "close_below": close}
    when_full = {source.get("when_full", fields["when_full"]) for source in fields.get("source", [fields])}
    if others and "wait" in when_full and draw(st.booleans()):
        to = draw(st.lists(st.sampled_from(others), min_size=1, unique=True))
        fields["overflow"] = {"after_hours": draw(st.sampled_from([0.0001, 0.5, 1, 3, (0.25, 4)])), "to": to}
    if draw(st.booleans()):
        fields["capacity"] = 12
    return fields


@st.composite
def documents(draw: st.DrawFn) -> Fields:
    """Draw the tables of a hospital of one to four departments, as a TOML file would hold them."""
    names = list(_NAMES[: draw(st.integers(1, len(_NAMES)))])
    return {
        "id": "any",
        "name": "Any",
        "warmup_days": draw(st.integers(0, 2)),
        "department": [draw(_department(name, [other for other in names if other != name])) for name in names],
    }


def any_plans(most_days: int = 6) -> st.SearchStrategy[RunPlan]:
    """Draw a run of a hospital."""
    hospitals = documents().map(parse_hospital).map(Hospital)
    return st.builds(
        RunPlan, hospitals, st.integers(0, 2**32), st.integers(1, most_days), st.just(date.fromisoformat(START))
    )
