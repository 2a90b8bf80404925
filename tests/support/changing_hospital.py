"""A hospital whose wards change their names, beds, demand and stays, close, and open."""

import msgspec
from hospitals import department, hospital

from hospital_sim import Hospital
from hospital_sim.config import parse_hospital


def changing() -> Hospital:
    """Return a hospital that changes on 21 January, 10 and 15 February 2024."""
    wards = [department("acute", beds=12), department("day_case", beds=4), department("surgery", beds=6)]
    document = msgspec.json.decode(msgspec.json.encode(hospital(*wards, warmup_days=20, identifier="changing").config))
    acute = {"id": "acute", "name": "Acute Care", "beds": 14}
    changes = [
        {"from": "2024-01-21", "closed": ["day_case"], "department": [acute]},
        {
            "from": "2024-02-10",
            "department": [
                msgspec.to_builtins(department("frailty", beds=5)),
                {"id": "acute", "requests_per_day": 1.0, "max_stay_days": 3},
            ],
        },
        {"from": "2024-02-15", "department": [{"id": "surgery", "stay": {"distribution": "exponential", "mean": 2}}]},
    ]
    return Hospital(parse_hospital(document | {"change": changes}))
