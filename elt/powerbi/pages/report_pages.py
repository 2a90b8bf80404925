"""The pages of the report: pressure, waiting, beds, flow, trust in the data; each with the same three choices."""

from collections.abc import Iterable
from dataclasses import dataclass

from elt.powerbi.ids import stable_id
from elt.powerbi.model.formats import DAY, TEXT
from elt.powerbi.model.semantic_model import SemanticModel
from elt.powerbi.pages.theme import WAITS
from elt.powerbi.pages.visuals import Field, Place, Visual

WIDTH, HEIGHT = 1280, 720
_LEFT, _GAP, _TOP = 20, 12, 92
_INNER = WIDTH - 2 * _LEFT
_WORDS = 11
"""Size of the letters of a card that shows words: a department's identifier is wider than a number."""


@dataclass(frozen=True)
class ReportPage:
    """A page of the report.

    Attributes:
        title: What it is called.
        visuals: What it shows, in the order of tabs.
    """

    title: str
    visuals: tuple[Visual, ...]

    @property
    def name(self) -> str:
        """Name of its folder."""
        return stable_id("page", self.title)


class Pages:
    """The pages for one model: a measure is looked up in it, for it says in which table the measure is."""

    def __init__(self, model: SemanticModel) -> None:
        """Take the model that the pages show."""
        self._tables = {measure.name: measure.table for measure in model.measures}
        self._words = {measure.name for measure in model.measures if measure.format in (TEXT, DAY)}
        self._has = {table.name for table in model.tables}

    def all(self) -> tuple[ReportPage, ...]:
        """Return the pages, in their order."""
        return (self._pressure(), self._waiting(), self._beds(), self._flow(), self._trust())

    def _pressure(self) -> ReportPage:
        return _page(
            "Pressure",
            *self._cards(
                "Pressure level", "Main component", "Most pressed department", "Level since", "Occupancy", "Waiting"
            ),
            self._by_day(
                "stackedColumn",
                "Points of the index by day",
                _slot(0, 1, 2),
                ("Occupancy points", "Delayed points", "Waiting points"),
            ),
            self._by_day("line", "Level by day", _slot(1, 1, 2), ("Pressure level",)),
            self._by_department(
                "Departments",
                Place(_LEFT, 460, _INNER, 240),
                ("Occupancy", "Delayed share", "Waiting", "Wait P90", "Waited over 12 hours", "Queue growth"),
            ),
        )

    def _waiting(self) -> ReportPage:
        bands = ("Waiting up to 4 hours", "Waiting 4 to 12 hours", "Waiting 12 to 24 hours", "Waiting over 24 hours")
        return _page(
            "Waiting",
            *self._cards("Waiting", "Longest wait now", "Wait P50", "Wait P90", "Wait P95", "Waited over 12 hours"),
            self._by_day("stackedColumn", "Waiting at the end of each day", _slot(0, 1, 2), bands, WAITS),
            self._by_month(
                "Wait in hours, by month of admission", _slot(1, 1, 2), ("Wait P95", "Wait P90", "Wait P50")
            ),
            self._by_department(
                "Waits of each department",
                Place(_LEFT, 460, _INNER, 240),
                (
                    "Waits",
                    "Wait mean",
                    "Wait P50",
                    "Wait P90",
                    "Wait P95",
                    "Wait longest",
                    "Waited over 4 hours",
                    "Waited over 12 hours",
                ),
            ),
        )

    def _beds(self) -> ReportPage:
        held = ("Beds held 7 days or more", "Beds held 21 days or more", "Beds of delayed patients")
        return _page(
            "Beds",
            *self._cards(
                "Occupancy", "Occupancy trend", "Beds open", "Beds occupied", "Long-stay share", "Delayed share"
            ),
            self._by_day(
                "line", "Occupancy over 7 and 28 days", _slot(0, 1, 2), ("Occupancy, 7 days", "Occupancy, 28 days")
            ),
            self._by_day("line", "Beds held by long stays and delays", _slot(1, 1, 2), held),
            self._matrix(
                "Occupancy by department and month",
                Place(_LEFT, 460, _INNER, 240),
                _department(),
                Field("dim_date", "month", label="Month"),
                "Occupancy",
            ),
        )

    def _flow(self) -> ReportPage:
        hour = (
            Field("mart_flow_profile", "weekday", label="Weekday"),
            Field("mart_flow_profile", "hour", label="Hour"),
        )
        return _page(
            "Flow",
            *self._cards("Requests", "Admissions", "Discharges", "Queue growth", "Discharge rate", "Stay mean"),
            self._by_day(
                "line", "Requests, admissions and discharges", _slot(0, 1, 2), ("Requests", "Admissions", "Discharges")
            ),
            self._by_day("column", "Queue growth by day", _slot(1, 1, 2), ("Queue growth",)),
            self._matrix(
                "Discharges by weekday and hour, whole period",
                Place(_LEFT, 460, _INNER, 240),
                *hour,
                "Discharges in the hour",
            ),
        )

    def _trust(self) -> ReportPage:
        promises = ("check_name", "scope", "expected", "observed", "tolerance", "passed")
        visuals = [
            *self._cards("Promises checked", "Promises not kept"),
            _table("Promises of the run record", "mart_pressure_validation", promises, _slot(0, 1, 1)),
        ]
        if "check_result" in self._has:
            found = ("check_name", "scope", "expected", "observed", "passed", "detail")
            visuals.append(
                _table("Checks from raw events to facts", "check_result", found, Place(_LEFT, 460, _INNER, 240))
            )
        return _page("Trust in the data", *visuals)

    def _measure(self, name: str) -> Field:
        return Field(self._tables.get(name, ""), name, is_measure=True)

    def _cards(self, *names: str) -> list[Visual]:
        width = (_INNER - (len(names) - 1) * _GAP) // len(names)
        return [
            Visual(
                name,
                "card",
                Place(_LEFT + number * (width + _GAP), _TOP, width, 96),
                f"{name}, of the hospital, department and days chosen.",
                (("Values", (self._measure(name),)),),
                points=_WORDS if name in self._words else 0,
            )
            for number, name in enumerate(names)
        ]

    def _by_day(
        self, kind: str, title: str, place: Place, measures: tuple[str, ...], colours: tuple[str, ...] = ()
    ) -> Visual:
        words, visual_type = _CHARTS[kind]
        named = ", ".join(measures)
        roles = (("Category", (Field("dim_date", "date", label="Day"),)), ("Y", tuple(map(self._measure, measures))))
        return Visual(title, visual_type, place, f"{words} of {named}, one for each day.", roles, colours)

    def _by_month(self, title: str, place: Place, measures: tuple[str, ...]) -> Visual:
        roles = (
            ("Category", (Field("dim_date", "month", label="Month"),)),
            ("Y", tuple(self._measure(name) for name in measures)),
        )
        return Visual(title, "lineChart", place, f"Lines of {', '.join(measures)}, one point for each month.", roles)

    def _by_department(self, title: str, place: Place, measures: tuple[str, ...]) -> Visual:
        fields = (_department(), *map(self._measure, measures))
        alternative = f"Table of departments with {', '.join(measures)}."
        return Visual(title, "tableEx", place, alternative, (("Values", fields),))

    def _matrix(self, title: str, place: Place, rows: Field, columns: Field, measure: str) -> Visual:
        roles = (("Rows", (rows,)), ("Columns", (columns,)), ("Values", (self._measure(measure),)))
        alternative = f"Matrix of {measure}: {rows.label.lower()} by {columns.label.lower()}."
        return Visual(title, "pivotTable", place, alternative, roles)


