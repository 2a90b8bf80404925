"""TMDL: the files of the semantic model, indented with tabs as Power BI Desktop writes them."""

from collections.abc import Iterable, Sequence

from elt.powerbi.ids import stable_uuid
from elt.powerbi.model.dax import dax
from elt.powerbi.model.power_query import Expression, load
from elt.powerbi.model.semantic_model import COUNT, DAY, Column, DataType, Measure, Relationship, SemanticModel, Table
from elt.powerbi.quoting import file_name, tmdl_description, tmdl_name, tmdl_value

_FORMATS = {DataType.INTEGER: COUNT, DataType.NUMBER: "#,0.00", DataType.DATE_TIME: "d MMM yyyy HH:mm:ss"}
_DATABASE = "database\n\tcompatibilityLevel: 1600\n"


def model_files(model: SemanticModel, expressions: Sequence[Expression]) -> dict[str, str]:
    """Return the files of a model's definition, by their path in its folder.

    Raises:
        ModelNameError: If Power BI cannot have one of the names.
    """
    files = {
        "database.tmdl": _DATABASE,
        "model.tmdl": _model(model, expressions),
        "expressions.tmdl": _blocks(_expression(expression) for expression in expressions),
        "relationships.tmdl": _blocks(_relationship(relationship) for relationship in model.relationships),
    }
    return files | {f"tables/{file_name(table.name)}.tmdl": table_text(model, table) for table in model.tables}


def table_text(model: SemanticModel, table: Table) -> str:
    """Return the file of one table: its measures, its columns, and the query that loads it."""
    lines = [
        *tmdl_description(table.description, ""),
        f"table {tmdl_name(table.name)}",
        *(["\tisHidden"] if table.hidden else []),
        f"\tlineageTag: {stable_uuid('table', table.name)}",
        *(["\tdataCategory: Time"] if table.is_date_table else []),
        "",
    ]
    for measure in model.measures_of(table.name):
        lines += [*_measure(measure), ""]
    for column in table.columns:
        lines += [*_column(table, column), ""]
    lines += [
        f"\tpartition {tmdl_name(table.name)} = m",
        "\t\tmode: import",
        "\t\tsource =",
        *_indented(load(table), 4),
        "",
        "\tannotation PBI_ResultType = Table",
    ]
    return "\n".join(lines) + "\n"


def _measure(measure: Measure) -> list[str]:
    return [
        *tmdl_description(measure.description, "\t"),
        f"\tmeasure {tmdl_name(measure.name)} =",
        *_indented(dax(measure.formula), 3),
        *([f"\t\tformatString: {tmdl_value(measure.format)}"] if measure.format else []),
        f"\t\tdisplayFolder: {tmdl_value(measure.folder)}",
        f"\t\tlineageTag: {stable_uuid('measure', measure.name)}",
    ]


def _column(table: Table, column: Column) -> list[str]:
    lines = [
        *tmdl_description(column.description, "\t"),
        f"\tcolumn {tmdl_name(column.name)}",
        f"\t\tdataType: {column.data_type}",
    ]
    lines += ["\t\tisHidden"] if column.hidden else []
    lines += ["\t\tisKey"] if column.key else []
    format_string = _format(table, column)
    lines += [f"\t\tformatString: {tmdl_value(format_string)}"] if format_string else []
    lines += [f"\t\tlineageTag: {stable_uuid('column', table.name, column.name)}", "\t\tsummarizeBy: none"]
    lines += [f"\t\tsourceColumn: {tmdl_value(column.name)}"]
    lines += [f"\t\tsortByColumn: {tmdl_name(column.sort_by)}"] if column.sort_by else []
    lines += ["", "\t\tannotation SummarizationSetBy = User"]
    if column.day:
        lines += ["", "\t\tannotation UnderlyingDateTimeDataType = Date"]
    return lines


def _format(table: Table, column: Column) -> str:
    """Return the format string of a column; empty for none."""
    if table.is_date_table and column.data_type is DataType.INTEGER:
        return "0"  # A year has no thousands separator.
    return DAY.replace("MMMM", "MMM") if column.day else _FORMATS.get(column.data_type, "")


def _relationship(relationship: Relationship) -> list[str]:
    return [
        f"relationship {stable_uuid('relationship', relationship.name)}",
        *([] if relationship.active else ["\tisActive: false"]),
        f"\tfromColumn: {_column_of(relationship.from_table, relationship.from_column)}",
        f"\ttoColumn: {_column_of(relationship.to_table, relationship.to_column)}",
    ]


def _column_of(table: str, column: str) -> str:
    return f"{tmdl_name(table)}.{tmdl_name(column)}"


def _expression(expression: Expression) -> list[str]:
    head = f"expression {tmdl_name(expression.name)} ="
    several = "\n" in expression.text
    return [
        *tmdl_description(expression.description, ""),
        head if several else f"{head} {expression.text}",
        *(_indented(expression.text, 2) if several else []),
        f"\tlineageTag: {stable_uuid('expression', expression.name)}",
        "",
        f"\tannotation PBI_ResultType = {expression.result}",
    ]


def _model(model: SemanticModel, expressions: Sequence[Expression]) -> str:
    names = [expression.name for expression in expressions] + [table.name for table in model.tables]
    order = ",".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names)
    lines = [
        "model Model",
        "\tculture: en-GB",
        "\tdefaultPowerBIDataSourceVersion: powerBI_V3",
        "\tdiscourageImplicitMeasures",
        "\tsourceQueryCulture: en-GB",
        "",
        "annotation __PBI_TimeIntelligenceEnabled = 0",
        "",
        f"annotation PBI_QueryOrder = [{order}]",
        "",
        *(f"ref table {tmdl_name(table.name)}" for table in model.tables),
    ]
    return "\n".join(lines) + "\n"


def _blocks(blocks: Iterable[list[str]]) -> str:
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _indented(text: str, tabs: int) -> list[str]:
    lines = [(len(line) - len(line.lstrip(" ")), line.lstrip(" ")) for line in text.splitlines()]
    return ["\t" * (tabs + spaces // 4) + line for spaces, line in lines]
