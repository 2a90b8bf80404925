"""A hospital that uses every rule every day, often in the same second."""

from datetime import date

from hospitals import RunPlan

from hospital_sim import Hospital
from hospital_sim.config import HospitalConfig, parse_hospital


def _values(hours: list[float], unit: float = 24) -> dict[str, object]:
    return {"distribution": "empirical", "values": [each / unit for each in hours]}


def crowded() -> HospitalConfig:
    """Return four departments: outliers go in circles, beds open and close, are cleaned, and open under pressure."""
    shared = {
        "treatment_function_code": "300",
        "long_stay_share": 0,
        "allow_overload": True,
        "delay_share": 0.3,
        "delay": _values([1, 2, 5]),
        "return_share": 0.5,
    }
    surgery = {
        "id": "surgery",
        "name": "Surgery",
        "beds": 3,
        "stay": _values([2, 5, 9, 14]),
        "bed_change": [{"beds": -2, "weekdays": ["friday", "sunday"]}, {"beds": 1, "first": "01-03", "last": "01-04"}],
        "overflow": {"after_hours": 2, "to": ["medicine", "elderly"]},
        "source": [
            {"id": "list", "schedule": [{"weekday": day, "time": "08:00", "patients": 3} for day in _WEEKDAYS]},
            {"id": "day_cases", "interarrival": {"distribution": "fixed", "value": 0.125}, "when_full": "divert"},
            {"id": "emergency", "requests_per_day": 5, "admission_method": "22"},
        ],
    }
    medicine = {
        "id": "medicine",
        "name": "Medicine",
        "beds": 3,
        "requests_per_day": 7,
        "hour_multipliers": [0.5] * 8 + [1.5] * 8 + [1.0] * 8,
        "stay": _values([1, 4, 8, 12, 20]),
        "turnaround_hours": {"distribution": "fixed", "value": 1},
        "escalation": {"beds": 2, "open_above": 2 / 3, "close_below": 2 / 3},
        "overflow": {"after_hours": [0.5, 2.5], "to": ["surgery"]},
    }
    elderly = {
        "id": "elderly",
        "name": "Elderly",
        "beds": 2,
        "requests_per_day": 3,
        "stay": {"distribution": "exponential", "mean": 0.5},
        "discharge_hour_multipliers": [0] * 8 + [1, 2, 3, 3, 3, 2, 2, 1] + [0.5] * 8,
        "overflow": {"after_hours": 3, "to": ["surgery", "medicine"]},
    }
    winter = {
        "id": "winter",
        "name": "Winter",
        "beds": 4,
        "stay": _values([2, 4, 10, 16]),
        "turnaround_hours": _values([2, 5, 0], unit=1),
        "bed_change": [{"beds": -2, "weekdays": ["thursday", "saturday", "monday"]}],
        "escalation": {"beds": 2, "open_above": 0.5, "close_below": 0.5},
        "source": [
            {"id": "hourly", "interarrival": _values([1, 3, 5])},
            {"id": "any_time", "requests_per_day": 4, "stay": _values([1, 3])},
        ],
    }
    departments = [surgery, medicine, elderly, winter]
    return parse_hospital(
        {"id": "crowded", "name": "Crowded", "warmup_days": 1, "defaults": shared, "department": departments}
    )


def crowded_run(days: int = 20, seed: int = 1) -> RunPlan:
    """Return a run of it from a Wednesday on."""
    return RunPlan(Hospital(crowded()), seed, days, date(2025, 1, 1))


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
