"""Draw the pages of the Power BI report from the marts of a warehouse: python docs/powerbi_pictures.py DSN.

Power BI Desktop draws the report itself. These pictures preview it: each visual of each page in its place, with the
measures of the model calculated in the warehouse.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from io import BytesIO
from pathlib import Path

import vl_convert
from PIL import Image

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

from formula_values import Calculator, Choice, Number

from elt.powerbi.model.semantic_model import COUNT, PERCENT, SIGNED_COUNT, SIGNED_PERCENT, SemanticModel
from elt.powerbi.pages import theme
from elt.powerbi.pages.report_pages import HEIGHT, WIDTH, ReportPage, report_pages
from elt.powerbi.pages.visuals import Field, Place, Visual
from elt.powerbi.project import semantic_model
from elt.warehouse import Warehouse, open_warehouse

IMAGES = Path(__file__).with_name("images")
_COLOURS = tuple(str(colour) for colour in theme.theme()["dataColors"])  # type: ignore[attr-defined]
_SCALE = 0.75
_ROW = 19
_WIDE = 180


def main(dsn: str) -> None:
    """Draw every page into docs/images."""
    with open_warehouse(dsn) as warehouse:
        model = semantic_model(warehouse)
        figures = Figures(model, warehouse)
        pages = {page.title.split()[0].lower(): draw(page, figures) for page in report_pages(model)}
    for name, svg in pages.items():
        picture = vl_convert.svg_to_png(svg, scale=_SCALE)
        few_colours = Image.open(BytesIO(picture)).convert("RGB").quantize(64)
        few_colours.save(IMAGES / f"power-bi-{name}.png", optimize=True)


@dataclass(frozen=True)
class Figures:
    """Values of the visuals, for one hospital and all its days."""

    model: SemanticModel
    warehouse: Warehouse

    @property
    def _calculator(self) -> Calculator:
        return Calculator(self.model, self.warehouse)

    def rows(self, sql: str) -> list[dict[str, object]]:
        """Return the rows of a query."""
        return [dict(row) for row in self.warehouse.query(sql).to_pylist()]

    def whole(self) -> Choice:
        """Return the choice of the hospital and all days."""
        (row,) = self.rows(
            "SELECT any(hospital_id) AS hospital, min(date) AS first, max(date) AS last "
            "FROM hospital_marts.mart_bed_utilisation"
        )
        return Choice(str(row["hospital"]), None, _day(row["first"]), _day(row["last"]))

    def departments(self) -> dict[str, str]:
        """Return the names of the departments by their identifier."""
        rows = self.rows("SELECT department_id, department_label FROM hospital_curated.dim_department WHERE is_current")
        return {str(row["department_id"]): str(row["department_label"]) for row in sorted(rows, key=str)}

    def value(self, field: Field, choice: Choice) -> Number:
        """Return the value of a measure."""
        measure = self.model.measure(field.name)
        if measure is None:
            raise LookupError(f"{field}: the model has no such measure")
        return self._calculator.value(measure.formula, choice)

    def text(self, field: Field, value: Number) -> str:
        """Return a value as the measure's format writes it."""
        measure = self.model.measure(field.name)
        return written(value, measure.format if measure else "")

    def by_day(self, field: Field) -> dict[date, Number]:
        """Return the values of a measure for each day."""
        whole = self.whole()
        days = (whole.last - whole.first).days + 1
        dates = [whole.first + timedelta(days=number) for number in range(days)]
        return {day: self.value(field, Choice(whole.hospital, None, day, day)) for day in dates}

    def months(self) -> list[Choice]:
        """Return a choice for each month."""
        whole = self.whole()
        starts = sorted({date(whole.first.year, month, 1) for month in range(whole.first.month, whole.last.month + 1)})
        ends = [(start + timedelta(days=31)).replace(day=1) - timedelta(days=1) for start in starts]
        return [Choice(whole.hospital, None, start, end) for start, end in zip(starts, ends, strict=True)]


def draw(page: ReportPage, figures: Figures) -> str:
    """Return a page as SVG."""
    drawn = "".join(part for visual in page.visuals for part in _visual(visual, figures))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="DejaVu Sans">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{theme.PAPER}"/>{drawn}</svg>'
    )


