"""The measures of the model: every figure of the marts, for any hospital, departments and days."""

from collections.abc import Iterator
from typing import NamedTuple

from elt.powerbi.model.formulas import AtEnd, Condition, Difference, Formula, Leaf, LookUp, Named, Ratio, Role, Rolling
from elt.powerbi.model.semantic_model import (
    COUNT,
    DAY,
    DAYS,
    HOURS,
    PERCENT,
    SIGNED_COUNT,
    SIGNED_PERCENT,
    TEXT,
    Measure,
)
from elt.powerbi.model.tables_and_relationships import DEPARTMENT, DEPARTMENT_LABEL, KEY_FIGURES

_ADMISSIONS = "fact_admissions"
_DISCHARGES = "fact_discharges"
_CENSUS = "fact_department_occupancy"
_PRESSURE = "mart_pressure_index"
_DEPARTMENT_PRESSURE = "mart_department_pressure"
_BEDS = "mart_bed_utilisation"
_STAYS = "mart_long_stays"
_QUEUE = "mart_waiting_now"
_GROWTH = "mart_queue_growth"
_PROFILE = "mart_flow_profile"
_VALIDATION = "mart_pressure_validation"


class _Figure(NamedTuple):
    """A measure without its display folder."""

    name: str
    formula: Formula
    description: str
    format: str = COUNT


def measures() -> tuple[Measure, ...]:
    """Return the measures of the model, by display folder."""
    folders = {
        "Pressure": _pressure(),
        "Waiting": _waiting(),
        "Waiting now": _waiting_now(),
        "Stays that ended": _stays_that_ended(),
        "Beds": _beds(),
        "Long stays and delays": _long_stays_and_delays(),
        "Flow": _flow(),
        "Trust in the data": _trust(),
    }
    return tuple(
        Measure(figure.name, KEY_FIGURES, figure.formula, figure.description, figure.format, folder)
        for folder, figures in folders.items()
        for figure in figures
    )


def _sum(table: str, column: str) -> Leaf:
    return Leaf("sum", table, column)


def _pressure() -> list[_Figure]:
    def days(level: int) -> _Figure:
        at_level = Leaf("count", _PRESSURE, where=(Condition("level", "=", level),))
        return _Figure(f"Days at level {level}", at_level, f"Days of a hospital at level {level}.")

    pressed = LookUp(AtEnd(Leaf("only", _PRESSURE, DEPARTMENT), _PRESSURE), DEPARTMENT, DEPARTMENT, DEPARTMENT_LABEL)
    most_pressed = "Name of the department under most pressure on the last day; empty for several hospitals."
    return [
        *_pressure_of(_PRESSURE, "hospitals", ""),
        _Figure("Most pressed department", pressed, most_pressed, TEXT),
        *(days(level) for level in (1, 2, 3, 4)),
        *_pressure_of(_DEPARTMENT_PRESSURE, "departments", " of department"),
    ]


def _pressure_of(table: str, several: str, suffix: str) -> Iterator[_Figure]:
    def last(name: str, kind: str, column: str, description: str, written: str = COUNT) -> _Figure:
        return _Figure(name + suffix, AtEnd(Leaf(kind, table, column), table), description, written)

    def only(name: str, column: str, meaning: str, written: str = TEXT) -> _Figure:
        return last(name, "only", column, f"{meaning}; empty for several {several}.", written)

    yield last("Pressure level", "max", "level", f"Level on the last day, 1 to 4; of several {several}, the highest.")
    yield last("Pressure points", "max", "points", f"Points on the last day, 0 to 7; of several {several}, the most.")
    yield last("Occupancy points", "max", "occupancy_points", "Points for occupied beds on the last day, 0 to 3.")
    yield last("Delayed points", "max", "delayed_points", "Points for delayed patients on the last day, 0 to 2.")
    yield last("Waiting points", "max", "waiting_points", "Points for waits over 12 hours on the last day, 0 to 2.")
    over_12h = "Patients waiting over 12 hours as a share of beds, on the last day."
    yield last("Waiting over 12 hours per bed", "max", "over_12h_share", over_12h, PERCENT)
    yield only("Main component", "main_component", "What weighs most on the last day")
    yield only("Level since", "level_since", "First day of the unbroken run of days at this level", DAY)


