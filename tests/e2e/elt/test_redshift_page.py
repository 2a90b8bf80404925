"""The commands that docs/redshift.md begins with do what it says, on the stand-in, over TLS."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from redshift.stand_in import PASSWORD
from redshift_fixtures import Redshift

import hospital_sim as hs
from elt.lake.lake import Lake
from elt.staging import stage
from hospital_sim.storage import open_store

pytestmark = pytest.mark.e2e

PAGE = Path(__file__).parents[3] / "docs" / "redshift.md"


def commands(redshift: Redshift, lake: str) -> str:
    """Return the first block of the page, with a lake and a server that are there."""
    found = re.search(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    text = (
        found[1]
        .replace("s3://bucket/lake", lake)
        .replace("cluster.example:5439", f"localhost:{redshift.only_stand_in.port}")
    )
    return text.replace("REDSHIFT_PASSWORD=...", f"REDSHIFT_PASSWORD='{PASSWORD}'")


def assert_every_page_finds_what_it_needs(report: Path) -> None:
    """Look for each page of the report, and for all that one of them links to or loads."""
    assert {page.name for page in report.glob("*.html")} >= {"index.html", "waiting.html", "beds.html", "trust.html"}
    for page in report.glob("*.html"):
        named = re.findall(r'(?:src|href)="([^"#:]+)"', page.read_text(encoding="utf-8"))
        assert any(name.endswith(".js") for name in named), page
        assert [name for name in named if not (report / name).is_file()] == [], page


def test_the_commands_of_the_page_take_a_lake_to_a_report(redshift: Redshift, tmp_path: Path) -> None:
    lake = open_store(redshift.new_lake())
    hs.load("small").simulate("2024-01-01", "2024-01-31", seed=5, sink=f"{lake.url}/raw")
    stage(Lake(lake))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands(redshift, lake.url)],
        cwd=tmp_path,
        # The unit tests of the models bring their own rows; other tests run them.
        env={**os.environ, "SSL_CERT_FILE": str(redshift.authority), "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    assert "wait_hours_p90" in done.stdout
    assert_every_page_finds_what_it_needs(tmp_path / "report")
    model = (tmp_path / "powerbi" / "hospital.SemanticModel" / "definition" / "expressions.tmdl").read_text()
    assert "AmazonRedshift.Database" in model
    redshift.drop("hospital")


def test_the_pages_lake_on_this_machine_is_refused_in_one_line(redshift: Redshift, tmp_path: Path) -> None:
    hs.load("small").simulate("2024-01-01", "2024-01-02", seed=5, sink=tmp_path / "lake" / "raw")
    stage(Lake(open_store(str(tmp_path / "lake"))))
    command = ["hospital-elt", "load", "--json", "--lake", "lake", "--warehouse", redshift.dsn, "--prefix", "nothing"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) <= 2
    assert "hospital-elt copy" in done.stderr
    assert json.loads(done.stdout or "null") is None or "error" in json.loads(done.stdout)
