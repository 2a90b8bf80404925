"""Hospitals that are small enough to follow by hand: every request is listed, every stay is fixed."""

from collections.abc import Mapping, Sequence

from hospital_sim.config import HospitalConfig, parse_hospital


def replayed(
    arrivals: Mapping[str, Sequence[str]], *, stay_days: float = 1.0, warmup_days: int = 1, **fields: object
) -> HospitalConfig:
    """Return a hospital with a department for each list of timestamps, one bed each unless ``fields`` say otherwise."""
    stay = {"distribution": "fixed", "value": stay_days}
    sources = {name: {"source": [{"id": "replay", "arrivals": list(moments)}]} for name, moments in arrivals.items()}
    return _hospital("tiny", warmup_days, {"beds": 1, "stay": stay, **fields}, sources)


def poisson(
    *, beds: int, per_day: float, stay_days: float = 1.0, warmup_days: int = 5, departments: int = 1, **fields: object
) -> HospitalConfig:
    """Return a hospital with Poisson demand and exponential stays."""
    stay = {"distribution": "exponential", "mean": stay_days}
    defaults = {"beds": beds, "requests_per_day": per_day, "stay": stay, **fields}
    return _hospital("poisson", warmup_days, defaults, {f"d{number}": {} for number in range(1, departments + 1)})


def _hospital(
    name: str, warmup_days: int, fields: Mapping[str, object], departments: Mapping[str, Mapping[str, object]]
) -> HospitalConfig:
    defaults = {"treatment_function_code": "300", "long_stay_share": 0, "delay_share": 0, "allow_overload": True}
    tables = [{"id": identifier, "name": identifier.title(), **own} for identifier, own in departments.items()]
    head = {"id": name, "name": name.title(), "warmup_days": warmup_days}
    return parse_hospital({**head, "defaults": defaults | dict(fields), "department": tables})
