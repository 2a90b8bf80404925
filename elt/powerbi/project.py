"""Generates the project of a warehouse, checks it, and lists its files."""

from dataclasses import dataclass

from elt import EltError
from elt.powerbi.checks.data_checks import warehouse_problems
from elt.powerbi.checks.model_checks import model_problems
from elt.powerbi.checks.report_checks import report_problems
from elt.powerbi.files.report_files import json_text, report_files
from elt.powerbi.files.tmdl import model_files
from elt.powerbi.ids import stable_uuid
from elt.powerbi.model.connection import Connection
from elt.powerbi.model.descriptions import described_result, described_tables
from elt.powerbi.model.measures import measures
from elt.powerbi.model.power_query import Expression, expressions
from elt.powerbi.model.semantic_model import SemanticModel
from elt.powerbi.model.tables_and_relationships import model_relationships, model_tables
from elt.powerbi.pages.report_pages import ReportPage, report_pages
from elt.powerbi.pages.theme import Json
from elt.powerbi.pages.visuals import SCHEMAS
from elt.quality.results import CHECK_RESULT, RECONCILIATION
from elt.warehouse import Warehouse

NAME = "hospital"
MODEL_FOLDER, REPORT_FOLDER = f"{NAME}.SemanticModel", f"{NAME}.Report"
_MOST_SHOWN = 3


class NothingToShowError(EltError):
    """The marts are missing or empty (exit code 1)."""


class ProjectError(EltError):
    """A check of the project failed (exit code 1).

    Attributes:
        problems: All faults, one line each.
    """

    def __init__(self, problems: list[str], remedy: str = "") -> None:
        self.problems = tuple(problems)
        shown = "; ".join(problems[:_MOST_SHOWN])
        more = f"; and {len(problems) - _MOST_SHOWN} more" if len(problems) > _MOST_SHOWN else ""
        super().__init__(f"no Power BI project: {shown}{more}{remedy}")


@dataclass(frozen=True)
class Project:
    """A project that has passed its checks.

    Attributes:
        model: The semantic model.
        pages: The pages of the report.
        files: Text of each file, by its path in the project's folder.
    """

    model: SemanticModel
    pages: tuple[ReportPage, ...]
    files: dict[str, str]


def semantic_model(warehouse: Warehouse) -> SemanticModel:
    """Return the model of a warehouse: its described tables, and the results of checks if it has any."""
    results = [
        described_result(table)
        for table in (CHECK_RESULT, RECONCILIATION)
        if warehouse.has_table("quality", table.name)
    ]
    described = (*described_tables(), *results)
    return SemanticModel(model_tables(described), model_relationships(described), measures())


def generate(warehouse: Warehouse, connection: Connection) -> Project:
    """Return the checked project of a warehouse.

    Args:
        warehouse: A warehouse with built marts.
        connection: The place from which Power BI will read its rows.

    Raises:
        NothingToShowError: If the marts are missing or empty.
        ModelNameError: If Power BI cannot have one of the names.
        ProjectError: If a check fails.
    """
    _require_marts(warehouse)
    model = semantic_model(warehouse)
    pages = report_pages(model)
    shared = expressions(connection, warehouse.prefix)
    report = report_files(pages, MODEL_FOLDER)
    if problems := [*model_problems(model), *report_problems(report, model)]:
        raise ProjectError(problems)
    if problems := warehouse_problems(model, warehouse):
        raise ProjectError(problems, "; run hospital-elt build --full-refresh, then this command again")
    return Project(model, pages, _files(model, report, shared))


def _require_marts(warehouse: Warehouse) -> None:
    for mart in ("mart_bed_utilisation", "mart_pressure_index"):
        if not warehouse.has_table("marts", mart):
            raise NothingToShowError(
                f"nothing for Power BI: the warehouse has no {warehouse.schema('marts')}.{mart}; "
                "run hospital-elt build first"
            )
    rows = warehouse.query(f"SELECT count(*) AS n FROM {warehouse.schema('marts')}.mart_bed_utilisation")  # noqa: S608
    if rows["n"][0].as_py() == 0:
        raise NothingToShowError("nothing for Power BI: the marts have no rows; load a lake and run hospital-elt build")


def _files(model: SemanticModel, report: dict[str, str], shared: tuple[Expression, ...]) -> dict[str, str]:
    shortcut: Json = {
        "$schema": f"{SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json",
        "version": "1.0",
        "artifacts": [{"report": {"path": REPORT_FOLDER}}],
        "settings": {"enableAutoRecovery": True},
    }
    model_properties: Json = {
        "$schema": f"{SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json",
        "version": "4.2",
        "settings": {},
    }
    files = {
        f"{NAME}.pbip": json_text(shortcut),
        f"{MODEL_FOLDER}/.platform": json_text(_platform("SemanticModel")),
        f"{MODEL_FOLDER}/definition.pbism": json_text(model_properties),
        f"{REPORT_FOLDER}/.platform": json_text(_platform("Report")),
    }
    definition = model_files(model, shared)
    files |= {f"{MODEL_FOLDER}/definition/{path}": text for path, text in definition.items()}
    return files | {f"{REPORT_FOLDER}/{path}": text for path, text in report.items()}


def _platform(kind: str) -> Json:
    return {
        "$schema": f"{SCHEMAS}/gitIntegration/platformProperties/2.0.0/schema.json",
        "metadata": {"type": kind, "displayName": NAME},
        "config": {"version": "2.0", "logicalId": stable_uuid("item", kind, NAME)},
    }
