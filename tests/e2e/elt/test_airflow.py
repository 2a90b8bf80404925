"""The DAG of the page on Airflow, as a user copies it, read by Airflow; its commands run as Airflow renders them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_server import quick_path
from pages import blocks

# In long runs alone, because Airflow is no dependency of the tests: it has to be installed beside them.
pytestmark = [pytest.mark.e2e, pytest.mark.soak]

READ = """
import json, sys
from datetime import UTC, datetime
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.encoders import coerce_to_core_timetable
bag = DagBag(sys.argv[1])
assert not bag.import_errors, bag.import_errors
dag = bag.dags["hospital_night"]
timetable = coerce_to_core_timetable(dag.timetable)
night = timetable.infer_manual_data_interval(run_after=datetime(2024, 2, 5, 1, 20, tzinfo=UTC))
following, templates, commands = dag.roots, dag.get_template_env(), []
while following:
    (task,) = following
    commands.append(templates.from_string(task.bash_command).render(data_interval_start=night.start))
    following = task.downstream_list
print(json.dumps([dag.catchup, dag.max_active_runs, commands]))
"""


def test_the_tasks_of_a_night_append_the_day_that_has_ended_and_make_its_report(tmp_path: Path) -> None:
    pytest.importorskip("airflow")
    (file,) = (block for block in blocks("docs/how-to/airflow.md") if block.file)
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / file.file).write_text(file.text, encoding="utf-8")
    variables = {"AIRFLOW_HOME": str(tmp_path / "airflow"), "HOSPITAL_HOME": str(tmp_path), "PATH": quick_path()}
    environment = os.environ | variables | {"DBT_EXCLUDE_RESOURCE_TYPES": "test"}

    command = [sys.executable, "-c", READ, str(dags)]
    read = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    catchup, most_runs, commands = json.loads(read.stdout.splitlines()[-1])

    assert (catchup, most_runs) == (False, 1)
    assert [command.split()[1] for command in commands] == ["simulate", "stage", "load", "build", "check", "report"]
    assert "--end 2024-02-04 --resume" in commands[0]
    for command in commands:
        subprocess.run(["bash", "-c", command], env=environment, check=True)
    assert (tmp_path / "report" / "index.html").is_file()
