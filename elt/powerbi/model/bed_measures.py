"""Measures of hospitals and their beds: pressure, occupancy, long stays, flow, and whether the data can be trusted."""

from elt.powerbi.model.formats import COUNT, DAY, PERCENT, SIGNED_COUNT, SIGNED_PERCENT, TEXT
from elt.powerbi.model.formulas import AtEnd, Condition, Difference, Formula, Leaf, Ratio, Rolling
from elt.powerbi.model.semantic_model import Measure
from elt.powerbi.model.tables_and_relationships import FIGURES

_PRESSURE = "mart_pressure_index"
_BEDS = "mart_bed_utilisation"
_STAYS = "mart_long_stays"
_GROWTH = "mart_queue_growth"
_PROFILE = "mart_flow_profile"
_VALIDATION = "mart_pressure_validation"
_CENSUS = "fact_department_occupancy"


def pressure_measures() -> tuple[Measure, ...]:
    """Return the measures of the pressure index."""
    return tuple(_pressure())


def bed_measures() -> tuple[Measure, ...]:
    """Return the measures of beds and flow, and of the promises that were kept, by display folder."""
    return (*_beds(), *_held(), *_flow(), *_trust())


def _sum(table: str, column: str) -> Leaf:
    return Leaf("sum", table, column)


def _last(kind: str, column: str) -> Formula:
    return AtEnd(Leaf(kind, _PRESSURE, column), _PRESSURE)


_OCCUPANCY = Ratio(_sum(_BEDS, "occupied_beds"), _sum(_BEDS, "beds"))
_WEEK, _FOUR_WEEKS = Rolling(_OCCUPANCY, _BEDS, 7), Rolling(_OCCUPANCY, _BEDS, 28)


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


def _trust() -> list[Measure]:
    def of(name: str, formula: Formula, description: str) -> Measure:
        return Measure(name, FIGURES, formula, description, COUNT, "Trust in the data")

    # A difference, so that none is 0 on its card and not blank.
    kept = Leaf("count", _VALIDATION, where=(Condition("passed", "=", value=True),))
    failed = Difference(Leaf("count", _VALIDATION), kept)
    return [
        of(
            "Promises checked", Leaf("count", _VALIDATION), "Figures of the data that were held against the run record."
        ),
        of("Promises not kept", failed, "Of them, those that lie further apart than chance allows."),
    ]
