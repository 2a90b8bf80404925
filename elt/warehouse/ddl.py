"""The tables that hold events, as statements of each engine: for whoever makes them with other tools than this one."""

from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum

from elt import EmptyLakeError, WrongCallError
from elt.lake.lake import Lake
from elt.warehouse import DEFAULT_PREFIX, checked_prefix
from elt.warehouse import athena as athena_sql
from elt.warehouse.athena import ProjectedDays
from elt.warehouse.clickhouse import clickhouse_sql
from elt.warehouse.protocol import schema_name
from elt.warehouse.redshift import redshift_sql
from elt.warehouse.tables import RAW_TABLES
from hospital_sim.storage import ObjectStore, open_store

LAKE_SCHEMA = "lake"
"""The database of Athena's tables, after the prefix: they lie in the lake, in no schema of a warehouse."""


_NOT_AS_WRITTEN = frozenset("$'\\")


class Engine(StrEnum):
    """An engine whose tables can be described."""

    CLICKHOUSE = "clickhouse"
    REDSHIFT = "redshift"
    ATHENA = "athena"


def ddl(
    engine: Engine,
    prefix: str = DEFAULT_PREFIX,
    lake: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> list[str]:
    """Return the statements that make the tables of an engine, derived from the events.

    Args:
        engine: Which engine.
        prefix: What the names of the schemas begin with.
        lake: URL of the lake that Athena's tables read; no other engine's tables name one.
        first: First day of which Athena's tables have partitions; the month of the lake's oldest event if None.
        last: Last such day, inclusive; the end of the year after the lake's newest event if None.

    Returns:
        Statements without a semicolon, in the order in which they can be run; they leave every row that is there.

    Raises:
        WrongCallError: If the prefix is none, or Athena cannot read such a lake or range of days.
        EmptyLakeError: If days are to be taken from a lake that holds no events.
    """
    prefix = checked_prefix(prefix)
    if engine is Engine.ATHENA:
        store = _on_s3(lake)
        return list(athena_sql.statements(f"{prefix}_{LAKE_SCHEMA}", store.url, _days(store, first, last)))
    return list(_RAW_SCHEMA[engine](schema_name(prefix, "raw")))


def _clickhouse(schema: str) -> Iterator[str]:
    yield f"CREATE DATABASE IF NOT EXISTS {schema}"
    for table in RAW_TABLES:
        yield clickhouse_sql.create_table(schema, table, clickhouse_sql.ColumnTypes())


def _redshift(schema: str) -> Iterator[str]:
    yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
    for table in RAW_TABLES:
        yield redshift_sql.create_table(schema, table)


_RAW_SCHEMA: dict[Engine, Callable[[str], Iterator[str]]] = {
    Engine.CLICKHOUSE: _clickhouse,
    Engine.REDSHIFT: _redshift,
}


def _on_s3(lake: str | None) -> ObjectStore:
    if lake is None:
        raise WrongCallError("--lake: Athena's tables read a lake; give its URL, s3://bucket/prefix")
    try:
        store = open_store(lake)
    except ValueError as error:
        raise WrongCallError(f"--lake: {error}") from error
    if not store.url.startswith("s3://"):
        raise WrongCallError(
            f"--lake: {store.url}: Athena reads S3 alone; "
            f"copy the lake there with: hospital-elt copy {store.url} s3://bucket/prefix"
        )
    if not _NOT_AS_WRITTEN.isdisjoint(store.url):
        raise WrongCallError(f"--lake: {store.url}: Athena does not take $, ' or \\ as written; use another prefix")
    return store


def _days(store: ObjectStore, first: date | None, last: date | None) -> ProjectedDays:
    if first is None or last is None:
        days = [day for held in Lake.open(store.url).raw_tree().days.values() for day in held]
        if not days:
            raise EmptyLakeError(f"{store.url}: there are no events under raw/; give --start and --end")
        oldest, newest = min(days), max(days)
        first = first or oldest.replace(day=1)
        last = last or date(min(newest.year + 1, date.max.year), 12, 31)
    if last < first:
        raise WrongCallError(f"--end: {last} is before {first}, the first day of the tables; give a later day")
    return ProjectedDays(first, last)
