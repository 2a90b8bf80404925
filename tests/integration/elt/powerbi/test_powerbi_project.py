"""The Power BI project of a warehouse and its command: the files, and the faults that stop it."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from command_lines import call
from powerbi_model import awkward_model
from powerbi_optional import PARSER, SCHEMAS, needs, parsed, schema_errors
from st_brides import FIRST, NAME, WholeRun

from elt.powerbi import write_powerbi
from elt.powerbi.checks.data_checks import warehouse_problems
from elt.powerbi.files.tmdl import model_files
from elt.powerbi.model.connection import Connection, Connector
from elt.powerbi.model.power_query import expressions
from elt.powerbi.model.semantic_model import Column, DataType, Relationship, SemanticModel
from elt.powerbi.model.tables_and_relationships import HOSPITAL, HOSPITALS
from elt.powerbi.project import MODEL_FOLDER, REPORT_FOLDER, semantic_model
from elt.warehouse import open_warehouse

pytestmark = pytest.mark.integration

COMPARED = ("dim_department", "dim_patient", "fact_admissions", "mart_bed_utilisation")


@pytest.fixture(scope="module")
def project(st_brides: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    write_powerbi(st_brides.dsn, folder)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changed(model: SemanticModel, table: str, column: str, **values: object) -> SemanticModel:
    def column_of(old: Column) -> Column:
        return replace(old, **values) if old.name == column else old  # type: ignore[arg-type]

    tables = tuple(
        replace(old, columns=tuple(map(column_of, old.columns))) if old.name == table else old for old in model.tables
    )
    assert tables != model.tables
    return replace(model, tables=tables)


def test_the_command_writes_the_same_bytes_in_place_of_an_older_project(
    st_brides: WholeRun, project: Path, tmp_path: Path
) -> None:
    old_page = tmp_path / REPORT_FOLDER / "definition" / "pages" / "old" / "page.json"
    settings = tmp_path / REPORT_FOLDER / ".pbi" / "localSettings.json"
    for path in (old_page, settings):
        path.parent.mkdir(parents=True)
        path.write_text("{}")

    # The folder of the data is written into the project, so it is that of the first.
    words = ["--out", str(tmp_path), "--data-folder", str((project / "data").absolute()), "--json"]
    done = call("hospital-elt", "powerbi", "--warehouse", st_brides.dsn, *words)

    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["project"] == str(tmp_path / "hospital.pbip")
    assert (summary["pages"], summary["connector"]) == (5, "parquet")
    assert summary["parquet_files"] == len(list((tmp_path / "data").iterdir()))
    written = files(tmp_path)
    assert written.pop(settings.relative_to(tmp_path).as_posix()) == b"{}"
    assert written == files(project)
    assert not old_page.parent.exists()


def test_the_command_refuses_a_mart_with_a_row_twice(st_brides: WholeRun, tmp_path: Path) -> None:
    shutil.copytree(st_brides.folder / "warehouse", tmp_path / "warehouse", symlinks=True)
    mart = "hospital_marts.mart_bed_utilisation"
    with open_warehouse(f"chdb://{tmp_path}/warehouse") as warehouse:
        warehouse.execute(f"INSERT INTO {mart} SELECT * FROM {mart} WHERE date = '{FIRST}' AND department_id = 'acute'")

    done = call("hospital-elt", "powerbi", "--warehouse", f"chdb://{tmp_path}/warehouse", "--out", f"{tmp_path}/out")

    assert (done.returncode, done.stdout, (tmp_path / "out").exists()) == (1, "", False)
    key = f"hospital_id, department_id, date, such as st_brides, acute, {FIRST}"
    assert f"no Power BI project: {mart} has several rows of one {key}; run hospital-elt build" in done.stderr


def test_another_place_to_read_from_changes_only_the_parameters(
    st_brides: WholeRun, project: Path, tmp_path: Path
) -> None:
    summary = write_powerbi(st_brides.dsn, tmp_path, connect="clickhouse://db.example:8443/")

    written = files(tmp_path)
    embedded = {path: content for path, content in files(project).items() if not path.startswith("data/")}
    expressions, order = (f"{MODEL_FOLDER}/definition/{name}.tmdl" for name in ("expressions", "model"))
    text = written[expressions].decode()
    assert summary.parquet_files == 0
    assert written.keys() == embedded.keys()
    assert not any(b"St Bride" in content or b"front]" in content for content in embedded.values())
    assert {path for path in embedded if embedded[path] != written[path]} == {expressions, order}
    assert 'expression Host = "db.example"' in text
    assert "expression Port = 8443" in text
    assert "ClickHouse.Database(Host, Port, Schema)" in text


def test_the_parquet_files_hold_the_rows_of_the_warehouse_in_utc(project: Path, st_brides: WholeRun) -> None:
    paths = sorted((project / "data").iterdir())
    assert len(paths) >= 15
    with open_warehouse(st_brides.dsn) as warehouse:
        for path in paths:
            table = path.name.removesuffix(".parquet")
            (counted,) = warehouse.query(f"SELECT count(*) AS n FROM hospital_{table}").to_pylist()
            assert pq.read_metadata(path).num_rows == counted["n"], path.name
        first = warehouse.query("SELECT min(admitted_at) AS at FROM hospital_curated.fact_admissions").to_pylist()
    admissions = pq.read_table(project / "data" / "curated.fact_admissions.parquet")
    assert str(admissions.schema.field("admitted_at").type) == "timestamp[us]"
    assert str(admissions.schema.field("admitted_on").type) == "date32[day]"
    assert min(admissions["admitted_at"].to_pylist()) == first[0]["at"].replace(tzinfo=None)
    assert pq.read_table(project / "data" / "curated.dim_hospital.parquet")["hospital_name"].to_pylist() == [NAME]


@needs(SCHEMAS)
def test_every_file_matches_the_published_schema(project: Path, tmp_path: Path) -> None:
    assert schema_errors(project) == []
    broken = tmp_path / "broken"
    shutil.copytree(project, broken)
    page = next(broken.rglob("page.json"))
    content = json.loads(page.read_text())
    del content["displayName"]
    page.write_text(json.dumps(content))
    assert [error for error in schema_errors(broken) if "displayName" in error]


@needs(PARSER)
def test_the_model_and_awkward_names_load_in_the_parser_of_microsoft(
    project: Path, st_brides: WholeRun, tmp_path: Path
) -> None:
    with open_warehouse(st_brides.dsn) as warehouse:
        model = semantic_model(warehouse)
    awkward = awkward_model()
    for path, text in model_files(awkward, expressions(Connection(Connector.PARQUET, folder="C:\\data"), "h")).items():
        (tmp_path / "awkward" / "definition" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "awkward" / "definition" / path).write_text(text)
    for folder, expected in ((project / MODEL_FOLDER, model), (tmp_path / "awkward", awkward)):
        loaded = parsed(folder)
        counts = [loaded.get(name) for name in ("tablesLoaded", "measuresLoaded", "relationshipsLoaded")]
        assert counts == [len(expected.tables), len(expected.measures), len(expected.relationships)], loaded["said"]
    shutil.copytree(project / MODEL_FOLDER, tmp_path / "broken")
    table = tmp_path / "broken" / "definition" / "tables" / "hospital.tmdl"
    table.write_text(table.read_text().replace("dataType: string", "dataType: strong"))
    assert "tablesLoaded" not in parsed(tmp_path / "broken")


def test_the_model_describes_every_column_and_differences_to_the_warehouse_are_named(st_brides: WholeRun) -> None:
    with open_warehouse(st_brides.dsn) as warehouse:
        whole = semantic_model(warehouse)
        rows = warehouse.query(
            "SELECT table, name FROM system.columns WHERE database IN ('hospital_curated', 'hospital_marts') "
            "AND (table LIKE 'fact%' OR table LIKE 'dim%' OR table LIKE 'mart%')"
        ).to_pylist()
        assert len(rows) > 100
        named = {HOSPITALS: HOSPITAL}
        columns = {(table, name): whole.column(named.get(table, table), name) for table, name in map(dict.values, rows)}
        assert [name for name, column in columns.items() if column is None or not column.description] == []
        # Fewer tables are compared sooner.
        model = SemanticModel(
            tuple(table for table in whole.tables if table.name in COMPARED),
            tuple(link for link in whole.relationships if {link.from_table, link.to_table} <= {*COMPARED}),
        )
        crossed = Relationship("fact_admissions", "patient_key", "dim_department", "department_key")

        assert list(warehouse_problems(model, warehouse)) == []
        for wrong, expected in (
            (
                changed(model, "mart_bed_utilisation", "beds", data_type=DataType.STRING),
                r"hospital_marts\.mart_bed_utilisation\.beds is int64 in the warehouse, but string in the model",
            ),
            (changed(model, "dim_patient", "birth_date", day=False), r"\S*birth_date is date32.*"),
            (
                changed(model, "fact_admissions", "wait_hours", name="wait_days"),
                r"hospital_curated\.fact_admissions has no column wait_days",
            ),
            (
                replace(model, relationships=(*model.relationships, crossed)),
                r"relationship fact_admissions\.patient_key -> .*: \d+ values have no row in dim_department",
            ),
            (
                changed(model, "dim_patient", "sex", key=True),
                r"hospital_curated\.dim_patient has several rows of one sex, such as female",
            ),
        ):
            problems = "\n".join(warehouse_problems(wrong, warehouse))
            assert re.fullmatch(expected, problems), problems
