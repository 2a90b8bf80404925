"""The pages of the report: pressure, waiting, beds, flow and trust in the data, each with the same three slicers."""

from dataclasses import dataclass

from elt.powerbi.ids import stable_id
from elt.powerbi.model.semantic_model import DAY, TEXT, SemanticModel
from elt.powerbi.model.tables_and_relationships import DEPARTMENT, DEPARTMENT_LABEL, KEY_FIGURES
from elt.powerbi.pages.theme import WAITS
from elt.powerbi.pages.visuals import Field, Place, Visual

WIDTH, HEIGHT = 1280, 720
_LEFT, _GAP, _TOP = 20, 12, 92
_INNER = WIDTH - 2 * _LEFT
_HALF = (_INNER - _GAP) // 2
_MIDDLE = Place(_LEFT, _TOP + 96 + _GAP, _INNER, 248)
_MIDDLE_LEFT = Place(_LEFT, _MIDDLE.y, _HALF, _MIDDLE.height)
_MIDDLE_RIGHT = Place(_LEFT + _HALF + _GAP, _MIDDLE.y, _HALF, _MIDDLE.height)
_BOTTOM = Place(_LEFT, 460, _INNER, 240)
_TEXT_POINTS = 11
"""Font size of a card with text, because the name of a department is wider than a number."""

_DEPARTMENT = Field(DEPARTMENT, DEPARTMENT_LABEL, label="Department")
_MONTH = Field("dim_date", "month", label="Month")
_CHARTS = {
    "line": ("Lines", "lineChart"),
    "column": ("Columns", "clusteredColumnChart"),
    "stackedColumn": ("Stacked columns", "columnChart"),
}


@dataclass(frozen=True)
class ReportPage:
    """A page of the report.

    Attributes:
        title: Its title.
        visuals: Its visuals, in tab order.
    """

    title: str
    visuals: tuple[Visual, ...]

    @property
    def name(self) -> str:
        """Name of its folder."""
        return stable_id("page", self.title)


def report_pages(model: SemanticModel) -> tuple[ReportPage, ...]:
    """Return the pages of the report on a model, in their order."""
    return (_pressure(model), _waiting(model), _beds(model), _flow(model), _trust(model))


def _pressure(model: SemanticModel) -> ReportPage:
    points = ("Occupancy points", "Delayed points", "Waiting points")
    return _page(
        "Pressure",
        *_cards(
            model, "Pressure level", "Main component", "Most pressed department", "Level since", "Occupancy", "Waiting"
        ),
        _by_day("stackedColumn", "Points of the index by day", _MIDDLE_LEFT, points),
        _by_day("line", "Level by day", _MIDDLE_RIGHT, ("Pressure level",)),
        _by_department(
            "Departments",
            "Occupancy",
            "Delayed share of beds",
            "Waiting",
            "P90 wait (hours)",
            "Waited over 12 hours",
            "Queue growth",
        ),
    )


def _waiting(model: SemanticModel) -> ReportPage:
    bands = ("Waiting up to 4 hours", "Waiting 4 to 12 hours", "Waiting 12 to 24 hours", "Waiting over 24 hours")
    percentiles = ("P95 wait (hours)", "P90 wait (hours)", "Median wait (hours)")
    long_waits = ("Waited over 4 hours", "Waited over 12 hours")
    return _page(
        "Waiting",
        *_cards(
            model,
            "Waiting",
            "Longest wait now (hours)",
            "Median wait (hours)",
            "P90 wait (hours)",
            "P95 wait (hours)",
            "Waited over 12 hours",
        ),
        _by_day("stackedColumn", "Waiting at the end of each day", _MIDDLE_LEFT, bands, WAITS),
        Visual(
            "Wait in hours, by month of admission",
            "lineChart",
            _MIDDLE_RIGHT,
            f"Lines of {', '.join(percentiles)}, one point for each month.",
            (("Category", (_MONTH,)), ("Y", _measures(percentiles))),
        ),
        _by_department(
            "Waits of each department",
            "Waits",
            "Mean wait (hours)",
            *reversed(percentiles),
            "Longest wait (hours)",
            *long_waits,
        ),
    )


def _beds(model: SemanticModel) -> ReportPage:
    held = ("Beds held 7 days or more", "Beds held 21 days or more", "Beds held by delayed patients")
    occupancy = ("Occupancy over 7 days", "Occupancy over 28 days")
    return _page(
        "Beds",
        *_cards(
            model,
            "Occupancy",
            "Occupancy trend",
            "Beds open",
            "Beds occupied",
            "Share held 21 days or more",
            "Delayed share of beds",
        ),
        _by_day("line", "Occupancy over 7 and 28 days", _MIDDLE_LEFT, occupancy),
        _by_day("line", "Beds held by long stays and delays", _MIDDLE_RIGHT, held),
        _matrix("Occupancy by department and month", _DEPARTMENT, _MONTH, "Occupancy"),
    )