def _waiting() -> list[_Figure]:
    requested_department = Role("requested_department_key", "dim_department", "department_key")
    is_observed = Condition("is_observed", "=", value=True)

    def waits(kind: str, *where: Condition, share: float = 0.0) -> Leaf:
        column = "" if kind == "count" else "wait_hours"
        conditions = (is_observed, *where)
        return Leaf(kind, _ADMISSIONS, column, where=conditions, roles=(requested_department,), share=share)

    def percentile(share: float, words: str) -> _Figure:
        description = f"{words} in hours, {admitted}; exact, interpolated."
        name = "Median wait (hours)" if share == 0.5 else f"P{share * 100:.0f} wait (hours)"
        return _Figure(name, waits("percentile", share=share), description, HOURS)

    def waited_over(hours: int) -> _Figure:
        share = Ratio(waits("count", Condition("wait_hours", ">", hours)), Named("Waits"))
        description = f"Share of these waits that took more than {hours} hours."
        return _Figure(f"Waited over {hours} hours", share, description, PERCENT)

    admitted = "of patients admitted on these days who asked for these departments"
    by_request = Leaf("count", _ADMISSIONS, roles=(requested_department, Role("requested_on", "dim_date", "date")))
    return [
        _Figure("Waits", waits("count"), f"Waits that ended: one for each admission {admitted}."),
        _Figure("Mean wait (hours)", waits("mean"), f"Mean wait in hours, {admitted}.", HOURS),
        percentile(0.5, "Median wait"),
        percentile(0.9, "90th percentile of the waits"),
        percentile(0.95, "95th percentile of the waits"),
        _Figure("Longest wait (hours)", waits("max"), f"Longest wait in hours, {admitted}.", HOURS),
        _Figure(
            "Had a bed at once",
            Ratio(waits("count", Condition("wait_hours", "=", 0)), Named("Waits")),
            "Share of these waits that took no time.",
            PERCENT,
        ),
        waited_over(4),
        waited_over(12),
        _Figure(
            "Admissions by day of request",
            by_request,
            "Admissions by the day on which the bed was asked for, opening admissions too.",
        ),
    ]


def _waiting_now() -> list[_Figure]:
    def last(name: str, column: str, description: str) -> _Figure:
        return _Figure(name, AtEnd(_sum(_QUEUE, column), _QUEUE), f"{description}, at the end of the last day.")

    return [
        last("Waiting", "waiting", "Patients waiting"),
        last("Waiting up to 4 hours", "waiting_up_to_4h", "Patients waiting for up to 4 hours"),
        last("Waiting 4 to 12 hours", "waiting_4h_to_12h", "Patients waiting for more than 4 and up to 12 hours"),
        last("Waiting 12 to 24 hours", "waiting_12h_to_24h", "Patients waiting for more than 12, up to 24 hours"),
        last("Waiting over 24 hours", "waiting_over_24h", "Patients waiting for more than 24 hours"),
        _Figure(
            "Longest wait now (hours)",
            AtEnd(Leaf("max", _QUEUE, "longest_wait_hours"), _QUEUE),
            "The longest of these waits, in hours, at the end of the last day.",
            HOURS,
        ),
    ]


def _stays_that_ended() -> list[_Figure]:
    def stay(kind: str, column: str = "length_of_stay_days", *, share: float = 0.0) -> Leaf:
        return Leaf(kind, _DISCHARGES, column, share=share)

    def share(name: str, column: str, stays: str) -> _Figure:
        such = Leaf("count", _DISCHARGES, where=(Condition(column, "=", value=True),))
        return _Figure(name, Ratio(such, Named("Stays")), f"Share of these stays that {stays}.", PERCENT)

    def by(name: str, column: str, day: str) -> _Figure:
        discharges = Leaf("count", _DISCHARGES, roles=(Role(column, "dim_date", "date"),))
        return _Figure(name, discharges, f"Discharges by the day {day}.")

    mean = "Mean length of the stays that ended on these days, in days."
    p90 = "90th percentile of the length of these stays, in days."
    delay = "Mean days from ready to discharge, of the stays that ended on these days."
    return [
        _Figure("Stays", stay("count", ""), "Stays that ended on these days: one for each discharge."),
        _Figure("Mean stay (days)", stay("mean"), mean, DAYS),
        _Figure("Median stay (days)", stay("percentile", share=0.5), "Median length of these stays, in days.", DAYS),
        _Figure("P90 stay (days)", stay("percentile", share=0.9), p90, DAYS),
        _Figure("Mean delay (days)", stay("mean", "delay_days"), delay, DAYS),
        share("Share of long stays", "is_long_stay", "took 21 days or more"),
        share("Share of delayed discharges", "is_delayed", "ended after the patient was ready"),
        by("Discharges by day ready", "discharge_ready_on", "on which the patient was fit to leave"),
        by("Discharges by day of admission", "admitted_on", "of admission"),
    ]