_CHARTS = {
    "line": ("Lines", "lineChart"),
    "column": ("Columns", "clusteredColumnChart"),
    "stackedColumn": ("Stacked columns", "columnChart"),
}


def _department() -> Field:
    return Field("department", "department_name", label="Department")


def _table(title: str, table: str, columns: Iterable[str], place: Place) -> Visual:
    fields = tuple(Field(table, column, label=column.replace("_", " ").capitalize()) for column in columns)
    return Visual(title, "tableEx", place, f"Table: {title}, one row each.", (("Values", fields),))


def _slot(number: int, row: int, of: int) -> Place:
    width = (_INNER - (of - 1) * _GAP) // of
    return Place(_LEFT + number * (width + _GAP), _TOP + 96 + _GAP, width, 248 * row)


def _page(title: str, *visuals: Visual) -> ReportPage:
    heading = Visual(f"{title}: heading", "textbox", Place(_LEFT, 16, 380, 64), f"The page {title}.", text=title)
    return ReportPage(title, (heading, *_choices(), *visuals))


def _choices() -> list[Visual]:
    chosen = (
        ("Hospital", Field("hospital", "hospital_name"), "Dropdown"),
        ("Department", Field("department", "department_name"), "Dropdown"),
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
        for number, (title, field, mode) in enumerate(chosen)
    ]
