"""A wrong field of a department is refused in one line that names the department, the field and the value."""

from math import inf

import pytest
from config_tables import cases, read_ward

import hospital_sim as hs
from hospital_sim.config import DepartmentConfig
from hospital_sim.errors import ConfigurationError

pytestmark = pytest.mark.unit

FIELDS = """
beds = -4 -> beds: must be int >= 1, not -4
beds = 0 -> beds: must be int >= 1, not 0
beds = "four" -> beds: must be int, got str
beds = true -> beds: must be int, got bool
beds = 4.5 -> beds: must be int, got float
beds = 100001 -> beds: must be int <= 100000, not 100001
without beds -> beds: missing; add it
without beds; bed = 4 -> bed: unknown field; did you mean beds?
target_ocupancy = 0.9 -> target_ocupancy: unknown field; did you mean target_occupancy?
name = "" -> name: must be str of length >= 1, not ''
treatment_function_code = 300 -> treatment_function_code: must be str, got int
treatment_function_code = "30" -> treatment_function_code: must be str matching regex '^[0-9]{3}$', not '30'
capacity = 9 -> capacity: must be at least the 10 beds that can be open, not 9
capacity = 11; bed_change = [{ beds = 2 }] -> capacity: must be at least the 12 beds that can be open, not 11
capacity = 12; escalation = { beds = 3 } -> capacity: must be at least the 13 beds that can be open, not 12
without requests_per_day -> target_occupancy: give either target_occupancy or requests_per_day
target_occupancy = 1 -> target_occupancy: give either target_occupancy or requests_per_day
target_occupancy = 0 -> target_occupancy: must be float > 0.0, not 0
target_occupancy = nan -> target_occupancy: must be float > 0.0, not nan
target_occupancy = inf -> target_occupancy: must be finite, not inf
requests_per_day = 1e9; allow_overload = true -> requests_per_day: gives 1e+09 requests a day; there may be at most 1,0
without requests_per_day; target_occupancy = 1 -> target_occupancy: gives an offered load of 1.000 over the year, so the
    queue would grow without end; lower it, add beds, or set allow_overload = true
beds = 15; requests_per_day = 1.99; max_stay_days = 14; long_stay_multiple = [6.5, 6.5]; delay_share = 0
    -> requests_per_day: gives an offered load of 1.1
requests_per_day = 4; stay = { distribution = "fixed", value = 2 }; long_stay_share = 0; delay_share = 0;
    turnaround_hours = { distribution = "fixed", value = 13 }
    -> requests_per_day: gives an offered load of 0.800 over the year (1.017 by
    those who wait, turnarounds included), so the queue would grow without end
requests_per_day = 10; when_full = "divert"; source = [{ id = "a", share = 1, when_full = "wait" }]
    -> requests_per_day: gives an offered load of 3.105
max_stay_days = 0.5 -> max_stay_days: must be float >= 1.0, not 0.5
max_stay_days = inf -> max_stay_days: must be finite, not inf
max_stay_days = 1e6 -> max_stay_days: must be at most 36,525 days, not 1e+06
without max_stay_days -> max_stay_days: give max_stay_days or stay
without max_stay_days; stay = { distribution = "fixed", value = 3 }; long_stay_share = 0.1
    -> long_stay_share: needs max_stay_days; set it to 0 if stays follow a distribution
long_stay_multiple = [1, 1e9] -> long_stay_multiple: must be at most 36,525 days, not 4e+09
long_stay_multiple = [6, 3] -> long_stay_multiple: must be two numbers of at least 1, the smaller first, not [6.0, 3.0]
long_stay_multiple = [0.5, 3] -> long_stay_multiple: must be two numbers of at least 1
long_stay_multiple = [1] -> long_stay_multiple: must be array of length 2, got 1
long_stay_share = -0.1 -> long_stay_share: must be float >= 0.0, not -0.1
long_stay_share = nan -> long_stay_share: must be float >= 0.0, not nan
delay_share = 1.5 -> delay_share: must be float <= 1.0, not 1.5
stay = { distribution = "fixed", value = 3 }; delay_days = [1, 3]
    -> delay_share: give the share of discharges that are delayed, because stay has no delays of its own
stay = { distribution = "fixed", value = 3 }; delay = { distribution = "fixed", value = 2 }
    -> delay_share: give the share of discharges
delay_days = [0, 3] -> delay_days: must be two numbers above 0, the smaller first, not [0.0, 3.0]
delay_days = [1, nan] -> delay_days: must be finite
delay = { distribution = "fixed", value = 0 } -> delay: must have a mean above 0
delay = { distribution = "fixed", value = 1e6 } -> delay: must be at most 36,525 days, not 1e+06
delay_days = [4, 1e6] -> delay_days: must be at most 36,525 days, not 1e+06
turnaround_hours = { distribution = "fixed", value = 1e6 } -> turnaround_hours: must be at most 36,525 days
turnaround_hours = 2 -> turnaround_hours: must be a table such as { distribution =
ages = [50, 40, 60] -> ages: must be youngest, most frequent and oldest age, 0 to 120
ages = [0, 40, 121] -> ages: must be youngest, most frequent and oldest age, 0 to 120
admission_methods = { 11 = 0.5 } -> admission_methods: the shares must add up to 1, not 0.5
admission_methods = { 11 = nan } -> admission_methods[...]: must be float >= 0.0
admission_methods = { 99 = 1 } -> admission_methods: invalid enum value '99'
delay_reasons = { weather = 1 } -> delay_reasons: invalid enum value 'weather'
discharge_destinations = {} -> discharge_destinations: the shares must add up to 1, not 0
discharge_weekday_multipliers = [] -> discharge_weekday_multipliers: must be array of length >= 7, not []
when_full = "leave" -> when_full: invalid enum value 'leave'
stay = { distribution = "fixed", value = 7 }
    -> stay: does not fit max_stay_days: low, high: values between 0 and 4 cannot have the mean 7
stay = { distribution = "gumbel" } -> stay: distribution: 'gumbel' is not known; known are coxian,
stay = { distribution = "exponential", men = 3 } -> stay: men: unknown field
stay = { distribution = "exponential" } -> stay: mean: missing; add it
stay = { mean = 3 } -> stay: distribution: missing; name one of coxian,
stay = { distribution = "exponential", mean = -3 } -> stay: mean: must be above 0, not -3
stay = { distribution = "exponential", mean = nan } -> stay: mean: must be finite, not nan
stay = { distribution = "uniform", low = 3, high = 1 } -> stay: high: must be at least low (3), not 1
stay = { distribution = "lognormal", mean = 3, sd = inf } -> stay: sd: must be finite, not inf
stay = { distribution = "fixed", value = 0 } -> stay: must have a mean above 0
without max_stay_days; long_stay_share = 0; stay = { distribution = "lognormal", mean = 3e5, sd = 3e5 }
    -> stay: must be at most 36,525 days, not 300000
overflow = { after_hours = 4, to = ["surgery"] }
    -> overflow.to: 'surgery' is not another department of this hospital; there are other
overflow = { after_hours = 4, to = ["ward"] } -> overflow.to: 'ward' is not another department
overflow = { after_hours = 4, to = [] } -> overflow.to: must be array of length >= 1, not []
overflow = { after_hours = 4, to = ["other"] }; when_full = "divert" -> overflow: has no effect, because when_full
overflow = { after_hours = 4, to = ["other"] }; source = [{ id = "a", share = 1, when_full = "divert" }]
    -> overflow: has no effect, because when_full = "divert" lets nobody wait; leave one of them out
overflow = { after_hours = 0, to = ["other"] } -> overflow.after_hours: must be float > 0.0, not 0
overflow = { after_hours = [8, 4], to = ["other"] } -> overflow.after_hours: must be a number or two, the smaller first
overflow = { after_hours = [4], to = ["other"] } -> overflow.after_hours: must be array of length >= 2
overflow = { after_hour = 4, to = ["other"] } -> overflow: after_hour: unknown field; did you mean after_hours?
escalation = { beds = 0 } -> escalation.beds: must be int >= 1, not 0
escalation = { beds = 1, close_bellow = 0.5 } -> escalation: close_bellow: unknown field; did you mean close_below?
escalation = { beds = 3, open_above = 0.8, close_below = 0.9 }
    -> escalation.close_below: must not be above open_above, not 0.9
bed_change = [{ beds = -11 }] -> bed_change: closes 11 beds on one day; there are 10
bed_change = [{ beds = -6 }, { beds = -6, weekdays = ["monday"] }] -> bed_change: closes 12 beds on one day
bed_change = [{ beds = 1, weekdays = ["mon"] }] -> bed_change[0].weekdays[0]: invalid enum value 'mon'
bed_change = [{ beds = 1, weekdays = [] }] -> bed_change[0].weekdays: must be array of length >= 1, not []
bed_change = [{ beds = 1, first = "1 May" }] -> bed_change[0].first: must be str matching regex '^([0-9]{4}-)?[0-9]{2}-
bed_change = [{ beds = 1, first = "02-30" }] -> bed_change[0]: first: '02-30' is not a day; write YYYY-MM-DD, or MM-DD
bed_change = [{ beds = 1, last = "2025-02-29" }] -> bed_change[0]: last: '2025-02-29' is not a day
bed_change = [{ beds = 1, first = "2025-03-01", last = "2025-02-01" }]
    -> bed_change[0]: last: 2025-02-01 is before the first day, 2025-03-01
bed_change = [{ beds = 1, first = "2023-11-01", last = "03-31" }]
    -> bed_change[0]: last: 03-31 and the first day, 2023-11-01, must both have a year, or neither for every year
bed_change = [{ beds = 1, first = "11-01", last = "2024-03-31" }]
    -> bed_change[0]: last: 2024-03-31 and the first day, 11-01, must both have a year
bed_change = [{ beds = -10 }] -> bed_change: closes every bed on every day; leave one open on some days
bed_change = [{ beds = -4, first = "01-01", last = "06-30" }, { beds = -4, first = "07-01" }, { beds = -6 }]
    -> bed_change: closes every bed on every day
bed_change = [{ beds = -8, first = "2020-01-01" }]
    -> requests_per_day: gives an offered load of 1.552 from 2020-01-01, so the queue would grow without end; lower it
bed_change = [{ beds = -10, first = "2020-01-01" }]
    -> requests_per_day: leaves no bed open from 2020-01-01, so the queue would grow without end
without requests_per_day; target_occupancy = 0.5; bed_change = [{ beds = -6, first = "2020-01-01", weekdays = ["monday",
    "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] }]
    -> target_occupancy: gives an offered load of 1.250 from 2020-01-01
without requests_per_day; source = [{ id = "a", requests_per_day = 9 }] -> source: gives an offered load of 2.795
bed_change = [{ beds = 1, from = "05-01" }] -> bed_change[0]: from: unknown field; known are beds, first, last
source = [{ id = "a", share = 0.5 }, { id = "b", share = 0.4 }] -> source.share: the shares must add up to 1, not 0.9
source = [{ id = "a", share = 0.5 }, { id = "a", share = 0.5 }] -> source[1]: id: 'a' is used twice
source = [{ id = "a", requests_per_day = 1 }] -> target_occupancy: no source has a share of this demand
without requests_per_day; target_occupancy = 0.5; source = [{ id = "a", share = 1 }, { id = "b", requests_per_day = 9 }]
    -> target_occupancy: 0.5 leaves no demand to share: other sources exceed it
without requests_per_day, max_stay_days; stay = { distribution = "fixed", value = 2 }; long_stay_share = 0;
    source = [{ id = "a", requests_per_day = 1, long_stay_share = 0.1 }]
    -> source[0] (a): long_stay_share: needs max_stay_days
"""

