"""Draw the pages of the Power BI report from the marts of a warehouse: python docs/powerbi_pictures.py DSN.

Power BI Desktop draws the report itself; these pictures show beforehand what is on it, with the same figures and
colours.
"""

# Every name in a statement is a constant of this file.
# ruff: noqa: S608

import sys
from io import BytesIO
from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert
from PIL import Image

from elt.report.powerbi import theme
from elt.warehouse import Warehouse, open_warehouse

IMAGES = Path(__file__).with_name("images")
_WIDTH, _HEIGHT = 400, 170
_COLOURS = list(theme.theme()["dataColors"])  # type: ignore[call-overload]
_PRESSURE = "hospital_marts.mart_pressure_index"
_WAITS = "hospital_marts.mart_waiting_by_period"
_BEDS = "hospital_marts.mart_bed_utilisation"
_STAYS = "hospital_marts.mart_long_stays"
_QUEUE = "hospital_marts.mart_waiting_now"
_GROWTH = "hospital_marts.mart_queue_growth"


def main(dsn: str) -> None:
    """Draw every page into docs/images."""
    with open_warehouse(dsn) as warehouse:
        pages = {page.__name__.strip("_"): page(warehouse) for page in (_pressure, _waiting, _beds, _flow)}
    for name, chart in pages.items():
        configured = chart.configure(
            background=theme.PAPER, font="DejaVu Sans", view={"stroke": theme.LINE, "fill": theme.CARD}
        )
        picture = vl_convert.vegalite_to_png(configured.to_json(), scale=1)
        few_colours = Image.open(BytesIO(picture)).convert("RGB").quantize(64)
        few_colours.save(IMAGES / f"power-bi-{name}.png", optimize=True)


def _pressure(warehouse: Warehouse) -> alt.TopLevelMixin:
    (last,) = _rows(
        warehouse, f"SELECT * FROM {_PRESSURE} WHERE date = (SELECT max(date) FROM {_PRESSURE})"
    ).to_dict("records")  # fmt: skip
    cards = {
        "Pressure level": f"{last['level']}",
        "Main component": str(last["main_component"]),
        "Most pressed department": str(last["department_id"]),
        "Level since": f"{last['level_since']:%d %b %Y}",
    }
    points = _long(warehouse, _PRESSURE, ("occupancy_points", "delayed_points", "waiting_points"))
    level = _long(warehouse, _PRESSURE, ("level",))
    return _page("Pressure", cards, _bars("Points of the index by day", points), _lines("Level by day", level))


def _waiting(warehouse: Warehouse) -> alt.TopLevelMixin:
    (whole,) = _rows(
        warehouse, f"SELECT * FROM {_WAITS} WHERE scope = 'hospital' AND period_type = 'whole'"
    ).to_dict("records")  # fmt: skip
    cards = {
        "Wait P50": f"{whole['wait_hours_p50']:.1f}",
        "Wait P90": f"{whole['wait_hours_p90']:.1f}",
        "Wait P95": f"{whole['wait_hours_p95']:.1f}",
        "Waited over 12 hours": f"{whole['share_over_12h']:.1%}",
    }
    bands = ("waiting_up_to_4h", "waiting_4h_to_12h", "waiting_12h_to_24h", "waiting_over_24h")
    queue = _bars("Waiting at the end of each day", _long(warehouse, _QUEUE, bands), theme.WAITS)
    months = _rows(
        warehouse,
        "SELECT period_start AS date, wait_hours_p95, wait_hours_p90, wait_hours_p50 "
        f"FROM {_WAITS} WHERE scope = 'hospital' AND period_type = 'month' ORDER BY date",
    ).melt("date", var_name="figure", value_name="value")
    return _page("Waiting", cards, queue, _lines("Wait in hours, by month of admission", months, point=True))


