"""The commands that docs/redshift.md begins with do what it says, on the stand-in, over TLS."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from command_lines import call
from redshift.stand_in import PASSWORD
from redshift_fixtures import Redshift

import hospital_sim as hs
from elt.lake.copy import copy_lake
from elt.lake.lake import Lake
from elt.report.page import PAGES
from elt.staging import stage
from hospital_sim.storage import open_store

pytestmark = pytest.mark.e2e

PAGE = Path(__file__).parents[3] / "docs" / "redshift.md"


def test_the_commands_of_the_page_take_a_lake_in_s3_to_a_report(redshift: Redshift, tmp_path: Path) -> None:
    lake = open_store(redshift.new_lake())
    hs.load("small").simulate("2024-01-01", "2024-01-31", seed=5, sink=f"{lake.url}/raw")
    stage(Lake(lake))
    block = re.search(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    commands = block[1].replace("s3://bucket/lake", lake.url).replace("PASSWORD=...", f"PASSWORD='{PASSWORD}'")
    commands = commands.replace("cluster.example:5439", f"localhost:{redshift.only_stand_in.port}")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
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
    assert {page.file for page in PAGES} <= {path.name for path in (tmp_path / "report").iterdir()}
    model = (tmp_path / "powerbi" / "hospital.SemanticModel" / "definition" / "expressions.tmdl").read_text()
    assert "AmazonRedshift.Database" in model
    redshift.drop("hospital")
    copy_lake(Lake(lake), open_store(str(tmp_path / "lake")))
    command = ["load", "--json", "--lake", str(tmp_path / "lake"), "--warehouse", redshift.dsn, "--prefix", "nothing"]
    refused = call("hospital-elt", *command)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) <= 2
    assert "hospital-elt copy" in refused.stderr