def _beds() -> list[_Figure]:
    open_beds, occupied = Named("Open bed days"), Named("Occupied bed days")
    week, four_weeks = (Rolling(Named("Occupancy"), _BEDS, days) for days in (7, 28))
    trend = Difference(Named("Occupancy over 7 days"), Named("Occupancy over 28 days"))
    share = "Occupied beds as a share of open beds, over all these days."
    return [
        _Figure("Open bed days", _sum(_BEDS, "beds"), "Beds open at the end of each of these days, in total."),
        _Figure("Occupied bed days", _sum(_BEDS, "occupied_beds"), "Beds occupied at the end of each day, in total."),
        _Figure("Occupancy", Ratio(occupied, open_beds), share, PERCENT),
        _Figure("Occupancy over 7 days", week, "Occupancy over the 7 days that end with the last one.", PERCENT),
        _Figure(
            "Occupancy over 28 days", four_weeks, "Occupancy over the 28 days that end with the last one.", PERCENT
        ),
        _Figure("Occupancy trend", trend, "Occupancy over 7 days less that over 28 days.", SIGNED_PERCENT),
        _Figure("Beds open", AtEnd(open_beds, _BEDS), "Beds open at the end of the last day."),
        _Figure("Beds occupied", AtEnd(occupied, _BEDS), "Beds occupied at the end of the last day."),
    ]


def _long_stays_and_delays() -> list[_Figure]:
    def held(name: str, column: str, patients: str, remark: str = "") -> _Figure:
        description = f"Beds held by patients {patients}, at the end of the last day{remark}."
        return _Figure(name, AtEnd(_sum(_STAYS, column), _STAYS), description)

    def share(name: str, column: str, patients: str) -> _Figure:
        formula = Ratio(_sum(_STAYS, column), Named("Occupied bed days"))
        return _Figure(name, formula, f"Share of occupied beds held by patients {patients}.", PERCENT)

    return [
        held("Beds held 7 days or more", "beds_7_days", "in for 7 days or more"),
        held("Beds held 21 days or more", "beds_21_days", "in for 21 days or more"),
        held("Beds held by delayed patients", "beds_delayed", "fit to leave", "; complete once they have left"),
        share("Share held 7 days or more", "beds_7_days", "in for 7 days or more"),
        share("Share held 21 days or more", "beds_21_days", "in for 21 days or more"),
        share("Delayed share of beds", "beds_delayed", "fit to leave"),
    ]


def _flow() -> list[_Figure]:
    requests, admissions, discharges = (_sum(_GROWTH, name) for name in ("requests", "admissions", "discharges"))
    growth = _sum(_GROWTH, "queue_growth")
    at_start = Leaf("sum", _CENSUS, "occupied_beds", where=(Condition("snapshot_type", "=", "SOD"),))
    rate = Ratio(Named("Discharges"), Named("Occupied at start of day"))
    whole = "by weekday and hour, of the whole period."
    return [
        _Figure("Requests", requests, "Patients who asked for a bed."),
        _Figure("Admissions", admissions, "Admissions of those who asked for these departments."),
        _Figure("Discharges", discharges, "Discharges from the beds of these departments."),
        _Figure("Queue growth", growth, "Patients waiting at the end less those waiting at the start.", SIGNED_COUNT),
        _Figure("Occupied at start of day", at_start, "Beds occupied when each of these days began, in total."),
        _Figure("Discharge rate", rate, "Discharges a day for each bed occupied when the day began.", PERCENT),
        _Figure("Admissions in the hour", _sum(_PROFILE, "admissions"), f"Admissions {whole}"),
        _Figure("Discharges in the hour", _sum(_PROFILE, "discharges"), f"Discharges {whole}"),
    ]


def _trust() -> list[_Figure]:
    met = Leaf("count", _VALIDATION, where=(Condition("passed", "=", value=True),))
    # A difference, because a count of failures would be blank, not 0, if all are met.
    missed = Difference(Named("Expectations checked"), Named("Expectations met"))
    checked = "Figures of the data that were compared with the run record."
    return [
        _Figure("Expectations checked", Leaf("count", _VALIDATION), checked),
        _Figure("Expectations met", met, "Those that are as close to the run record as chance allows."),
        _Figure("Expectations not met", missed, "Those that are further from it than chance allows."),
    ]
