"""The measures of the model: every figure of the marts, for any hospital, departments and days."""

from elt.powerbi.model.formulas import AtEnd, Condition, Difference, Formula, Leaf, Ratio, Role, Rolling
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
from elt.powerbi.model.tables_and_relationships import KEY_FIGURES

_ADMISSIONS = "fact_admissions"
_DISCHARGES = "fact_discharges"
_CENSUS = "fact_department_occupancy"
_PRESSURE = "mart_pressure_index"
_BEDS = "mart_bed_utilisation"
_STAYS = "mart_long_stays"
_QUEUE = "mart_waiting_now"
_GROWTH = "mart_queue_growth"
_PROFILE = "mart_flow_profile"
_VALIDATION = "mart_pressure_validation"


def measures() -> tuple[Measure, ...]:
    """Return the measures of the model, by display folder."""
    return (
        *_pressure(),
        *_waiting(),
        *_waiting_now(),
        *_stays_that_ended(),
        *_beds(),
        *_long_stays_and_delays(),
        *_flow(),
        *_trust(),
    )


def _folder(name: str, *rows: tuple[str, Formula, str, str]) -> list[Measure]:
    """Return the measures of one display folder, each from its name, formula, description and format."""
    return [
        Measure(measure, KEY_FIGURES, formula, description, written, name)
        for measure, formula, description, written in rows
    ]


def _sum(table: str, column: str) -> Leaf:
    return Leaf("sum", table, column)


def _pressure() -> list[Measure]:
    def last(kind: str, column: str) -> Formula:
        return AtEnd(Leaf(kind, _PRESSURE, column), _PRESSURE)

    return _folder(
        "Pressure",
        (
            "Pressure level",
            last("max", "level"),
            "Level on the last day, 1 to 4; of several hospitals, the highest.",
            COUNT,
        ),
        (
            "Pressure points",
            last("max", "points"),
            "Points on the last day, 0 to 7; of several hospitals, the most.",
            COUNT,
        ),
        (
            "Occupancy points",
            last("max", "occupancy_points"),
            "Points for occupied beds on the last day, 0 to 3.",
            COUNT,
        ),
        (
            "Delayed points",
            last("max", "delayed_points"),
            "Points for delayed patients on the last day, 0 to 2.",
            COUNT,
        ),
        (
            "Waiting points",
            last("max", "waiting_points"),
            "Points for waits over 12 hours on the last day, 0 to 2.",
            COUNT,
        ),
        (
            "Over 12 hours per bed",
            last("max", "over_12h_share"),
            "Patients waiting over 12 hours as a share of beds, on the last day.",
            PERCENT,
        ),
        (
            "Main component",
            last("only", "main_component"),
            "What weighs most on the last day; empty for several hospitals.",
            TEXT,
        ),
        (
            "Most pressed department",
            last("only", "department_id"),
            "The department under most pressure on the last day; empty for several hospitals.",
            TEXT,
        ),
        (
            "Level since",
            last("only", "level_since"),
            "First day of the unbroken run of days at this level; empty for several hospitals.",
            DAY,
        ),
        *(
            (
                f"Days at level {level}",
                Leaf("count", _PRESSURE, where=(Condition("level", "=", level),)),
                f"Days of a hospital at level {level}.",
                COUNT,
            )
            for level in (1, 2, 3, 4)
        ),
    )


