"""CREATE statements for the event tables of each engine, for people who create them with other tools."""

from datetime import date
from enum import StrEnum

from elt import EmptyLakeError, WrongCallError
from elt.lake.lake import Lake
from elt.warehouse import DEFAULT_PREFIX, athena, checked_prefix
from elt.warehouse.clickhouse import clickhouse_sql
from elt.warehouse.protocol import schema_name
from elt.warehouse.redshift import redshift_sql
from elt.warehouse.tables import RAW_TABLES
from hospital_sim.storage import ObjectStore, open_store

LAKE_SCHEMA = "lake"
"""Name of the database of Athena's tables, after the prefix."""

_SPECIAL_CHARACTERS = frozenset("$'\\")


class Engine(StrEnum):
    """An engine for which statements can be printed."""

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
    """Return the statements that create the tables of an engine, derived from the events.

    Args:
        engine: The engine.
        prefix: Prefix of the names of the schemas.
        lake: URL of the lake that Athena's tables read; unused for other engines.
        first: First day with a partition in Athena's tables; the first of the month of the oldest event by default.
        last: Last day with a partition, inclusive; the end of the year after the newest event by default.

    Returns:
        Statements without a semicolon, in the order to run them; they delete no rows.

    Raises:
        WrongCallError: If the prefix is invalid, or Athena cannot read the lake or the range of days.
        EmptyLakeError: If a day comes from the lake by default, and it holds no events.
    """
    prefix = checked_prefix(prefix)
    if engine is Engine.ATHENA:
        store = _on_s3(lake)
        return list(athena.statements(f"{prefix}_{LAKE_SCHEMA}", store.url, *_days(store, first, last)))
    schema = schema_name(prefix, "raw")
    if engine is Engine.REDSHIFT:
        tables = [redshift_sql.create_table(schema, table) for table in RAW_TABLES]
        return [f"CREATE SCHEMA IF NOT EXISTS {schema}", *tables]
    tables = [clickhouse_sql.create_table(schema, table) for table in RAW_TABLES]
    return [f"CREATE DATABASE IF NOT EXISTS {schema}", *tables]


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
    if not _SPECIAL_CHARACTERS.isdisjoint(store.url):
        raise WrongCallError(f"--lake: {store.url}: Athena does not take $, ' or \\ as written; use another prefix")
    return store


def _days(store: ObjectStore, first: date | None, last: date | None) -> tuple[date, date]:
    if first is None or last is None:
        days = [day for listed in Lake.open(store.url).raw_tree().days.values() for day in listed]
        if not days:
            raise EmptyLakeError(f"{store.url}: there are no events under raw/; give --start and --end")
        oldest, newest = min(days), max(days)
        first = first or oldest.replace(day=1)
        last = last or date(min(newest.year + 1, date.max.year), 12, 31)
    if last < first:
        raise WrongCallError(f"--end: {last} is before {first}, the first day of the tables; give a later day")
    return first, last
