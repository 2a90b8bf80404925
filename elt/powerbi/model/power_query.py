"""Power Query (M): the parameters of the model, the connection to the warehouse, and the query that loads each table.

Only the expression ``WarehouseTable`` depends on the connector; the queries of the tables do not.
"""

from dataclasses import dataclass

from elt.powerbi.model.connection import Connection, Connector
from elt.powerbi.model.semantic_model import Column, DataType, Table
from elt.powerbi.quoting import m_field, m_text

_M_TYPES = {
    DataType.STRING: "type text",
    DataType.INTEGER: "Int64.Type",
    DataType.NUMBER: "type number",
    DataType.BOOLEAN: "type logical",
    DataType.DATE_TIME: "type datetime",
}


@dataclass(frozen=True)
class Expression:
    """A named expression of the model.

    Attributes:
        name: Its name.
        text: The expression; a parameter has one line that ends with its metadata.
        description: Its meaning.
        result: Type of its value in Power BI's words: ``Text``, ``Number`` or ``Function``.
    """

    name: str
    text: str
    description: str
    result: str


def expressions(connection: Connection, prefix: str) -> tuple[Expression, ...]:
    """Return the parameters of the model and the function that loads every table.

    Args:
        connection: The place of the rows.
        prefix: Prefix of the names of the warehouse's schemas.
    """
    if connection.connector is Connector.PARQUET:
        place = [_parameter("DataFolder", connection.folder, "Folder of the Parquet files, as Windows writes it.")]
    else:
        place = [
            _parameter("Host", connection.host, "Name or address of the server."),
            _parameter(
                "Port", connection.port, "Its port: of ClickHouse that of the HTTP interface, of Redshift 5439."
            ),
            _parameter("SchemaPrefix", prefix, "What the names of the schemas begin with, such as hospital."),
        ]
    if connection.connector is Connector.REDSHIFT:
        place.append(_parameter("Database", connection.database, "The database that the schemas are in."))
    function = Expression("WarehouseTable", _FUNCTIONS[connection.connector], "One table of the warehouse.", "Function")
    return (*place, function)


def load(table: Table) -> str:
    """Return the expression that loads exactly the columns of a table, each with its type."""
    source = table.source
    if source is None:
        return _empty(table)
    loaded = [column for column in table.columns if column.loaded]
    names = [column.name for column in loaded]
    if source.only and source.only not in names:
        names.append(source.only)
    steps = [
        ("Source", f"WarehouseTable({m_text(source.schema)}, {m_text(source.table)})"),
        ("Chosen", f"Table.SelectColumns(Source, {_list(names)})"),
        ("Typed", f"Table.TransformColumnTypes(Chosen, {{{', '.join(map(_typed, loaded))}}}, {m_text('en-GB')})"),
    ]
    if source.only:
        steps.append(("Kept", f"Table.SelectRows(Typed, each {m_field(source.only)})"))
    computed = [column for column in table.columns if column.sql]
    steps += [(f"Keyed{number}", _keyed(steps[-1][0], column)) for number, column in enumerate(computed, 1)]
    body = ",\n".join(f"    {name} = {text}" for name, text in steps)
    return f"let\n{body}\nin\n    {steps[-1][0]}"


def _empty(table: Table) -> str:
    columns = ", ".join(f"{m_field(column.name)[1:-1]} = {_M_TYPES[column.data_type][5:]}" for column in table.columns)
    return f"#table(type table [{columns}], {{}})"


def _keyed(before: str, column: Column) -> str:
    key = '[hospital_id] & "/" & [department_id]'
    return f"Table.AddColumn({before}, {m_text(column.name)}, each {key}, {_M_TYPES[column.data_type]})"


def _typed(column: Column) -> str:
    return f"{{{m_text(column.name)}, {'type date' if column.day else _M_TYPES[column.data_type]}}}"


def _list(names: list[str]) -> str:
    return "{" + ", ".join(m_text(name) for name in names) + "}"


def _parameter(name: str, value: str | int, description: str) -> Expression:
    kind = "Number" if isinstance(value, int) else "Text"
    written = str(value) if isinstance(value, int) else m_text(value)
    meta = f'meta [IsParameterQuery=true, Type="{kind}", IsParameterQueryRequired=true]'
    return Expression(name, f"{written} {meta}", description, kind)


_FUNCTIONS = {
    Connector.CLICKHOUSE: """\
(schema as text, table as text) as table =>
    let
        Schema = SchemaPrefix & "_" & schema,
        Server = ClickHouse.Database(Host, Port, Schema),
        Tables = Server{[Name = Schema]}[Data],
        Rows = Tables{[Name = table]}[Data]
    in
        Rows""",
    Connector.REDSHIFT: """\
(schema as text, table as text) as table =>
    let
        Server = AmazonRedshift.Database(Host & ":" & Text.From(Port), Database),
        Tables = Server{[Name = SchemaPrefix & "_" & schema]}[Data],
        Rows = Tables{[Name = table]}[Data]
    in
        Rows""",
    Connector.PARQUET: """\
(schema as text, table as text) as table =>
    let
        File = DataFolder & "\\" & schema & "." & table & ".parquet",
        Rows = Parquet.Document(File.Contents(File))
    in
        Rows""",
}