def _waiting() -> list[Measure]:
    requested_department = Role("requested_department_key", "dim_department", "department_key")
    is_observed = Condition("is_observed", "=", value=True)

    def waits(kind: str, *where: Condition, share: float = 0.0) -> Leaf:
        column = "" if kind == "count" else "wait_hours"
        conditions = (is_observed, *where)
        return Leaf(kind, _ADMISSIONS, column, where=conditions, roles=(requested_department,), share=share)

    def waited_over(hours: int) -> Formula:
        return Ratio(waits("count", Condition("wait_hours", ">", hours)), waits("count"))

    admitted = "of patients admitted on these days who asked for these departments"
    by_request = Leaf("count", _ADMISSIONS, roles=(requested_department, Role("requested_on", "dim_date", "date")))
    return _folder(
        "Waiting",
        ("Waits", waits("count"), f"Waits that ended: one for each admission {admitted}.", COUNT),
        ("Wait mean", waits("mean"), f"Mean wait in hours, {admitted}.", HOURS),
        (
            "Wait P50",
            waits("percentile", share=0.5),
            f"Median wait in hours, {admitted}; exact, interpolated.",
            HOURS,
        ),
        (
            "Wait P90",
            waits("percentile", share=0.9),
            f"90th percentile of the waits in hours, {admitted}; exact, interpolated.",
            HOURS,
        ),
        (
            "Wait P95",
            waits("percentile", share=0.95),
            f"95th percentile of the waits in hours, {admitted}; exact, interpolated.",
            HOURS,
        ),
        ("Wait longest", waits("max"), f"Longest wait in hours, {admitted}.", HOURS),
        ("Waited over 4 hours", waited_over(4), "Share of these waits that took more than 4 hours.", PERCENT),
        ("Waited over 12 hours", waited_over(12), "Share of these waits that took more than 12 hours.", PERCENT),
        (
            "Admissions by day of request",
            by_request,
            "Admissions by the day on which the bed was asked for, opening admissions too.",
            COUNT,
        ),
    )


def _waiting_now() -> list[Measure]:
    def last(name: str, column: str, description: str) -> tuple[str, Formula, str, str]:
        return name, AtEnd(_sum(_QUEUE, column), _QUEUE), f"{description}, at the end of the last day.", COUNT

    return _folder(
        "Waiting now",
        last("Waiting", "waiting", "Patients waiting"),
        last("Waiting up to 4 hours", "waiting_up_to_4h", "Patients waiting for up to 4 hours"),
        last("Waiting 4 to 12 hours", "waiting_4h_to_12h", "Patients waiting for more than 4 and up to 12 hours"),
        last("Waiting 12 to 24 hours", "waiting_12h_to_24h", "Patients waiting for more than 12, up to 24 hours"),
        last("Waiting over 24 hours", "waiting_over_24h", "Patients waiting for more than 24 hours"),
        (
            "Longest wait now",
            AtEnd(Leaf("max", _QUEUE, "longest_wait_hours"), _QUEUE),
            "The longest of these waits, in hours, at the end of the last day.",
            HOURS,
        ),
    )


def _stays_that_ended() -> list[Measure]:
    def stay(kind: str, column: str = "length_of_stay_days", *, share: float = 0.0) -> Leaf:
        return Leaf(kind, _DISCHARGES, column, share=share)

    def share_with(column: str) -> Formula:
        return Ratio(Leaf("count", _DISCHARGES, where=(Condition(column, "=", value=True),)), stay("count", ""))

    def by(column: str) -> Leaf:
        return Leaf("count", _DISCHARGES, roles=(Role(column, "dim_date", "date"),))

    return _folder(
        "Stays that ended",
        ("Stay mean", stay("mean"), "Mean length of the stays that ended on these days, in days.", DAYS),
        ("Stay P50", stay("percentile", share=0.5), "Median length of these stays, in days.", DAYS),
        ("Stay P90", stay("percentile", share=0.9), "90th percentile of the length of these stays, in days.", DAYS),
        (
            "Delay mean",
            stay("mean", "delay_days"),
            "Mean days from ready to discharge, of the stays that ended on these days.",
            DAYS,
        ),
        (
            "Long stays of discharges",
            share_with("is_long_stay"),
            "Share of these stays that took 21 days or more.",
            PERCENT,
        ),
        (
            "Delayed discharges",
            share_with("is_delayed"),
            "Share of these stays that ended after the patient was ready.",
            PERCENT,
        ),
        (
            "Discharges by day ready",
            by("discharge_ready_on"),
            "Discharges by the day on which the patient was fit to leave.",
            COUNT,
        ),
        ("Discharges by day of admission", by("admitted_on"), "Discharges by the day of admission.", COUNT),
    )


