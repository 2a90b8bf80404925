"""Write docs/lineage.md and docs/images/lineage.svg from what dbt lists: python docs/lineage.py."""

import json
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).parent
PAGE = DOCS / "lineage.md"
PICTURE = DOCS / "images" / "lineage.svg"
MODELS = DOCS.parent / "elt" / "models"

ROW, COLUMN, WIDTH, BOX = 34, 232, 188, 22
TOP, LEFT = 44, 12
COLOURS = {
    "raw": "#e7e7e4",
    "staging": "#dce8f5",
    "record": "#e7e7e4",
    "curated": "#dff0e3",
    "intermediate": "#efe3f5",
    "marts": "#fbe8cf",
}
HEADS = ("raw", "staging", "curated", "intermediate", "marts")
"""Places in the picture, from left to right; without the record of builds, which most tables read."""

_INTRODUCTION = """\
# Lineage

The tables that each table is built from. `docs/lineage.py` writes this page and its picture from the manifest of the
dbt project in `elt/models`, which has the SQL of each model under its name. Click the picture to enlarge it.

[![Lineage of the tables, from raw to marts](images/lineage.svg)](images/lineage.svg)
"""


class Node(NamedTuple):
    """A table or a view: its name, its schema or folder, and the names of its parents."""

    name: str
    place: str
    parents: tuple[str, ...]


def tables() -> dict[str, Node]:
    """Return the sources and models of the dbt project, by name, as dbt lists them."""
    with tempfile.TemporaryDirectory() as folder:
        keys = ("unique_id", "name", "resource_type", "fqn", "depends_on")
        kinds = ("--resource-type", "source", "--resource-type", "model", "--output", "json", "--output-keys", *keys)
        places = ("--project-dir", str(MODELS), "--profiles-dir", str(MODELS), "--target-path", folder)
        command = [Path(sys.executable).with_name("dbt"), "--quiet", "--log-path", folder, "ls", *kinds, *places]
        listed = subprocess.run(command, check=True, cwd=folder, capture_output=True, text=True).stdout
    entries = {entry["unique_id"]: entry for entry in map(json.loads, listed.splitlines())}
    return {
        entry["name"]: Node(
            entry["name"],
            "raw" if entry["resource_type"] == "source" else entry["fqn"][1],
            tuple(
                sorted(
                    entries[parent]["name"]
                    for parent in entry.get("depends_on", {}).get("nodes", ())
                    if parent in entries
                )
            ),
        )
        for _, entry in sorted(entries.items())
    }


def columns_of(nodes: dict[str, Node]) -> list[list[str]]:
    """Return the names in columns, from raw tables to marts, each near its parents."""
    columns: list[list[str]] = [[] for _ in HEADS]
    for name, node in nodes.items():
        columns[HEADS.index(node.place)].append(name)
    place = {name: float(row) for names in columns for row, name in enumerate(names)}
    children = {name: [node.name for node in nodes.values() if name in node.parents] for name in nodes}
    for _ in range(8):
        for near in ({name: list(node.parents) for name, node in nodes.items()}, children):
            for names in columns:
                names.sort(
                    key=lambda name: (
                        _mean([place[other] for other in near[name] if other in place], place[name]),
                        name,
                    )
                )
                place.update({name: row - len(names) / 2 for row, name in enumerate(names)})
    return columns


def picture(nodes: dict[str, Node]) -> str:
    """Return the lineage as a self-contained SVG."""
    nodes = {name: node for name, node in nodes.items() if node.place != "record" and "loaded_file" not in name}
    columns = columns_of(nodes)
    tallest = max(map(len, columns))
    x = {name: LEFT + COLUMN * number for number, names in enumerate(columns) for name in names}
    y: dict[str, float] = {}
    for names in columns:
        apart = ROW * tallest / len(names)
        y |= {name: TOP + apart * (row + 0.5) for row, name in enumerate(names)}
    width, height = LEFT * 2 + COLUMN * (len(columns) - 1) + WIDTH + 30, TOP + ROW * tallest + 8
    lines = [
        _line(x[parent] + WIDTH, y[parent], x[name] if x[name] > x[parent] else x[name] + WIDTH, y[name])
        for name, node in nodes.items()
        for parent in node.parents
        if parent in nodes
    ]
    boxes = [
        f'<rect x="{x[name]}" y="{y[name] - BOX / 2:g}" width="{WIDTH}" height="{BOX}" rx="4" '
        f'fill="{COLOURS[node.place]}"/>'
        f'<text x="{x[name] + 8}" y="{y[name] + 4:g}">{escape(name)}</text>'
        for name, node in nodes.items()
    ]
    key = [f'<text x="{LEFT + COLUMN * n}" y="22" font-weight="bold">{head}</text>' for n, head in enumerate(HEADS)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Arial, Helvetica, sans-serif" font-size="12" role="img">'
    )
    return "\n".join(
        [
            head,
            "<title>Lineage of the warehouse</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            '<g fill="none" stroke="#8494a5" stroke-width="1">',
            *lines,
            "</g>",
            *boxes,
            *key,
            "</svg>\n",
        ]
    )


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    """Draw a curve from the right of a table to the left of another; to its right if it is not in a later column."""
    bend = 30 if to_x > x else -30
    return f'<path d="M{x:g} {y:g} C{x + 30:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}"/>'


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def page(nodes: dict[str, Node] | None = None) -> str:
    """Return the text of the page."""
    nodes = tables() if nodes is None else nodes
    parts = [_INTRODUCTION]
    for place in dict.fromkeys(sorted((node.place for node in nodes.values()), key=[*COLOURS].index)):
        parts += [f"## {place}\n", "| table | built from | used by |\n|---|---|---|"]
        for name, node in sorted(nodes.items()):
            if node.place == place:
                into = [other.name for other in nodes.values() if name in other.parents]
                parts.append(f"| {_named(name)} | {_list(node.parents)} | {_list(into)} |")
        parts.append("")
    return "\n".join(parts)


def _named(name: str) -> str:
    is_described = name.startswith(("fact_", "dim_", "mart_"))
    return f"[`{name}`](warehouse-tables.md#{name})" if is_described else f"`{name}`"


def _list(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


if __name__ == "__main__":
    tables = tables()
    PAGE.write_text(page(tables), encoding="utf-8")
    PICTURE.write_text(picture(tables), encoding="utf-8")
