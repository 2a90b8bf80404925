"""Calculates the formulas of Power BI measures in the warehouse's SQL, along the relationships that DAX would use."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from elt.powerbi.model.formulas import AtEnd, Condition, Difference, Formula, Leaf, LookUp, Named, Ratio, Rolling
from elt.powerbi.model.semantic_model import SemanticModel
from elt.warehouse import Warehouse

Number = float | int | str | date | None

_AGGREGATES = {
    "sum": "sum({0})",
    "mean": "avg({0})",
    "min": "min({0})",
    "max": "max({0})",
    "only": "if(count(DISTINCT {0}) = 1, any({0}), NULL)",
    "percentile": "quantileExactInclusive({1})({0})",
}


@dataclass(frozen=True)
class Choice:
    """A reader's choice: a department, or None for the whole hospital, and the days."""

    hospital: str
    department: str | None
    first: date
    last: date


@dataclass(frozen=True)
class Calculator:
    """Calculates formulas of one model in one warehouse; asks the warehouse each question once."""

    model: SemanticModel
    warehouse: Warehouse
    answers: dict[str, Number] = field(default_factory=dict)

    def value(self, formula: Formula, choice: Choice) -> Number:
        """Return the value of a formula for a choice; None if DAX would give a blank."""
        match formula:
            case Leaf():
                return self._leaf(formula, choice)
            case Named(name):
                measure = self.model.measure(name)
                assert measure is not None
                return self.value(measure.formula, choice)
            case Ratio(top, bottom):
                whole, part = self._number(bottom, choice), self._number(top, choice)
                return None if whole is None else (part or 0.0) / whole if whole else 0.0
            case Difference(first, second):
                return (self._number(first, choice) or 0.0) - (self._number(second, choice) or 0.0)
            case AtEnd(inner, table):
                last = self._leaf(Leaf("max", table, "date"), choice)
                return self.value(inner, _days_to(choice, last, 1)) if isinstance(last, date) else None
            case Rolling(inner, table, days):
                last = self._leaf(Leaf("max", table, "date"), choice)
                return self.value(inner, _days_to(choice, last, days)) if isinstance(last, date) else None
            case LookUp():
                return self._looked_up(formula, choice)

    def _looked_up(self, look_up: LookUp, choice: Choice) -> Number:
        table, key = self.model.table(look_up.table), self.model.column(look_up.table, look_up.key_column)
        assert table is not None
        assert key is not None
        where = f"{self.warehouse.schema(table.source.schema)}.{table.source.table} WHERE {table.source.only}"
        has_key = f"{key.in_sql} = '{self.value(look_up.key, choice)}'"
        names = self.warehouse.query(f"SELECT {look_up.column} AS name FROM {where} AND {has_key}")["name"].to_pylist()
        return str(names[0]) if names else None

    def _number(self, formula: Formula, choice: Choice) -> float | None:
        value = self.value(formula, choice)
        assert value is None or isinstance(value, float | int)
        return value

    def _leaf(self, leaf: Leaf, choice: Choice) -> Number:
        table = self.model.table(leaf.table)
        assert table is not None
        assert table.source is not None
        conditions = [*self._chosen(leaf, choice), *(_in_sql(condition) for condition in leaf.where)]
        # None without rows, not 0, as in DAX.
        column = self.model.column(leaf.table, leaf.column)
        in_sql = column.in_sql if column else ""
        aggregate = "count(*)" if leaf.kind == "count" else _AGGREGATES[leaf.kind].format(in_sql, leaf.share)
        where = f"{self.warehouse.schema(table.source.schema)}.{table.source.table}"
        sql = f"SELECT count(*) AS n, {aggregate} AS value FROM {where} WHERE {' AND '.join(conditions)}"
        if sql not in self.answers:
            (row,) = self.warehouse.query(sql).to_pylist()
            self.answers[sql] = row["value"] if row["n"] else None
        return self.answers[sql]

    def _chosen(self, leaf: Leaf, choice: Choice) -> list[str]:
        table = self.model.table(leaf.table)
        # A table without hospitals is not filtered by hospital.
        of_hospital = table is not None and table.column("hospital_id") is not None
        conditions = [f"hospital_id = '{choice.hospital}'" if of_hospital else "true"]
        day = self._column(leaf, "dim_date")
        if day:
            conditions.append(f"{day} BETWEEN toDate32('{choice.first}') AND toDate32('{choice.last}')")
        if choice.department is None:
            return conditions
        if version := self._column(leaf, "dim_department"):
            versions = "SELECT department_key FROM hospital_curated.dim_department"
            conditions.append(f"{version} IN ({versions} WHERE department_id = '{choice.department}')")
        elif self._column(leaf, "department"):
            conditions.append(f"department_id = '{choice.department}'")
        return conditions

    def _column(self, leaf: Leaf, target: str) -> str:
        """Return the column that refers to a dimension: by the leaf's roles, or else by the active relationship."""
        for role in leaf.roles:
            if role.to_table == target:
                return role.column
        for link in self.model.relationships:
            if (link.from_table, link.to_table, link.active) == (leaf.table, target, True):
                return link.from_column
        return ""


def _days_to(choice: Choice, last: date, days: int) -> Choice:
    return Choice(choice.hospital, choice.department, last - timedelta(days=days - 1), last)


def _in_sql(condition: Condition) -> str:
    value = f"'{condition.value}'" if isinstance(condition.value, str) else str(condition.value).lower()
    return f"{condition.column} {condition.operator} {value}"