SOURCE = """
share = 1.5 -> source[0].share: must be float <= 1.0, not 1.5
requests_per_day = -1 -> source[0].requests_per_day: must be float > 0.0, not -1
admission_method = "99" -> source[0].admission_method: invalid enum value '99'
admision_method = "21" -> source[0]: admision_method: unknown field; did you mean admission_method?
when_full = "leave" -> source[0].when_full: invalid enum value 'leave'
when_full = "wait"
    -> source[0] (a): share: give exactly one of share, requests_per_day, interarrival, schedule, arrivals
requests_per_day = 1, interarrival = { distribution = "fixed", value = 2 }
    -> source[0] (a): share: give exactly one of share,
    requests_per_day, interarrival, schedule, arrivals, not requests_per_day and interarrival
interarrival = { distribution = "fixed", value = 2 }, weekday_multipliers = [1, 1, 1, 1, 1, 1, 1]
    -> source[0] (a): weekday_multipliers: has no effect together with interarrival; leave it out
interarrival = { distribution = "fixed", value = 0 } -> source[0] (a): interarrival: must have a mean above 0
interarrival = { distribution = "gama", mean = 1 }
    -> source[0].interarrival: distribution: 'gama' is not known; did you mean gamma?
requests_per_day = 1, hour_multipliers = [1] -> source[0].hour_multipliers: must be array of length >= 24, not [1]
requests_per_day = 1, weekday_multipliers = [0, 0, 0, 0, 0, 0, 0]
    -> source[0] (a): weekday_multipliers: must not be all 0
schedule = [] -> source[0] (a): schedule: must have at least one list
schedule = [{ weekday = "mon" }] -> source[0].schedule[0].weekday: invalid enum value 'mon'
schedule = [{ weekday = "monday", time = "8:00" }]
    -> source[0].schedule[0].time: must be str matching regex '^([01][0-9]|2[0-3]):
schedule = [{ weekday = "monday", time = "24:00" }]
    -> source[0].schedule[0].time: must be str matching regex '^([01][0-9]|2[0-3]):
schedule = [{ weekday = "monday", time = "08:00", patients = 0 }]
    -> source[0].schedule[0].patients: must be int >= 1, not 0
schedule = [{ patient = 2 }] -> source[0].schedule[0]: patient: unknown field; did you mean patients?
arrivals = [] -> source[0] (a): arrivals: must have at least one timestamp
arrivals = ["2025-01-02T00:00:00Z", "2025-01-01T00:00:00Z"]
    -> source[0] (a): arrivals[1]: 2025-01-01T00:00:00+00:00 is before
arrivals = ["2025-01-02T00:00:00"] -> source[0] (a): arrivals[0]: must end with Z or an offset from UTC, not 2025-01-02T
arrivals = ["yesterday"] -> source[0].arrivals[0]: invalid RFC3339 encoded datetime, not 'yesterday'
requests_per_day = 1, stay = { distribution = "fixed", value = 1e6 }, long_stay_share = 0
    -> source[0] (a): stay: must be at most 36,525 days, not 1e+06
requests_per_day = 1, stay = { distribution = "fixed", value = 7 }, max_stay_days = 5
    -> source[0] (a): stay: does not fit max_stay_days: low, high: values between 0 and 5 cannot have the mean 7
requests_per_day = 1, stay = { distribution = "fixed", value = 2 }, long_stay_share = 0.1
    -> source[0] (a): long_stay_share: needs max_stay_days
"""

