"""Write docs/warehouse-tables.md from the descriptions of the dbt models: python docs/warehouse_tables.py."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

PAGE = Path(__file__).with_name("warehouse-tables.md")
MODELS = Path(__file__).parents[1] / "elt" / "models" / "models"

_INTRODUCTION = """\
# Tables of the warehouse

The tables after `hospital-elt build`. `docs/warehouse_tables.py` writes this page from the descriptions beside the
models in `elt/models`; change them there.

Hours and days are unrounded, rates are fractions, percentiles are exact with linear interpolation. A count is a 64-bit
integer and a measure a 64-bit float; a label is a text with few values, a flag is true or false, an instant a UTC
timestamp. An *optional* value may be null.
"""
_SCHEMAS = {
    "staging": ("stg_wrong", "stg_wrong", "## hospital_staging\n\nEvents that are set aside, and why.\n"),
    "curated": ("fact", "dim", "## hospital_curated\n\nThe star schema: facts and their dimensions.\n"),
    "marts": ("mart", "mart", "## hospital_marts\n\nTables for questions and pages.\n"),
}


def page() -> str:
    """Return the text of the page."""
    parts = [_INTRODUCTION]
    for folder, (first, second, heading) in _SCHEMAS.items():
        names = sorted(MODELS.glob(f"{folder}/{first}_*.yml")) + sorted(MODELS.glob(f"{folder}/{second}_*.yml"))
        parts += [heading, *(line for name in dict.fromkeys(names) for line in _table(name))]
    return "\n".join(parts)


def _table(described: Path) -> Iterator[str]:
    (model,) = yaml.safe_load(described.read_text(encoding="utf-8"))["models"]
    yield f"### {model['name']}\n\n{model['description']}\n"
    yield "| column | type | meaning |\n|---|---|---|"
    for column in model["columns"]:
        yield f"| `{column['name']}` | {_type(column['data_type'])} | {column['description'].strip()} |"
    yield ""


def _type(written: str) -> str:
    """Return the kind of value in a type such as ``{{ var('optional_measure')[target.type] }}``."""
    named = re.search(r"var\('(\w+)'\)", written)
    return named[1].replace("_", " ") if named else f"`{written}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