def _visual(visual: Visual, figures: Figures) -> Iterator[str]:
    place = visual.place
    if visual.kind == "textbox":
        yield _words(place.x + 8, place.y + 40, visual.text, 26, weight="bold")
        return
    yield (
        f'<svg x="{place.x}" y="{place.y}" width="{place.width}" height="{place.height}">'
        f'<rect x="0.5" y="0.5" width="{place.width - 1}" height="{place.height - 1}" rx="8" fill="{theme.CARD}" '
        f'stroke="{theme.LINE}"/>'
    )
    yield _words(12, 20, visual.title, 11 if visual.kind == "card" else 13, weight="bold")
    yield from _CONTENT[visual.kind](visual, figures)
    yield "</svg>"


def _slicer(visual: Visual, figures: Figures) -> Iterator[str]:
    whole = figures.whole()
    between = f"{whole.first:%d/%m/%Y} to {whole.last:%d/%m/%Y}"
    yield _words(12, 48, between if visual.slicer == "Between" else "All", 12, theme.MUTED)


def _card(visual: Visual, figures: Figures) -> Iterator[str]:
    (field,) = visual.fields
    text = figures.text(field, figures.value(field, figures.whole()))
    yield _words(visual.place.width / 2, 66, text, 14 if visual.points else 24, anchor="middle")


def _lines(visual: Visual, figures: Figures) -> Iterator[str]:
    series, months = _series(visual, figures)
    area, top, bottom = _area(visual.place), *_range(series)
    yield from _axes(visual, figures, series, area, (top, bottom), months)
    for number, values in enumerate(series.values()):
        points = _points(values, area, top, bottom)
        colour = _colours(visual)[number]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="1.8"/>'


def _columns(visual: Visual, figures: Figures) -> Iterator[str]:
    series, months = _series(visual, figures)
    area = _area(visual.place)
    stacked = [
        sum(max(_number(value), 0) for value in values)
        for values in zip(*map(dict.values, series.values()), strict=True)
    ]
    lowest = min(0.0, *(_number(value) for values in series.values() for value in values.values()))
    top, bottom = max([*stacked, 1.0]), lowest
    yield from _axes(visual, figures, series, area, (top, bottom), months)
    count = len(stacked)
    step, height = area.width / count, area.height / (top - bottom)
    base = [area.y + area.height + bottom * height] * count
    for number, values in enumerate(series.values()):
        colour = _colours(visual)[number]
        for place, value in enumerate(map(_number, values.values())):
            size = abs(value) * height
            y = base[place] - size if value >= 0 else base[place]
            x = area.x + place * step
            yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{step * 0.8:.1f}" height="{size:.1f}" fill="{colour}"/>'
            base[place] -= size if value >= 0 else 0


def _table(visual: Visual, figures: Figures) -> Iterator[str]:
    fields = visual.fields
    if any(field.is_measure for field in fields):
        whole = figures.whole()
        rows = [
            [
                name,
                *(
                    figures.text(f, figures.value(f, Choice(whole.hospital, one, whole.first, whole.last)))
                    for f in fields[1:]
                ),
            ]
            for one, name in figures.departments().items()
        ]
    else:
        names = ", ".join(field.name for field in fields)
        source = figures.model.table(fields[0].table).source  # type: ignore[union-attr]
        where = f"hospital_{source.schema}.{source.table}"  # type: ignore[union-attr]
        result = figures.rows(f"SELECT {names} FROM {where} ORDER BY {names}")  # noqa: S608
        rows = [[_plain(row[field.name]) for field in fields] for row in result]
    yield from _grid(visual.place, [[field.label or field.name for field in fields], *rows])


def _matrix(visual: Visual, figures: Figures) -> Iterator[str]:
    rows, _, measure = visual.fields
    if rows.name == "department_label":
        heads = [f"{choice.first:%Y-%m}" for choice in figures.months()]
        cells = [
            [
                name,
                *(
                    figures.text(measure, figures.value(measure, Choice(c.hospital, one, c.first, c.last)))
                    for c in figures.months()
                ),
            ]
            for one, name in figures.departments().items()
        ]
    else:
        heads = [str(hour) for hour in range(24)]
        result = figures.rows(
            "SELECT weekday, hour, sum(discharges) AS n FROM hospital_marts.mart_flow_profile GROUP BY weekday, hour"
        )
        counts = {(row["weekday"], row["hour"]): row["n"] for row in result}
        cells = [[str(day), *(str(counts.get((day, hour), "")) for hour in range(24))] for day in range(1, 8)]
    yield from _grid(visual.place, [[rows.label, *heads], *cells])


