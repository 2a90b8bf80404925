"""The derived model has no faults, and the checks find faults that are planted in it."""

import subprocess
import sys
from dataclasses import replace

import pytest
import yaml

from elt.powerbi.checks.model_checks import model_problems
from elt.powerbi.files.tmdl import table_text
from elt.powerbi.model.descriptions import MODELS, UndescribedError, _model, described_tables
from elt.powerbi.model.formulas import Condition, Leaf, Role
from elt.powerbi.model.measures import measures
from elt.powerbi.model.semantic_model import Column, DataType, Relationship, SemanticModel
from elt.powerbi.model.tables_and_relationships import KEY_FIGURES, model_relationships, model_tables

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def model() -> SemanticModel:
    described = described_tables()
    return SemanticModel(model_tables(described), model_relationships(described), measures())


def add_link(model: SemanticModel, *more: Relationship) -> SemanticModel:
    return replace(model, relationships=(*model.relationships, *more))


def add_measure(model: SemanticModel, formula: Leaf, name: str = "Planted") -> SemanticModel:
    planted = replace(model.measures[0], name=name, formula=formula)
    return replace(model, measures=(*model.measures, planted))


def test_the_derived_model_has_no_faults(model: SemanticModel) -> None:
    assert model_problems(model) == []
    assert len(model.measures) > 50


def test_facts_refer_to_their_dates_and_one_of_them_is_active(model: SemanticModel) -> None:
    dates = {
        (link.from_table, link.from_column): link.active
        for link in model.relationships
        if link.to_table == "dim_date" and link.from_table.startswith("fact_")
    }
    assert dates == {
        ("fact_admissions", "requested_on"): False,
        ("fact_admissions", "admitted_on"): True,
        ("fact_discharges", "admitted_on"): False,
        ("fact_discharges", "discharge_ready_on"): False,
        ("fact_discharges", "discharged_on"): True,
        ("fact_waiting_list", "snapshot_date"): True,
        ("fact_waiting_list", "requested_on"): False,
        ("fact_department_occupancy", "snapshot_date"): True,
    }


def test_keys_are_hidden_and_the_calendar_is_marked(model: SemanticModel) -> None:
    keys = [column for table in model.tables for column in table.columns if column.name.endswith(("_key", "_id"))]
    assert [column.name for column in keys if not column.hidden] == []
    calendar = model.table("dim_date")
    assert calendar is not None
    text = table_text(model, calendar)
    assert "\tdataCategory: Time\n" in text
    assert "\tcolumn date\n\t\tdataType: dateTime\n\t\tisKey\n" in text
    assert "\t\tsortByColumn: month_number\n" in text


def test_choices_filter_every_fact_and_mart(model: SemanticModel) -> None:
    active = [(link.to_table, link.from_table) for link in model.relationships if link.active]

    def reached(start: str) -> set[str]:
        tables = {start}
        while more := {end for begin, end in active if begin in tables} - tables:
            tables |= more
        return tables

    facts = {table.name for table in model.tables if table.name.startswith(("fact_", "mart_"))}
    validation, periods = {"mart_pressure_validation"}, {"mart_waiting_times", "mart_waiting_by_period"}
    profile, whole = {"mart_flow_profile"}, {"mart_pressure_index", "mart_waiting_by_period"}
    assert facts - reached("hospital") == validation
    assert facts - reached("department") == validation | whole
    assert facts - reached("dim_date") == validation | periods | profile


