"""The measures: every figure of the marts, for whatever hospital, department and days a reader has chosen."""

from elt.report.powerbi.formulas import AtEnd, Condition, Difference, Formula, Leaf, Ratio, Role, Rolling
from elt.report.powerbi.model import Measure
from elt.report.powerbi.tables import FIGURES

PERCENT = "0.0%"
COUNT = "#,0"
HOURS = "#,0.0"
SIGNED_PERCENT = "+0.0%;-0.0%;0.0%"
SIGNED_COUNT = "+#,0;-#,0;0"
DAY = "d MMMM yyyy"
TEXT = ""

_PRESSURE = "mart_pressure_index"
_BEDS = "mart_bed_utilisation"
_STAYS = "mart_long_stays"
_QUEUE = "mart_waiting_now"
_GROWTH = "mart_queue_growth"
_PROFILE = "mart_flow_profile"
_VALIDATION = "mart_pressure_validation"
_ADMISSIONS = "fact_admissions"
_DISCHARGES = "fact_discharges"
_CENSUS = "fact_department_occupancy"

_ASKED = Role("requested_department_key", "dim_department", "department_key")
_COUNTED = Condition("is_observed", "=", value=True)


def _sum(table: str, column: str) -> Leaf:
    return Leaf("sum", table, column)


def _waits(kind: str, *where: Condition, share: float = 0.0) -> Leaf:
    column = "" if kind == "count" else "wait_hours"
    return Leaf(kind, _ADMISSIONS, column, where=(_COUNTED, *where), roles=(_ASKED,), share=share)


def _last(kind: str, column: str) -> Formula:
    return AtEnd(Leaf(kind, _PRESSURE, column), _PRESSURE)


def _waited_over(hours: int) -> Formula:
    return Ratio(_waits("count", Condition("wait_hours", ">", hours)), _waits("count"))


_OCCUPANCY = Ratio(_sum(_BEDS, "occupied_beds"), _sum(_BEDS, "beds"))
_WEEK, _FOUR_WEEKS = Rolling(_OCCUPANCY, _BEDS, 7), Rolling(_OCCUPANCY, _BEDS, 28)


def measures() -> tuple[Measure, ...]:
    """Return the measures of the model, by display folder."""
    return (*_pressure(), *_waiting(), *_waiting_now(), *_beds(), *_held(), *_flow(), *_stays(), *_trust())


def _pressure() -> list[Measure]:
    def of(name: str, formula: Formula, description: str, written: str = COUNT) -> Measure:
        return Measure(name, FIGURES, formula, description, written, "Pressure")

    return [
        of(
            "Pressure level", _last("max", "level"), "Level on the last day, 1 to 4; of several hospitals, the highest."
        ),
        of(
            "Pressure points", _last("max", "points"), "Points on the last day, 0 to 7; of several hospitals, the most."
        ),
        of("Occupancy points", _last("max", "occupancy_points"), "Points for occupied beds on the last day, 0 to 3."),
        of("Delayed points", _last("max", "delayed_points"), "Points for delayed patients on the last day, 0 to 2."),
        of("Waiting points", _last("max", "waiting_points"), "Points for waits over 12 hours on the last day, 0 to 2."),
        of(
            "Over 12 hours per bed",
            _last("max", "over_12h_share"),
            "Patients waiting over 12 hours as a share of beds, on the last day.",
            PERCENT,
        ),
        of(
            "Main component",
            _last("only", "main_component"),
            "What weighs most on the last day; empty for several hospitals.",
            TEXT,
        ),
        of(
            "Most pressed department",
            _last("only", "department_id"),
            "The department under most pressure on the last day; empty for several hospitals.",
            TEXT,
        ),
        of(
            "Level since",
            _last("only", "level_since"),
            "First day of the unbroken run of days at this level; empty for several hospitals.",
            DAY,
        ),
        *(
            of(
                f"Days at level {level}",
                Leaf("count", _PRESSURE, where=(Condition("level", "=", level),)),
                f"Days of a hospital at level {level}.",
            )
            for level in (1, 2, 3, 4)
        ),
    ]


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


