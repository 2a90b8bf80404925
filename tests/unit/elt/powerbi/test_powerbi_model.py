"""The derived model has no faults, and the checks find faults that are planted in it."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import yaml
from dax_checks import dax_problems

from elt.powerbi.checks.model_checks import model_problems
from elt.powerbi.files.tmdl import table_text
from elt.powerbi.model.dax import dax
from elt.powerbi.model.descriptions import MODELS, UndescribedError, _model, described_tables
from elt.powerbi.model.formulas import Condition, Formula, Leaf, Named, Ratio, Role, leaves, parts
from elt.powerbi.model.measures import measures
from elt.powerbi.model.semantic_model import Column, Relationship, SemanticModel
from elt.powerbi.model.tables_and_relationships import KEY_FIGURES, model_relationships, model_tables

pytestmark = pytest.mark.unit

Change = Callable[[SemanticModel], SemanticModel]


@pytest.fixture(scope="module")
def model() -> SemanticModel:
    described = described_tables()
    return SemanticModel(model_tables(described), model_relationships(described), measures())


def all_problems(model: SemanticModel) -> list[str]:
    return [*model_problems(model), *dax_problems(model)]


def test_the_derived_model_has_no_faults(model: SemanticModel) -> None:
    assert all_problems(model) == []
    assert len(model.measures) > 50


def test_every_table_of_the_star_and_the_marts_has_a_grain(model: SemanticModel) -> None:
    grains = {table.name: table.grain for table in model.tables if table.name.startswith(("fact_", "dim_", "mart_"))}
    assert [name for name, grain in grains.items() if not grain] == []
    assert grains["fact_discharges"] == ("spell_id",)
    assert grains["mart_long_stays"] == ("hospital_id", "department_id", "date")


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
    assert '{"date", type date}' in text
    assert re.search(r"\tcolumn year\n\t\tdataType: int64\n\t\tformatString: 0\n", text)


def test_choices_filter_every_fact_and_mart(model: SemanticModel) -> None:
    active = [(link.to_table, link.from_table) for link in model.relationships if link.active]

    def reached(start: str) -> set[str]:
        return {start}.union(*(reached(end) for begin, end in active if begin == start))

    facts = {table.name for table in model.tables if table.name.startswith(("fact_", "mart_"))}
    validation, periods = (
        {"mart_pressure_validation"},
        {"mart_waiting_times", "mart_waiting_by_period", "mart_wait_distribution"},
    )
    profile, whole = {"mart_flow_profile"}, {"mart_pressure_index", "mart_waiting_by_period", "mart_wait_distribution"}
    assert facts - reached("hospital") == validation
    assert facts - reached("department") == validation | whole
    assert facts - reached("dim_date") == validation | periods | profile


def with_link(column: str, to: str, *, of: str = "fact_admissions", active: bool = False) -> Change:
    """Return a change that adds a relationship."""
    added = Relationship(of, column, *to.split("."), active=active)
    return lambda model: replace(model, relationships=(*model.relationships, added))


def with_measure(formula: Leaf, name: str = "Planted") -> Change:
    """Return a change that adds a measure."""
    return lambda model: replace(
        model, measures=(*model.measures, replace(model.measures[0], name=name, formula=formula))
    )


def with_columns(change: Callable[[Column], Column | None]) -> Change:
    """Return a change of every column; None removes it."""
    return lambda model: replace(
        model,
        tables=tuple(
            replace(table, columns=tuple(column for old in table.columns if (column := change(old))))
            for table in model.tables
        ),
    )


ADMISSIONS = Leaf("count", "fact_admissions")
FAULTS: list[tuple[Change, str]] = [
    (with_link("patient_key", "dim_patients.patient_key", active=True), "there is no column dim_patients.patient_key"),
    (with_link("level", "hospital.hospital_id", of="mart_pressure_index"), "joins int64 with string"),
    (with_link("admitted_at", "dim_date.date"), "joins dateTime with dateTime"),
    (with_link("patient_id", "dim_patient.patient_id"), "patient_id is not the key of dim_patient"),
    (
        with_link("hospital_id", "hospital.hospital_id", of="mart_long_stays", active=True),
        "filters of hospital reach mart_long_stays in 2 ways",
    ),
    (
        lambda model: replace(model, relationships=tuple(replace(one, active=True) for one in model.relationships)),
        "active relationships from fact_discharges to dim_date",
    ),
    (
        with_measure(Leaf("sum", "mart_bed_utilization", "beds")),
        "measure 'Planted': its DAX names the table 'mart_bed_utilization', which does not exist",
    ),
    (
        with_measure(Leaf("sum", "mart_bed_utilisation", "bedz")),
        "names mart_bed_utilisation[bedz], which does not exist",
    ),
    (with_measure(Leaf("sum", "fact_admissions", "admission_method")), "is string, not a number"),
    (
        with_measure(replace(ADMISSIONS, where=(Condition("was_seen", "=", value=True),))),
        "names fact_admissions[was_seen]",
    ),
    (
        with_measure(replace(ADMISSIONS, where=(Condition("wait_hours", "> (", 4),))),
        "measure 'Planted': its DAX cannot be read; look for a missing parenthesis",
    ),
    (
        with_measure(replace(ADMISSIONS, where=(Condition("wait_hours", "> SUMM(1) +", 4),))),
        "measure 'Planted': its DAX calls SUMM, which is not a function of DAX",
    ),
    (
        with_measure(replace(ADMISSIONS, where=(Condition("wait_hours", "> [Waitings] +", 4),))),
        "measure 'Planted': its DAX names the measure [Waitings], which does not exist",
    ),
    (with_measure(replace(ADMISSIONS, roles=(Role("admitted_at", "dim_date", "date"),))), "there is no relationship"),
    (with_measure(ADMISSIONS, ""), "its name is missing"),
    (with_measure(ADMISSIONS, "p90 wait (hours)"), "2 of the same name"),
    (with_measure(ADMISSIONS, "Figure"), "2 of the same name"),
    (with_measure(ADMISSIONS, "two\nlines"), "no line breaks"),
    (
        lambda model: replace(model, tables=tuple(table for table in model.tables if table.name != KEY_FIGURES)),
        "there is no table 'Key figures' to list it in",
    ),
    (
        lambda model: replace(model, tables=tuple(replace(table, is_date_table=False) for table in model.tables)),
        "0 tables are marked as the calendar; one must be",
    ),
    (
        with_columns(lambda column: None if column.name == "month_number" else column),
        "dim_date.month_name: is sorted by 'month_number', which is not in the table",
    ),
]


def test_each_fault_of_a_model_is_named(model: SemanticModel) -> None:
    missed = [message for change, message in FAULTS if message not in "\n".join(all_problems(change(model)))]
    assert missed == []


def test_an_unknown_type_is_named_in_the_error() -> None:
    column = {"name": "beds", "data_type": "{{ var('tally')[target.type] }}"}
    with pytest.raises(UndescribedError, match=r"mart_new.beds: the type .*tally"):
        _model("marts", {"name": "mart_new", "columns": [column]})


def test_the_dax_of_waits_and_of_occupancy_is_that_of_the_marts(model: SemanticModel) -> None:
    formulas = {measure.name: dax(measure.formula) for measure in model.measures}
    of_waits = (
        "KEEPFILTERS('fact_admissions'[is_observed] = TRUE()), "
        "USERELATIONSHIP('fact_admissions'[requested_department_key], 'dim_department'[department_key]))"
    )
    p90 = "PERCENTILEX.INC('fact_admissions', 'fact_admissions'[wait_hours], 0.9)"
    assert formulas["P90 wait (hours)"] == f"CALCULATE({p90}, {of_waits}"
    assert formulas["Waits"] == f"CALCULATE(COUNTROWS('fact_admissions'), {of_waits}"
    assert formulas["Occupied bed days"] == "SUM('mart_bed_utilisation'[occupied_beds])"
    assert formulas["Occupancy"] == (
        "VAR whole = [Open bed days]\nRETURN IF(NOT(ISBLANK(whole)), DIVIDE([Occupied bed days] + 0, whole, 0))"
    )
    end = "MAX('mart_bed_utilisation'[date])"
    assert formulas["Occupancy over 7 days"] == (
        f"IF(NOT(ISBLANK({end})), CALCULATE([Occupancy], DATESBETWEEN('dim_date'[date], {end} - 6, {end})))"
    )
    assert formulas["Beds open"] == f"CALCULATE([Open bed days], TREATAS({{{end}}}, 'dim_date'[date]))"
    assert formulas["Occupancy trend"] == "[Occupancy over 7 days] - [Occupancy over 28 days]"


def _is_share(formula: Formula, model: SemanticModel) -> bool:
    if isinstance(formula, Ratio):
        return True
    named = [model.measure(part.measure) for part in parts(formula) if isinstance(part, Named)]
    shares = [_is_share(measure.formula, model) for measure in named if measure]
    return any(shares) or any(leaf.column.endswith("_share") for leaf in leaves(formula))


def test_shares_are_percentages_and_durations_have_a_decimal_and_their_unit(model: SemanticModel) -> None:
    durations = {"wait_hours": "(hours)", "longest_wait_hours": "(hours)"}
    durations |= {"length_of_stay_days": "(days)", "delay_days": "(days)"}
    wrong = []
    for measure in model.measures:
        is_share = _is_share(measure.formula, model)
        units = {
            durations[leaf.column] for leaf in leaves(measure.formula) if leaf.column in durations and not is_share
        }
        has_unit = {unit for unit in ("(hours)", "(days)") if measure.name.endswith(unit)}
        if (is_share, bool(units), units) != ("%" in measure.format, measure.format == "#,0.0", has_unit):
            wrong.append(f"{measure.name}: {measure.format!r}")
    assert wrong == []
    assert [measure.name for measure in model.measures if not (measure.description and measure.folder)] == []


def test_the_model_has_the_star_and_the_marts_alone_and_no_calculated_column(model: SemanticModel) -> None:
    assert {table.source.schema for table in model.tables if table.source is not None} == {"curated", "marts"}
    texts = [table_text(model, table) for table in model.tables]
    assert [text for text in texts if re.search(r"^\tcolumn [^\n]* =", text, re.MULTILINE)] == []


def test_the_exposure_of_the_dbt_project_names_every_model_in_power_bi() -> None:
    exposures = yaml.safe_load((MODELS / "marts" / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    (named,) = (exposure["depends_on"] for exposure in exposures if exposure["name"] == "power_bi")
    shown = {f"ref('{table.name}')" for table in described_tables()}
    assert set(named) == shown