class TestPlantedFaults:
    def test_a_relationship_to_a_missing_table_is_refused(self, model: SemanticModel) -> None:
        wrong = add_link(model, Relationship("fact_admissions", "patient_key", "dim_patients", "patient_key"))
        (problem,) = model_problems(wrong)
        assert problem.endswith("-> dim_patients.patient_key: there is no column dim_patients.patient_key")

    def test_a_relationship_of_two_types_is_refused(self, model: SemanticModel) -> None:
        wrong = add_link(model, Relationship("mart_pressure_index", "level", "hospital", "hospital_id", active=False))
        (problem,) = model_problems(wrong)
        assert "joins int64 with string" in problem

    def test_a_time_does_not_join_a_date(self, model: SemanticModel) -> None:
        wrong = add_link(model, Relationship("fact_admissions", "admitted_at", "dim_date", "date", active=False))
        (problem,) = model_problems(wrong)
        assert "joins dateTime with dateTime" in problem

    def test_a_relationship_to_another_column_than_the_key_is_refused(self, model: SemanticModel) -> None:
        wrong = add_link(
            model, Relationship("fact_admissions", "patient_id", "dim_patient", "patient_id", active=False)
        )
        (problem,) = model_problems(wrong)
        assert "patient_id is not the key of dim_patient" in problem

    def test_two_paths_for_filters_are_refused(self, model: SemanticModel) -> None:
        wrong = add_link(model, Relationship("mart_long_stays", "hospital_id", "hospital", "hospital_id"))
        (problem,) = model_problems(wrong)
        assert problem.startswith("filters of hospital reach mart_long_stays in 2 ways")

    def test_two_active_dates_of_one_fact_are_refused(self, model: SemanticModel) -> None:
        active = tuple(replace(link, active=True) for link in model.relationships)
        problems = model_problems(replace(model, relationships=active))
        assert any("active relationships from fact_discharges to dim_date" in problem for problem in problems)

    @pytest.mark.parametrize(
        ("formula", "message"),
        [
            (Leaf("sum", "mart_bed_utilization", "beds"), "no table 'mart_bed_utilization'"),
            (Leaf("sum", "mart_bed_utilisation", "bedz"), "no column mart_bed_utilisation.bedz"),
            (Leaf("sum", "fact_admissions", "admission_method"), "is string, not a number"),
            (Leaf("count", "fact_admissions", where=(Condition("was_seen", "=", value=True),)), "no column"),
            (Leaf("count", "fact_admissions", roles=(Role("admitted_at", "dim_date", "date"),)), "no relationship"),
        ],
    )
    def test_a_measure_of_a_wrong_column_is_refused(self, model: SemanticModel, formula: Leaf, message: str) -> None:
        problems = model_problems(add_measure(model, formula))
        assert all(problem.startswith("measure 'Planted': ") for problem in problems)
        assert message in problems[0]

    def test_a_calculated_column_of_a_missing_column_is_refused(self, model: SemanticModel) -> None:
        def misspelt(column: Column) -> Column:
            return replace(
                column, dax=column.dax.replace("'mart_bed_utilisation'[beds]", "'mart_bed_utilisation'[bed]")
            )

        tables = tuple(replace(table, columns=tuple(map(misspelt, table.columns))) for table in model.tables)
        assert model_problems(replace(model, tables=tables)) == [
            "fact_admissions.is_observed: its DAX names mart_bed_utilisation[bed], which does not exist"
        ]

    @pytest.mark.parametrize("name", ["", "wait p90", "Figure", "two\nlines"])
    def test_a_missing_or_repeated_name_is_refused(self, model: SemanticModel, name: str) -> None:
        assert model_problems(add_measure(model, Leaf("count", "fact_admissions"), name)) != []

    def test_a_measure_without_a_table_is_refused(self, model: SemanticModel) -> None:
        wrong = replace(model, tables=tuple(table for table in model.tables if table.name != KEY_FIGURES))
        assert any("there is no table 'Key figures' to list it in" in problem for problem in model_problems(wrong))

    def test_a_model_without_a_marked_calendar_is_refused(self, model: SemanticModel) -> None:
        unmarked = tuple(replace(table, is_date_table=False) for table in model.tables)
        assert model_problems(replace(model, tables=unmarked)) == ["0 tables are marked as the calendar; one must be"]

    def test_sorting_by_a_missing_column_is_refused(self, model: SemanticModel) -> None:
        tables = tuple(
            replace(table, columns=tuple(column for column in table.columns if column.name != "month_number"))
            for table in model.tables
        )
        assert model_problems(replace(model, tables=tables)) == [
            "dim_date.month_name: is sorted by 'month_number', which is not in the table"
        ]

    def test_an_unknown_type_is_named_in_the_error(self) -> None:
        column = {"name": "beds", "data_type": "{{ var('tally')[target.type] }}"}
        with pytest.raises(UndescribedError, match=r"mart_new.beds: the type .*tally"):
            _model("marts", {"name": "mart_new", "columns": [column]})


CHANGED_FIELD = """
from typing import Annotated
import msgspec
from hospital_sim import events

ward = Annotated[str, msgspec.Meta(description="The ward that the bed is on.")]
fields = [("ward_code", ward), ("ward_beds", int)]
changed = msgspec.defstruct("Admission", fields, bases=(events.Admission,), kw_only=True, frozen=True)
events.EVENT_VERSIONS["admission"] = (changed,)
from elt.powerbi.model.descriptions import described_tables
from elt.powerbi.model.semantic_model import SemanticModel
from elt.powerbi.model.tables_and_relationships import model_relationships, model_tables
from elt.powerbi.files.tmdl import table_text

tables = model_tables(described_tables())
model = SemanticModel(tables, model_relationships(described_tables()))
print(table_text(model, model.table("admission")))
"""


def test_a_new_field_of_an_event_appears_in_the_model_without_an_edit() -> None:
    done = subprocess.run([sys.executable, "-c", CHANGED_FIELD], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert f"\t/// The ward that the bed is on.\n\tcolumn ward_code\n\t\tdataType: {DataType.STRING}\n" in done.stdout
    assert "\tcolumn ward_beds\n\t\tdataType: int64\n" in done.stdout
    assert '{"ward_code", type text}' in done.stdout


def test_the_exposure_of_the_dbt_project_names_every_model_in_power_bi() -> None:
    exposures = yaml.safe_load((MODELS / "marts" / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    (named,) = (exposure["depends_on"] for exposure in exposures if exposure["name"] == "power_bi")
    shown = {f"ref('{table.name}')" for table in described_tables() if table.schema != "raw"}
    assert set(named) == shown
