"""Words for the codes of a patient on a bed board: age bands, admission methods, reasons for a delay."""

from datetime import date
from typing import get_args

from hospital_sim.events.fields import AdmissionMethod, DelayReason

AGE_BANDS = ("under 16", "16 to 44", "45 to 64", "65 to 74", "75 to 84", "85 or older")
_AGE_STEPS = (16, 45, 65, 75, 85)

# The words of the NHS Data Dictionary, as in the macro nhs_codes of the warehouse.
ADMISSION_METHODS: dict[AdmissionMethod, str] = {
    "11": "Elective: waiting list",
    "12": "Elective: booked",
    "13": "Elective: planned",
    "21": "Emergency: emergency department",
    "22": "Emergency: general practitioner",
    "2A": "Emergency: emergency department of another provider",
    "31": "Maternity: before delivery",
    "32": "Maternity: after delivery",
    "81": "Transfer from another provider, not an emergency",
}

DELAY_REASONS: dict[DelayReason, str] = {
    "capacity": "a place or a package of care outside the hospital",
    "interface_process": "an agreement between the hospital and the community",
    "hospital_process": "a step in the hospital",
    "care_transfer_hub_process": "the care transfer hub",
    "wellbeing_concerns": "an answer to concerns about wellbeing",
}

METHODS: tuple[AdmissionMethod, ...] = get_args(AdmissionMethod)
REASONS: tuple[DelayReason, ...] = get_args(DelayReason)


def age_band(birth_date: date, day: date) -> int:
    """Return the index in ``AGE_BANDS`` of a person's age on a day."""
    age = day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
    return sum(age >= step for step in _AGE_STEPS)