PROFILES: list[tuple[str, list[float], str]] = [
    ("month_multipliers", [1, 1], "month_multipliers: must be array of length >= 12, not [1, 1]"),
    ("month_multipliers", [1] * 13, "month_multipliers: must be array of length <= 12, not [1, 1, 1,"),
    ("month_multipliers", [0] * 12, "month_multipliers: must not be all 0"),
    ("month_multipliers", [-1] + [1] * 11, "month_multipliers[0]: must be float >= 0.0, not -1"),
    ("weekday_multipliers", [1] * 8, "weekday_multipliers: must be array of length <= 7, not [1, 1, 1,"),
    ("hour_multipliers", [1] * 23, "hour_multipliers: must be array of length >= 24, not [1, 1, 1,"),
    ("hour_multipliers", [0] * 24, "hour_multipliers: must not be all 0"),
    ("hour_multipliers", [1] * 23 + [inf], "hour_multipliers: must be finite, not (1.0, 1.0,"),
    ("discharge_hour_multipliers", [2] * 7, "discharge_hour_multipliers: must be array of length >= 24"),
    ("discharge_hour_multipliers", [0] * 24, "discharge_hour_multipliers: must not be all 0"),
]

ACCEPTED = """
without requests_per_day; target_occupancy = 1.4; allow_overload = true
without requests_per_day; target_occupancy = 1.4; when_full = "divert"
capacity = 15; bed_change = [{ beds = 2, first = "11-01", last = "02-29" }, { beds = -3, weekdays = ["sunday"] }]
bed_change = [{ beds = 6, first = "11-01", last = "03-31" }, { beds = 6, first = "05-01", last = "08-31" }];
    capacity = 16
escalation = { beds = 3, open_above = 0.9, close_below = 0.9 }; overflow = { after_hours = 4, to = ["other"] }
turnaround_hours = { distribution = "uniform", low = 1, high = 3 }
overflow = { after_hours = 4, to = ["other"] }; when_full = "divert";
    source = [{ id = "a", share = 0.5 }, { id = "b", share = 0.5, when_full = "wait" }]
bed_change = [{ beds = -10, first = "2020-01-01", last = "2020-01-31" }]
bed_change = [{ beds = -10, first = "2020-01-01" }]; when_full = "divert"
bed_change = [{ beds = -10, first = "2020-01-01" }]; allow_overload = true
bed_change = [{ beds = -6, first = "2020-01-01", last = "9999-12-31" }, { beds = -4, first = "0001-01-01", last =
    "2019-12-31" }, { beds = -1, weekdays = ["monday"] }, { beds = -4, first = "2030-01-01", weekdays = ["sunday"] }];
    allow_overload = true
beds = 6; requests_per_day = 2; source = [{ id = "a", share = 0.8 }, { id = "b", share = 0.2, when_full = "divert" }]
source = [{ id = "a", share = 0.1 }, { id = "b", share = 0.2 }, { id = "c", share = 0.7 },
    { id = "d", interarrival = { distribution = "fixed", value = 2 } }]
"""