def _grid(place: Place, rows: list[list[str]]) -> Iterator[str]:
    first = _WIDE if len(rows[0]) < 20 else 90
    width = (place.width - 24 - first) / max(len(rows[0]) - 1, 1)
    for number, row in enumerate(rows):
        y = 46 + number * _ROW
        if y > place.height - 8:
            break
        for column, text in enumerate(row):
            x = 12 if column == 0 else 12 + first + (column - 1) * width
            room = int((first if column == 0 else width) / 6.3)
            cut = text if len(text) <= room else f"{text[: room - 1]}…"
            yield _words(
                x, y, cut, 11, theme.MUTED if number == 0 else theme.INK, weight="bold" if number == 0 else "normal"
            )


def _series(visual: Visual, figures: Figures) -> tuple[dict[str, dict[date, Number]], bool]:
    category, *measures = visual.fields
    if category.name == "month":
        of_months = {
            field.name: {choice.first: figures.value(field, choice) for choice in figures.months()}
            for field in measures
        }
        return of_months, True
    return {field.name: figures.by_day(field) for field in measures}, False


def _axes(
    visual: Visual,
    figures: Figures,
    series: dict[str, dict[date, Number]],
    area: Place,
    ends: tuple[float, float],
    months: bool,
) -> Iterator[str]:
    top, bottom = ends
    days = list(next(iter(series.values())))
    for share in (0.0, 0.5, 1.0):
        y = area.y + area.height * (1 - share)
        yield f'<line x1="{area.x}" x2="{area.x + area.width}" y1="{y}" y2="{y}" stroke="{theme.LINE}"/>'
        label = bottom + share * (top - bottom)
        is_share = "%" in figures.text(visual.fields[1], label)
        text = f"{label:.0%}" if is_share else f"{label:,.1f}".removesuffix(".0")
        yield _words(area.x - 6, y + 4, text, 10, theme.MUTED, anchor="end")
    shown = days if months else days[:: max(len(days) // 6, 1)]
    for day in shown:
        x = area.x + area.width * days.index(day) / max(len(days) - 1, 1)
        yield _words(
            x, area.y + area.height + 15, f"{day:%b %Y}" if months else f"{day:%d %b}", 10, theme.MUTED, "middle"
        )
    x = 12.0
    for number, name in enumerate(series):
        yield f'<rect x="{x}" y="31" width="9" height="9" fill="{_colours(visual)[number]}"/>'
        yield _words(x + 14, 40, name, 10, theme.MUTED)
        x += 30 + 6.4 * len(name)


def _area(place: Place) -> Place:
    return Place(52, 54, place.width - 84, place.height - 80)


def _range(series: dict[str, dict[date, Number]]) -> tuple[float, float]:
    return max(_number(value) for values in series.values() for value in values.values()) or 1.0, 0.0


def _points(values: dict[date, Number], area: Place, top: float, bottom: float) -> list[tuple[float, float]]:
    across = max(len(values) - 1, 1)
    return [
        (area.x + area.width * place / across, area.y + area.height * (top - _number(value)) / (top - bottom))
        for place, value in enumerate(values.values())
    ]


def _colours(visual: Visual) -> tuple[str, ...]:
    return visual.colours or _COLOURS


def written(value: Number, form: str) -> str:
    """Return a value as a format string of Power BI writes it."""
    if value is None:
        return "(Blank)"
    if isinstance(value, date):
        return f"{value:%d %B %Y}".lstrip("0")
    if isinstance(value, str):
        return value
    styles = {PERCENT: "{:.1%}", SIGNED_PERCENT: "{:+.1%}", COUNT: "{:,.0f}", SIGNED_COUNT: "{:+,.0f}"}
    return styles.get(form, "{:,.1f}").format(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value)
    return f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _number(value: Number) -> float:
    return float(value) if isinstance(value, float | int) else 0.0


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is not a day")
    return value


def _words(
    x: float, y: float, text: str, size: int, colour: str = theme.INK, anchor: str = "start", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )


_CONTENT = {
    "slicer": _slicer,
    "card": _card,
    "lineChart": _lines,
    "columnChart": _columns,
    "clusteredColumnChart": _columns,
    "tableEx": _table,
    "pivotTable": _matrix,
}

if __name__ == "__main__":
    main(sys.argv[1])
