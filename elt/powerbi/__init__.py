"""Power BI: the warehouse's star and marts as a project of text files (PBIP), checked before anyone opens it.

A semantic model in TMDL and a report in PBIR, derived from the descriptions of the dbt project, the event contracts and
the warehouse itself. The same warehouse gives the same bytes.
"""

from dataclasses import dataclass
from pathlib import Path

from elt.powerbi.files.parquet_export import parquet_files
from elt.powerbi.files.project_folder import ProjectTargetError, write_folder
from elt.powerbi.model.connection import Connector, connection_of
from elt.powerbi.project import MODEL_FOLDER, NAME, REPORT_FOLDER, NothingToShowError, ProjectError, generate
from elt.warehouse import DEFAULT_PREFIX, open_warehouse

__all__ = ["NothingToShowError", "PowerBiSummary", "ProjectError", "ProjectTargetError", "write_powerbi"]

DATA_FOLDER = "data"
"""Where the Parquet files of an embedded warehouse go."""


@dataclass(frozen=True)
class PowerBiSummary:
    """What was written.

    Attributes:
        project: The file to open.
        tables: Tables of the model.
        relationships: Relationships of the model.
        measures: Measures of the model.
        pages: Pages of the report.
        visuals: Visuals on them.
        parquet_files: Parquet files beside the project; 0 if it reads from a server.
        connector: What Power BI reads with.
    """

    project: Path
    tables: int
    relationships: int
    measures: int
    pages: int
    visuals: int
    parquet_files: int
    connector: str


def write_powerbi(
    dsn: str,
    directory: Path,
    prefix: str = DEFAULT_PREFIX,
    *,
    connect: str | None = None,
    data_folder: str | None = None,
) -> PowerBiSummary:
    """Write the Power BI project of a warehouse; an older one in the same directory is replaced whole.

    Args:
        dsn: A warehouse with built marts.
        directory: Where the project goes; made if it is not there.
        prefix: What the names of the warehouse's schemas begin with.
        connect: Where Power BI finds the same tables, if elsewhere: ``clickhouse://host:8443/`` or
            ``redshift://host:5439/database``.
        data_folder: The folder of the Parquet files as Power BI sees it, if not as this machine does.

    Returns:
        What was written.

    Raises:
        WrongCallError: If the DSN or ``connect`` is not one.
        NothingToShowError: If the marts are missing or empty.
        ProjectError: If a check of the project fails; nothing is written then.
        ProjectTargetError: If the directory cannot be written.
    """
    connection = connection_of(dsn, connect, data_folder or str((directory / DATA_FOLDER).absolute()))
    with open_warehouse(dsn, prefix) as warehouse:
        project = generate(warehouse, connection)
        contents = {path: text.encode("utf-8") for path, text in project.files.items()}
        data = dict(parquet_files(project.model, warehouse)) if connection.connector is Connector.PARQUET else {}
    contents |= {f"{DATA_FOLDER}/{name}": content for name, content in data.items()}
    write_folder(directory, contents, replaced=(f"{MODEL_FOLDER}/definition", f"{REPORT_FOLDER}/definition"))
    return PowerBiSummary(
        project=directory / f"{NAME}.pbip",
        tables=len(project.model.tables),
        relationships=len(project.model.relationships),
        measures=len(project.model.measures),
        pages=len(project.pages),
        visuals=sum(len(page.visuals) for page in project.pages),
        parquet_files=len(data),
        connector=connection.connector.value,
    )