def _beds() -> list[Measure]:
    occupancy = Ratio(_sum(_BEDS, "occupied_beds"), _sum(_BEDS, "beds"))
    week, four_weeks = Rolling(occupancy, _BEDS, 7), Rolling(occupancy, _BEDS, 28)
    return _folder(
        "Beds",
        ("Occupancy", occupancy, "Occupied beds as a share of open beds, over all these days.", PERCENT),
        ("Occupancy, 7 days", week, "Occupancy over the 7 days that end with the last one.", PERCENT),
        ("Occupancy, 28 days", four_weeks, "Occupancy over the 28 days that end with the last one.", PERCENT),
        (
            "Occupancy trend",
            Difference(week, four_weeks),
            "Occupancy over 7 days less that over 28 days.",
            SIGNED_PERCENT,
        ),
        ("Beds open", AtEnd(_sum(_BEDS, "beds"), _BEDS), "Beds open at the end of the last day.", COUNT),
        (
            "Beds occupied",
            AtEnd(_sum(_BEDS, "occupied_beds"), _BEDS),
            "Beds occupied at the end of the last day.",
            COUNT,
        ),
    )


def _long_stays_and_delays() -> list[Measure]:
    def held(column: str) -> Formula:
        return AtEnd(_sum(_STAYS, column), _STAYS)

    def share(column: str) -> Formula:
        return Ratio(_sum(_STAYS, column), _sum(_BEDS, "occupied_beds"))

    return _folder(
        "Long stays and delays",
        (
            "Beds held 7 days or more",
            held("beds_7_days"),
            "Beds held by patients in for 7 days or more, at the end of the last day.",
            COUNT,
        ),
        (
            "Beds held 21 days or more",
            held("beds_21_days"),
            "Beds held by patients in for 21 days or more, at the end of the last day.",
            COUNT,
        ),
        (
            "Beds of delayed patients",
            held("beds_delayed"),
            "Beds held by patients fit to leave, at the end of the last day; complete once they have left.",
            COUNT,
        ),
        (
            "Share held 7 days or more",
            share("beds_7_days"),
            "Share of occupied beds held by patients in for 7 days or more.",
            PERCENT,
        ),
        (
            "Long-stay share",
            share("beds_21_days"),
            "Share of occupied beds held by patients in for 21 days or more.",
            PERCENT,
        ),
        ("Delayed share", share("beds_delayed"), "Share of occupied beds held by patients fit to leave.", PERCENT),
    )


def _flow() -> list[Measure]:
    at_start = Leaf("sum", _CENSUS, "occupied_beds", where=(Condition("snapshot_type", "=", "SOD"),))
    return _folder(
        "Flow",
        ("Requests", _sum(_GROWTH, "requests"), "Patients who asked for a bed.", COUNT),
        ("Admissions", _sum(_GROWTH, "admissions"), "Admissions of those who asked for these departments.", COUNT),
        ("Discharges", _sum(_GROWTH, "discharges"), "Discharges from the beds of these departments.", COUNT),
        (
            "Queue growth",
            _sum(_GROWTH, "queue_growth"),
            "Patients waiting at the end less those waiting at the start.",
            SIGNED_COUNT,
        ),
        (
            "Discharge rate",
            Ratio(_sum(_GROWTH, "discharges"), at_start),
            "Discharges a day for each bed occupied when the day began.",
            PERCENT,
        ),
        (
            "Admissions in the hour",
            _sum(_PROFILE, "admissions"),
            "Admissions by weekday and hour, of the whole period.",
            COUNT,
        ),
        (
            "Discharges in the hour",
            _sum(_PROFILE, "discharges"),
            "Discharges by weekday and hour, of the whole period.",
            COUNT,
        ),
    )


def _trust() -> list[Measure]:
    checked = Leaf("count", _VALIDATION)
    kept = Leaf("count", _VALIDATION, where=(Condition("passed", "=", value=True),))
    return _folder(
        "Trust in the data",
        ("Promises checked", checked, "Figures of the data that were held against the run record.", COUNT),
        # A difference, because a count of failures would be blank, not 0, if all are kept.
        (
            "Promises not kept",
            Difference(checked, kept),
            "Of them, those that lie further apart than chance allows.",
            COUNT,
        ),
    )
