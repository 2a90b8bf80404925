"""A warehouse for the tests of Power BI: two departments, outliers, and names that need quoting."""

from pathlib import Path

import pytest
from warehouse_tables import run_models

import hospital_sim as hs
from elt.lake.lake import Lake
from elt.load.run import load
from elt.quality import check
from elt.staging import stage
from elt.warehouse import open_warehouse

HOSPITAL = """
id = "st_brides"
name = '''St Bride's [and] "Sons"'''
warmup_days = 30

[[department]]
id = "acute"
name = '''Acute's "[front] door"'''
treatment_function_code = "300"
beds = 9
max_stay_days = 6
target_occupancy = 0.93
overflow = {after_hours = 6, to = ["surgery"]}

[[department]]
id = "surgery"
name = "Surgery"
treatment_function_code = "100"
beds = 8
max_stay_days = 30
target_occupancy = 0.85
"""


@pytest.fixture(scope="session")
def powerbi_warehouse(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The DSN of a warehouse with every mart; its checks have run. No test changes it."""
    folder = tmp_path_factory.mktemp("powerbi")
    (folder / "hospital.toml").write_text(HOSPITAL)
    lake, dsn = str(folder / "lake"), f"chdb://{folder}/warehouse"
    hs.load(folder / "hospital.toml").simulate("2024-01-10", "2024-03-05", seed=5, sink=Path(lake) / "raw")
    opened = Lake.open(lake)
    stage(opened)
    load(opened, dsn)
    run_models(dsn)
    with open_warehouse(dsn) as warehouse:
        check(opened, warehouse)
    return dsn
