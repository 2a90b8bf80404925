"""Measures of patients: how long they waited, who waits now, and how long they stayed."""

from elt.powerbi.model.formats import COUNT, DAYS, HOURS, PERCENT
from elt.powerbi.model.formulas import AtEnd, Condition, Formula, Leaf, Ratio, Role
from elt.powerbi.model.semantic_model import Measure
from elt.powerbi.model.tables_and_relationships import FIGURES

_ADMISSIONS = "fact_admissions"
_DISCHARGES = "fact_discharges"
_QUEUE = "mart_waiting_now"

_ASKED = Role("requested_department_key", "dim_department", "department_key")
_COUNTED = Condition("is_observed", "=", value=True)


def patient_measures() -> tuple[Measure, ...]:
    """Return the measures of waits and stays, by display folder."""
    return (*_waiting(), *_waiting_now(), *_stays())


def _waits(kind: str, *where: Condition, share: float = 0.0) -> Leaf:
    column = "" if kind == "count" else "wait_hours"
    return Leaf(kind, _ADMISSIONS, column, where=(_COUNTED, *where), roles=(_ASKED,), share=share)


def _waited_over(hours: int) -> Formula:
    return Ratio(_waits("count", Condition("wait_hours", ">", hours)), _waits("count"))


def _waiting() -> list[Measure]:
    def of(name: str, formula: Formula, description: str, written: str = HOURS) -> Measure:
        return Measure(name, FIGURES, formula, description, written, "Waiting")

    asked = "of patients admitted on these days who asked for these departments"
    by_request = Leaf("count", _ADMISSIONS, roles=(_ASKED, Role("requested_on", "dim_date", "date")))
    return [
        of("Waits", _waits("count"), f"Waits that ended: one for each admission {asked}.", COUNT),
        of("Wait mean", _waits("mean"), f"Mean wait in hours, {asked}."),
        of("Wait P50", _waits("percentile", share=0.5), f"Median wait in hours, {asked}; exact, interpolated."),
        of(
            "Wait P90",
            _waits("percentile", share=0.9),
            f"90th percentile of the waits in hours, {asked}; exact, interpolated.",
        ),
        of(
            "Wait P95",
            _waits("percentile", share=0.95),
            f"95th percentile of the waits in hours, {asked}; exact, interpolated.",
        ),
        of("Wait longest", _waits("max"), f"Longest wait in hours, {asked}."),
        of("Waited over 4 hours", _waited_over(4), "Share of these waits that took more than 4 hours.", PERCENT),
        of("Waited over 12 hours", _waited_over(12), "Share of these waits that took more than 12 hours.", PERCENT),
        of(
            "Admissions by day of request",
            by_request,
            "Admissions by the day on which the bed was asked for, opening admissions too.",
            COUNT,
        ),
    ]


def _waiting_now() -> list[Measure]:
    def of(name: str, kind: str, column: str, description: str, written: str = COUNT) -> Measure:
        formula = AtEnd(Leaf(kind, _QUEUE, column), _QUEUE)
        return Measure(name, FIGURES, formula, f"{description}, at the end of the last day.", written, "Waiting now")

    return [
        of("Waiting", "sum", "waiting", "Patients waiting"),
        of("Waiting up to 4 hours", "sum", "waiting_up_to_4h", "Patients waiting for up to 4 hours"),
        of("Waiting 4 to 12 hours", "sum", "waiting_4h_to_12h", "Patients waiting for more than 4 and up to 12 hours"),
        of("Waiting 12 to 24 hours", "sum", "waiting_12h_to_24h", "Patients waiting for more than 12, up to 24 hours"),
        of("Waiting over 24 hours", "sum", "waiting_over_24h", "Patients waiting for more than 24 hours"),
        of("Longest wait now", "max", "longest_wait_hours", "The longest of these waits, in hours", HOURS),
    ]


def _stays() -> list[Measure]:
    def of(name: str, formula: Formula, description: str, written: str = DAYS) -> Measure:
        return Measure(name, FIGURES, formula, description, written, "Stays that ended")

    def leaf(kind: str, column: str = "", *, share: float = 0.0) -> Leaf:
        return Leaf(kind, _DISCHARGES, column, share=share)

    def flagged(column: str) -> Formula:
        return Ratio(Leaf("count", _DISCHARGES, where=(Condition(column, "=", value=True),)), leaf("count"))

    def by(column: str) -> Leaf:
        return Leaf("count", _DISCHARGES, roles=(Role(column, "dim_date", "date"),))

    return [
        of(
            "Stay mean",
            leaf("mean", "length_of_stay_days"),
            "Mean length of the stays that ended on these days, in days.",
        ),
        of("Stay P50", leaf("percentile", "length_of_stay_days", share=0.5), "Median length of these stays, in days."),
        of(
            "Stay P90",
            leaf("percentile", "length_of_stay_days", share=0.9),
            "90th percentile of the length of these stays, in days.",
        ),
        of(
            "Delay mean",
            leaf("mean", "delay_days"),
            "Mean days from ready to discharge, of the stays that ended on these days.",
        ),
        of(
            "Long stays of discharges",
            flagged("is_long_stay"),
            "Share of these stays that took 21 days or more.",
            PERCENT,
        ),
        of(
            "Delayed discharges",
            flagged("is_delayed"),
            "Share of these stays that ended after the patient was ready.",
            PERCENT,
        ),
        of(
            "Discharges by day ready",
            by("discharge_ready_on"),
            "Discharges by the day on which the patient was fit to leave.",
            COUNT,
        ),
        of("Discharges by day of admission", by("admitted_on"), "Discharges by the day of admission.", COUNT),
    ]