def _beds(warehouse: Warehouse) -> alt.TopLevelMixin:
    (sums,) = _rows(
        warehouse,
        f"SELECT sum(b.occupied_beds) / sum(b.beds) AS occupancy, sum(s.beds_21_days) / sum(b.occupied_beds) AS long, "
        f"sum(s.beds_delayed) / sum(b.occupied_beds) AS late, max(b.date) AS last FROM {_BEDS} AS b "
        f"JOIN {_STAYS} AS s ON (b.hospital_id, b.department_id, b.date) = (s.hospital_id, s.department_id, s.date)",
    ).to_dict("records")
    cards = {
        "Occupancy": f"{sums['occupancy']:.1%}",
        "Long-stay share": f"{sums['long']:.1%}",
        "Delayed share": f"{sums['late']:.1%}",
    }
    occupancy = _rows(
        warehouse, f"SELECT department_id AS figure, date, occupancy_rate_28d AS value FROM {_BEDS} ORDER BY date"
    )
    held = _long(warehouse, _STAYS, ("beds_7_days", "beds_21_days", "beds_delayed"))
    shares = _lines("Occupancy over 28 days, by department", occupancy)
    return _page("Beds", cards, shares, _lines("Beds held by long stays and delays", held))


def _flow(warehouse: Warehouse) -> alt.TopLevelMixin:
    (sums,) = _rows(
        warehouse,
        "SELECT sum(requests) AS requests, sum(admissions) AS admissions, sum(discharges) AS discharges, "
        f"sum(queue_growth) AS growth FROM {_GROWTH}",
    ).to_dict("records")
    cards = {
        "Requests": f"{sums['requests']:,}",
        "Admissions": f"{sums['admissions']:,}",
        "Discharges": f"{sums['discharges']:,}",
        "Queue growth": f"{sums['growth']:+,}",
    }
    flow = _long(warehouse, _GROWTH, ("requests", "admissions", "discharges"))
    growth = _long(warehouse, _GROWTH, ("queue_growth",))
    return _page(
        "Flow", cards, _lines("Requests, admissions and discharges", flow), _bars("Queue growth by day", growth)
    )


def _rows(warehouse: Warehouse, sql: str) -> pd.DataFrame:
    rows = warehouse.query(sql).to_pandas()
    for name in ("date", "level_since"):
        if name in rows:
            rows[name] = pd.to_datetime(rows[name])
    return rows


def _long(warehouse: Warehouse, mart: str, columns: tuple[str, ...]) -> pd.DataFrame:
    sums = ", ".join(f"sum({column}) AS {column}_sum" for column in columns)
    rows = _rows(warehouse, f"SELECT date, {sums} FROM {mart} GROUP BY date ORDER BY date")
    return rows.rename(columns=lambda name: name.removesuffix("_sum")).melt(
        "date", var_name="figure", value_name="value"
    )


def _lines(title: str, rows: pd.DataFrame, *, point: bool = False) -> alt.Chart:
    return _chart(title, rows).mark_line(strokeWidth=1.6, point=point).encode(color=_colour(rows, tuple(_COLOURS)))


def _bars(title: str, rows: pd.DataFrame, colours: tuple[str, ...] = tuple(_COLOURS)) -> alt.Chart:
    return _chart(title, rows).mark_bar(size=3).encode(color=_colour(rows, colours))


def _chart(title: str, rows: pd.DataFrame) -> alt.Chart:
    base = alt.Chart(rows, title=alt.Title(title, anchor="start", color=theme.INK), width=_WIDTH, height=_HEIGHT)
    return base.encode(x=alt.X("date:T", title=None, axis=alt.Axis(format="%d %b")), y=alt.Y("value:Q", title=None))


def _colour(rows: pd.DataFrame, colours: tuple[str, ...]) -> alt.Color:
    names = list(dict.fromkeys(rows["figure"]))
    scale = alt.Scale(domain=names, range=list(colours[: len(names)]))
    words = "replace(datum.label, /_/g, ' ')"
    return alt.Color("figure:N", scale=scale, legend=alt.Legend(title=None, orient="bottom", labelExpr=words))


def _page(title: str, cards: dict[str, str], *charts: alt.Chart) -> alt.TopLevelMixin:
    width = (2 * _WIDTH + 40) // len(cards)
    row = alt.hconcat(*(_card(name, value, width) for name, value in cards.items()), spacing=10)
    pair = alt.hconcat(*charts, spacing=20).resolve_scale(color="independent")
    return alt.vconcat(row, pair, title=alt.Title(title, anchor="start", fontSize=20, color=theme.INK))


def _card(name: str, value: str, width: int) -> alt.LayerChart:
    base = alt.Chart(pd.DataFrame([{"name": name, "value": value}]), width=width, height=56)
    return base.mark_text(dy=-8, fontSize=20, color=theme.INK).encode(text="value") + base.mark_text(
        dy=16, fontSize=11, color=theme.MUTED
    ).encode(text="name")


if __name__ == "__main__":
    main(sys.argv[1])
