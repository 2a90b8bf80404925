"""Hospitals that are small enough to follow by hand: every request is listed, every stay is fixed."""

from collections.abc import Mapping, Sequence

from hospital_sim.config import HospitalConfig, parse_hospital


def replayed(
    arrivals: Mapping[str, Sequence[str]], *, stay_days: float = 1.0, warmup_days: int = 1, **fields: object
) -> HospitalConfig:
    """Return a hospital with a department for each list of timestamps, one bed each unless ``fields`` say otherwise."""
    return parse_hospital(
        {
            "id": "tiny",
            "name": "Tiny",
            "warmup_days": warmup_days,
            "defaults": {
                "treatment_function_code": "300",
                "beds": 1,
                "stay": {"distribution": "fixed", "value": stay_days},
                "long_stay_share": 0,
                "delay_share": 0,
                "allow_overload": True,
                **fields,
            },
            "department": [
                {"id": name, "name": name.title(), "source": [{"id": "replay", "arrivals": list(moments)}]}
                for name, moments in arrivals.items()
            ],
        }
    )


def poisson(
    *, beds: int, per_day: float, stay_days: float = 1.0, warmup_days: int = 5, departments: int = 1, **fields: object
) -> HospitalConfig:
    """Return a hospital with Poisson demand and exponential stays."""
    return parse_hospital(
        {
            "id": "poisson",
            "name": "Poisson",
            "warmup_days": warmup_days,
            "defaults": {
                "treatment_function_code": "300",
                "beds": beds,
                "requests_per_day": per_day,
                "stay": {"distribution": "exponential", "mean": stay_days},
                "long_stay_share": 0,
                "delay_share": 0,
                "allow_overload": True,
                **fields,
            },
            "department": [{"id": f"d{number}", "name": f"D{number}"} for number in range(1, departments + 1)],
        }
    )
