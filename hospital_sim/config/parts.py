"""Tables within a department's configuration: sources of demand, changes of beds, escalation, overflow.

Times are in days unless a name says otherwise. A share is a probability between 0 and 1.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from hospital_sim.distributions import Distribution
from hospital_sim.events.fields import AdmissionMethod, Name


def unit(name: str) -> Meta:
    """Return the annotation of a field with a unit, which the file's schema and reference show."""
    return Meta(extra_json_schema={"unit": name})


Share = Annotated[float, Meta(ge=0, le=1), unit("share")]
ShareOfBeds = Annotated[float, Meta(gt=0), unit("share of beds")]
PerDay = Annotated[float, Meta(gt=0), unit("requests a day")]
LongestStay = Annotated[float, Meta(ge=1), unit("days")]
Hours = Annotated[float, Meta(gt=0)]
Relative = Annotated[float, Meta(ge=0)]
DistributionOfDays = Annotated[Distribution, unit("days")]
ByMonth = Annotated[tuple[Relative, ...], Meta(min_length=12, max_length=12), unit("relative")]
ByWeekday = Annotated[tuple[Relative, ...], Meta(min_length=7, max_length=7), unit("relative")]
ByHour = Annotated[tuple[Relative, ...], Meta(min_length=24, max_length=24), unit("relative")]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WhenFull = Literal["wait", "divert"]
Minute = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Day = Annotated[str, Meta(pattern="^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$")]


class ScheduledList(Struct, frozen=True, forbid_unknown_fields=True):
    """Patients who come by appointment, every week.

    Attributes:
        weekday: Day of the week.
        time: Time of day, ``HH:MM``.
        patients: Number of patients.
    """

    weekday: Weekday
    time: Minute
    patients: Annotated[int, Meta(ge=1, le=1000), unit("patients")]


class SourceConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of patient of a department. A source takes the fields that it leaves out from the department.

    Exactly one of ``share``, ``requests_per_day``, ``interarrival``, ``schedule`` and ``arrivals`` sets the demand.

    Attributes:
        id: Identifier, unique in the department.
        share: Share of the department's ``requests_per_day``, or of the demand derived from its target.
        requests_per_day: Mean requests a day over a year (a Poisson process that follows the profiles).
        interarrival: Distribution of the days between two requests.
        schedule: Patients by appointment.
        arrivals: Timestamps of real requests, with a ``Z`` or an offset from UTC, sorted; or the name of a CSV file
            beside the configuration. Kept in UTC.
        admission_method: NHS admission method code.
        when_full: ``"wait"`` or ``"divert"``: a patient waits, or is turned away, if no bed is free.
        month_multipliers: Demand by month, January first, relative.
        weekday_multipliers: Demand by weekday, Monday first, relative.
        hour_multipliers: Demand by hour of the day, UTC, relative.
        max_stay_days: Longest ordinary stay.
        stay: Distribution of the stay in days.
        long_stay_share: Share of patients whose stay is long; if neither the source nor the department sets it, it
            follows from the source's stay as in a department.
        delay_share: Share of patients whose discharge is delayed; left out, as ``long_stay_share``.
    """

    id: Name
    share: Share | None = None
    requests_per_day: PerDay | None = None
    interarrival: DistributionOfDays | None = None
    schedule: tuple[ScheduledList, ...] | None = None
    arrivals: tuple[datetime, ...] | None = None
    admission_method: AdmissionMethod = "21"
    when_full: WhenFull | None = None
    month_multipliers: ByMonth | None = None
    weekday_multipliers: ByWeekday | None = None
    hour_multipliers: ByHour | None = None
    max_stay_days: LongestStay | None = None
    stay: DistributionOfDays | None = None
    long_stay_share: Share | None = None
    delay_share: Share | None = None

    def __post_init__(self) -> None:
        """Convert the arrivals to UTC, so that the same instants give the same configuration."""
        if any(moment.utcoffset() for moment in self.arrivals or ()):
            force_setattr(self, "arrivals", tuple(map(_in_utc, self.arrivals or ())))

    @property
    def sets_stay(self) -> bool:
        """True if the source has a stay of its own; otherwise it takes the stay of the department."""
        return self.stay is not None or self.max_stay_days is not None


class BedChange(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """More or fewer open beds on some days.

    Attributes:
        beds: Number of beds more; negative for fewer.
        first: First day, ``YYYY-MM-DD``, or ``MM-DD`` for every year; no first day if left out.
        last: Last day, in the same form; no last day if left out.
        weekdays: Days of the week; every day if left out.
    """

    beds: Annotated[int, unit("beds")]
    first: Day | None = None
    last: Day | None = None
    weekdays: Annotated[tuple[Weekday, ...], Meta(min_length=1)] | None = None

    @property
    def is_dated(self) -> bool:
        """True if the first or the last day has a year."""
        return any(day is not None and len(day) > _EVERY_YEAR for day in (self.first, self.last))

    @property
    def bounds(self) -> tuple[date, date]:
        """First and last day of a dated change; ``date.min`` or ``date.max`` where it has no bound."""
        return date.fromisoformat(self.first or _FIRST_DAY), date.fromisoformat(self.last or _LAST_DAY)

    def applies(self, day: date) -> bool:
        """Return True if the change applies on a day."""
        if self.weekdays is not None and WEEKDAYS[day.weekday()] not in self.weekdays:
            return False
        text = day.isoformat()
        # Days of every year may run over its end: from November to March.
        if self.first and self.last and len(self.first) == len(self.last) == _EVERY_YEAR and self.last < self.first:
            return text[5:] >= self.first or text[5:] <= self.last
        after = self.first is None or text[-len(self.first) :] >= self.first
        return after and (self.last is None or text[-len(self.last) :] <= self.last)


class Escalation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Beds that open under pressure. Occupancy is checked on every full hour.

    Attributes:
        beds: Number of beds.
        open_above: The beds open when the occupied beds are more than this share of the planned beds.
        close_below: The beds close when the occupied beds are less than this share of the planned beds.
    """

    beds: Annotated[int, Meta(ge=1), unit("beds")]
    open_above: ShareOfBeds = 0.95
    close_below: ShareOfBeds = 0.85

    def is_open(self, occupied: int, planned: int, was_open: bool) -> bool:
        """Return True if the beds are to be open. Opening takes a higher occupancy than staying open."""
        if was_open:
            return occupied >= self.close_below * planned
        return occupied > self.open_above * planned


class Overflow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Other departments that take the head of the waiting list after a wait, as an outlier.

    Attributes:
        after_hours: Least wait of the patient, in hours; of two numbers, each patient's own is uniform between them.
        to: Departments, in the order in which they are tried; one with a free bed and no queue takes the patient.
    """

    # msgspec 0.22 reads a tuple[Hours, Hours] beside Hours wrongly.
    after_hours: Annotated[Hours | Annotated[tuple[Hours, ...], Meta(min_length=2, max_length=2)], unit("hours")]
    to: Annotated[tuple[Name, ...], Meta(min_length=1)]

    @property
    def shortest_and_longest(self) -> tuple[float, float]:
        """The two hours between which each patient's own is."""
        hours = self.after_hours if isinstance(self.after_hours, tuple) else (self.after_hours,)
        return hours[0], hours[-1]


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.utcoffset() is None else moment.astimezone(UTC)


WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY_YEAR = len("MM-DD")
_FIRST_DAY, _LAST_DAY = date.min.isoformat(), date.max.isoformat()
