"""A build says in words what Redshift and dbt report as a number."""

import json
from pathlib import Path

import pytest

from elt.build.run import _first_lines, _summary

pytestmark = pytest.mark.unit

CONFLICT = "another load or build writes into the warehouse at the same time; build again when that has ended"
REPORTED = "Database Error in model dim_date (models/curated/dim_date.sql)\n  {}\n  compiled code at dim_date.sql"


@pytest.mark.parametrize(
    "error", ["1023", "1018", "could not complete because of conflict with concurrent transaction"]
)
def test_a_conflict_of_two_writers_says_so_and_to_build_again(tmp_path: Path, error: str) -> None:
    def failed(error: str) -> tuple[str, ...]:
        result = {"unique_id": "model.hospital.dim_date", "status": "error", "message": REPORTED.format(error)}
        (tmp_path / "results.json").write_text(json.dumps({"results": [result]}))
        return _summary(tmp_path / "results.json", 1.0).models_failed

    assert failed(error) == (f"dim_date: {CONFLICT}",)
    [other] = failed("column 1023 does not exist")
    assert other.endswith("(models/curated/dim_date.sql) column 1023 does not exist compiled code at dim_date.sql")
    assert _first_lines(["Encountered an error:", REPORTED.format(error)]) == CONFLICT