def _error(text: str) -> str:
    """Return the error of a department with these fields."""
    try:
        read_ward(text)
    except ConfigurationError as error:
        return str(error) if error.exit_code == 2 and "\n" not in str(error) else f"not one line and exit 2: {error}"
    return "accepted"


def test_an_error_names_the_department_the_field_and_the_value() -> None:
    wrong = [case.split(" -> ") for case in cases(FIELDS)]
    wrong += [[f"{field} = {values}", message] for field, values, message in PROFILES]
    for fields, message in (case.split(" -> ") for case in cases(SOURCE)):
        wrong.append([f'without requests_per_day; source = [{{ id = "a", {fields} }}]', message])
    errors = [(text, message, _error(text)) for text, message in wrong]
    assert [
        (text, error) for text, message, error in errors if not error.startswith(f"department[0] (ward): {message}")
    ] == []


def test_fields_without_an_error_are_accepted() -> None:
    assert [text for text in cases(ACCEPTED) if _error(text) != "accepted"] == []


def test_a_wrong_type_is_a_type_error_and_a_wrong_value_a_value_error() -> None:
    for text in ('beds = "four"', "escalation = 3", 'overflow = "other"', 'source = { id = "a" }', "bed_change = [3]"):
        with pytest.raises(TypeError, match=text.split()[0]):
            read_ward(text)
    with pytest.raises(ValueError, match="beds"):
        read_ward("beds = -4")


@pytest.mark.parametrize(("beds", "kind"), [(-4, ValueError), ("four", TypeError)])
def test_a_hospital_created_in_python_is_checked_too(beds: object, kind: type[Exception]) -> None:
    ward = DepartmentConfig(
        id="ward", name="Ward", treatment_function_code="300", beds=beds, target_occupancy=0.9, max_stay_days=5
    )
    with pytest.raises(kind, match=r"department\[0\] \(ward\): beds"):
        hs.Hospital(hs.HospitalConfig(id="city", name="City", department=(ward,)))
