"""Power BI: the warehouse's star and marts as a project of text files (PBIP), checked before it is written.

The project has a semantic model in TMDL and a report in PBIR. Both are derived from the descriptions of the dbt
project, the event contracts and the warehouse. The same warehouse gives the same bytes.

- ``project`` generates and checks the whole.
- ``model`` holds tables, relationships and measures; ``model.dax`` writes a measure as DAX, ``model.power_query`` M.
- ``pages`` holds the pages and visuals of the report.
- ``checks`` finds faults in the model, in the report, and between the model and the warehouse.
- ``files`` writes TMDL, PBIR and Parquet.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from elt.powerbi.files.parquet_export import parquet_files
from elt.powerbi.files.project_folder import ProjectTargetError, write_folder
from elt.powerbi.model.connection import Connector, connection_of
from elt.powerbi.project import MODEL_FOLDER, NAME, REPORT_FOLDER, NothingToShowError, ProjectError, generate
from elt.warehouse import DEFAULT_PREFIX, open_warehouse

__all__ = ["NothingToShowError", "PowerBiSummary", "ProjectError", "ProjectTargetError", "write_powerbi"]

DATA_FOLDER = "data"
"""Folder of the Parquet files of an embedded warehouse, inside the project."""


@dataclass(frozen=True)
class PowerBiSummary:
    """Counts of a written project.

    Attributes:
        project: The file to open in Power BI Desktop.
        tables: Tables of the model.
        relationships: Relationships of the model.
        measures: Measures of the model.
        pages: Pages of the report.
        visuals: Visuals on all pages.
        parquet_files: Parquet files in the project; 0 if it reads from a server.
        connector: Connector that Power BI reads with.
    """

    project: Path
    tables: int
    relationships: int
    measures: int
    pages: int
    visuals: int
    parquet_files: int
    connector: str

    def as_dict(self) -> dict[str, object]:
        """Return the summary as the command shows it."""
        return asdict(self) | {"project": str(self.project)}


def write_powerbi(
    dsn: str,
    directory: Path,
    prefix: str = DEFAULT_PREFIX,
    *,
    connect: str | None = None,
    data_folder: str | None = None,
) -> PowerBiSummary:
    """Write the Power BI project of a warehouse, in place of an older one in the same directory.

    Args:
        dsn: A warehouse with built marts.
        directory: Directory of the project; created if it does not exist.
        prefix: Prefix of the names of the warehouse's schemas.
        connect: Another place with the same tables for Power BI to read: ``clickhouse://host:8443/`` or
            ``redshift://host:5439/database``. None for the warehouse itself.
        data_folder: Folder of the Parquet files on the machine with Power BI, if not the same as here.

    Returns:
        Counts of the written project.

    Raises:
        WrongCallError: If the DSN or ``connect`` is wrong.
        NothingToShowError: If the marts are missing or empty.
        ProjectError: If a check of the project fails. Nothing is written.
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