def _flow(model: SemanticModel) -> ReportPage:
    weekday = Field("mart_flow_profile", "weekday", label="Weekday")
    hour = Field("mart_flow_profile", "hour", label="Hour")
    flows = ("Requests", "Admissions", "Discharges")
    return _page(
        "Flow",
        *_cards(model, *flows, "Queue growth", "Discharge rate", "Mean stay (days)"),
        _by_day("line", "Requests, admissions and discharges", _MIDDLE_LEFT, flows),
        _by_day("column", "Queue growth by day", _MIDDLE_RIGHT, ("Queue growth",)),
        _matrix("Discharges by weekday and hour, whole period", weekday, hour, "Discharges in the hour"),
    )


def _trust(model: SemanticModel) -> ReportPage:
    expectations = ("check_name", "scope_name", "expected", "observed", "tolerance", "passed")
    checks = ("check_name", "scope", "expected", "observed", "passed", "detail")
    visuals = [
        *_cards(model, "Expectations checked", "Expectations not met"),
        _table("Expectations of the run record", "mart_pressure_validation", expectations, _MIDDLE),
    ]
    if model.table("check_result"):
        visuals.append(_table("Checks from raw events to facts", "check_result", checks, _BOTTOM))
    return _page("Trust in the data", *visuals)


def _page(title: str, *visuals: Visual) -> ReportPage:
    heading = Visual(f"{title}: heading", "textbox", Place(_LEFT, 16, 380, 64), f"The page {title}.", text=title)
    return ReportPage(title, (heading, *_slicers(), *visuals))


def _slicers() -> list[Visual]:
    choices = (
        ("Hospital", Field("hospital", "hospital_name"), "Dropdown"),
        ("Department", _DEPARTMENT, "Dropdown"),
        ("Period", Field("dim_date", "date"), "Between"),
    )
    return [
        Visual(
            title,
            "slicer",
            Place(420 + number * 284, 16, 272, 64),
            f"Choice of {title.lower()}; it holds on every page.",
            (("Values", (field,)),),
            slicer=mode,
        )
        for number, (title, field, mode) in enumerate(choices)
    ]


def _measures(names: tuple[str, ...]) -> tuple[Field, ...]:
    return tuple(Field(KEY_FIGURES, name, is_measure=True) for name in names)


def _cards(model: SemanticModel, *names: str) -> list[Visual]:
    width = (_INNER - (len(names) - 1) * _GAP) // len(names)
    texts = {measure.name for measure in model.measures if measure.format in (TEXT, DAY)}
    return [
        Visual(
            name,
            "card",
            Place(_LEFT + number * (width + _GAP), _TOP, width, 96),
            f"{name}, of the hospital, department and days chosen.",
            (("Values", _measures((name,))),),
            points=_TEXT_POINTS if name in texts else 0,
        )
        for number, name in enumerate(names)
    ]


def _by_day(kind: str, title: str, place: Place, names: tuple[str, ...], colours: tuple[str, ...] = ()) -> Visual:
    shape, visual_type = _CHARTS[kind]
    roles = (("Category", (Field("dim_date", "date", label="Day"),)), ("Y", _measures(names)))
    return Visual(title, visual_type, place, f"{shape} of {', '.join(names)}, one for each day.", roles, colours)


def _by_department(title: str, *names: str) -> Visual:
    alternative = f"Table of departments with {', '.join(names)}."
    return Visual(title, "tableEx", _BOTTOM, alternative, (("Values", (_DEPARTMENT, *_measures(names))),))


def _matrix(title: str, rows: Field, columns: Field, name: str) -> Visual:
    roles = (("Rows", (rows,)), ("Columns", (columns,)), ("Values", _measures((name,))))
    alternative = f"Matrix of {name}: {rows.label.lower()} by {columns.label.lower()}."
    return Visual(title, "pivotTable", _BOTTOM, alternative, roles)


def _table(title: str, table: str, columns: tuple[str, ...], place: Place) -> Visual:
    fields = tuple(Field(table, column, label=column.removesuffix("_name").capitalize()) for column in columns)
    return Visual(title, "tableEx", place, f"Table: {title}, one row each.", (("Values", fields),))