def _beds() -> list[Measure]:
    def of(name: str, formula: Formula, description: str, written: str = PERCENT) -> Measure:
        return Measure(name, FIGURES, formula, description, written, "Beds")

    return [
        of("Occupancy", _OCCUPANCY, "Occupied beds as a share of open beds, over all these days."),
        of("Occupancy, 7 days", _WEEK, "Occupancy over the 7 days that end with the last one."),
        of("Occupancy, 28 days", _FOUR_WEEKS, "Occupancy over the 28 days that end with the last one."),
        of(
            "Occupancy trend",
            Difference(_WEEK, _FOUR_WEEKS),
            "Occupancy over 7 days less that over 28 days.",
            SIGNED_PERCENT,
        ),
        of("Beds open", AtEnd(_sum(_BEDS, "beds"), _BEDS), "Beds open at the end of the last day.", COUNT),
        of(
            "Beds occupied",
            AtEnd(_sum(_BEDS, "occupied_beds"), _BEDS),
            "Beds occupied at the end of the last day.",
            COUNT,
        ),
    ]


def _held() -> list[Measure]:
    def of(name: str, formula: Formula, description: str, written: str = COUNT) -> Measure:
        return Measure(name, FIGURES, formula, description, written, "Long stays and delays")

    def held(column: str) -> Formula:
        return AtEnd(_sum(_STAYS, column), _STAYS)

    def share(column: str) -> Formula:
        return Ratio(_sum(_STAYS, column), _sum(_BEDS, "occupied_beds"))

    return [
        of(
            "Beds held 7 days or more",
            held("beds_7_days"),
            "Beds held by patients in for 7 days or more, at the end of the last day.",
        ),
        of(
            "Beds held 21 days or more",
            held("beds_21_days"),
            "Beds held by patients in for 21 days or more, at the end of the last day.",
        ),
        of(
            "Beds of delayed patients",
            held("beds_delayed"),
            "Beds held by patients fit to leave, at the end of the last day; complete once they have left.",
        ),
        of(
            "Share held 7 days or more",
            share("beds_7_days"),
            "Share of occupied beds held by patients in for 7 days or more.",
            PERCENT,
        ),
        of(
            "Long-stay share",
            share("beds_21_days"),
            "Share of occupied beds held by patients in for 21 days or more.",
            PERCENT,
        ),
        of("Delayed share", share("beds_delayed"), "Share of occupied beds held by patients fit to leave.", PERCENT),
    ]


def _flow() -> list[Measure]:
    def of(name: str, formula: Formula, description: str, written: str = COUNT) -> Measure:
        return Measure(name, FIGURES, formula, description, written, "Flow")

    morning = Leaf("sum", _CENSUS, "occupied_beds", where=(Condition("snapshot_type", "=", "SOD"),))
    return [
        of("Requests", _sum(_GROWTH, "requests"), "Patients who asked for a bed."),
        of("Admissions", _sum(_GROWTH, "admissions"), "Admissions of those who asked for these departments."),
        of("Discharges", _sum(_GROWTH, "discharges"), "Discharges from the beds of these departments."),
        of(
            "Queue growth",
            _sum(_GROWTH, "queue_growth"),
            "Patients waiting at the end less those waiting at the start.",
            SIGNED_COUNT,
        ),
        of(
            "Discharge rate",
            Ratio(_sum(_GROWTH, "discharges"), morning),
            "Discharges a day for each bed occupied when the day began.",
            PERCENT,
        ),
        of(
            "Admissions in the hour",
            _sum(_PROFILE, "admissions"),
            "Admissions by weekday and hour, of the whole period.",
        ),
        of(
            "Discharges in the hour",
            _sum(_PROFILE, "discharges"),
            "Discharges by weekday and hour, of the whole period.",
        ),
    ]


def _stays() -> list[Measure]:
    def of(name: str, formula: Formula, description: str, written: str = HOURS) -> Measure:
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


def _trust() -> list[Measure]:
    def of(name: str, formula: Formula, description: str) -> Measure:
        return Measure(name, FIGURES, formula, description, COUNT, "Trust in the data")

    failed = Leaf("count", _VALIDATION, where=(Condition("passed", "=", value=False),))
    return [
        of(
            "Promises checked", Leaf("count", _VALIDATION), "Figures of the data that were held against the run record."
        ),
        of("Promises not kept", failed, "Of them, those that lie further apart than chance allows."),
    ]
