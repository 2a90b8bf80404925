"""One run of a small hospital from its events to its report, for tests that only read: two departments, patients in the
beds of the other one, and names that need quoting everywhere."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from command_lines import Done
from command_server import quick_path

NAME = """<b>St Bride's [and] "Sons"</b></script>"""
DEPARTMENT = f"=1+1 {NAME}"
FIRST, LAST = date(2024, 1, 10), date(2024, 3, 5)
HOSPITAL = f"""
id = "st_brides"
name = '''{NAME}'''
warmup_days = 30

[[department]]
id = "acute"
name = '''{DEPARTMENT}'''
treatment_function_code = "300"
beds = 9
max_stay_days = 6
target_occupancy = 0.93
overflow = {{after_hours = 6, to = ["surgery"]}}

[[department]]
id = "surgery"
name = "Surgery"
treatment_function_code = "100"
beds = 8
max_stay_days = 30
target_occupancy = 0.85
"""


class WholeRun(NamedTuple):
    """A folder with a lake, a warehouse and a report, all made by ``hospital-elt run``, and the end of the command."""

    folder: Path
    done: Done

    @property
    def lake(self) -> str:
        """URL of the lake."""
        return str(self.folder / "lake")

    @property
    def dsn(self) -> str:
        """DSN of the warehouse."""
        return f"chdb://{self.folder}/warehouse"

    @property
    def words(self) -> list[str]:
        """Words of the command that completes this folder."""
        period = ["--start", f"{FIRST}", "--end", f"{LAST}", "--seed", "5"]
        places = ["--lake", self.lake, "--warehouse", self.dsn, "--report", f"{self.folder}/report"]
        return ["run", f"{self.folder}/hospital.toml", *period, *places]

    def copy(self, folder: Path) -> "WholeRun":
        """Return a copy, for a test that changes it; with its links, because those of chDB point into its folder."""
        return WholeRun(Path(shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)), self.done)


def _run(folder: Path) -> None:
    (folder / "hospital.toml").write_text(HOSPITAL)
    command = ["hospital-elt", *WholeRun(folder, Done(0, "", "")).words]
    environment = os.environ | {"PATH": quick_path(), "COLUMNS": "80"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    (folder / "done.json").write_text(json.dumps([done.returncode, done.stdout, done.stderr]))


@pytest.fixture(scope="session")
def st_brides(
    built_once: Callable[[str, Callable[[Path], object]], Path], tmp_path_factory: pytest.TempPathFactory
) -> WholeRun:
    """This worker's own copy, because only one process can open a warehouse. No test changes it."""
    folder = built_once("st_brides", _run)
    done = Done(*json.loads((folder / "done.json").read_text()))
    return WholeRun(folder, done).copy(tmp_path_factory.mktemp("st_brides"))
