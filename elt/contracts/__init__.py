"""Contracts: the fields of each event type and version, as columns, JSON Schema and Arrow schema."""

from elt.contracts.columns import (
    Column,
    ColumnKind,
    arrow_schema,
    columns,
    columns_schema,
    contract_version,
    struct_columns,
    struct_version,
)
from elt.contracts.export import Contract, contracts, json_schema
from hospital_sim.events import EVENT_TYPES, EVENT_VERSIONS, SCHEMA_VERSION

CONTRACT_VERSION = SCHEMA_VERSION
"""Version of the contract of the events that the simulation writes."""

__all__ = [
    "CONTRACT_VERSION",
    "EVENT_TYPES",
    "EVENT_VERSIONS",
    "Column",
    "ColumnKind",
    "Contract",
    "arrow_schema",
    "columns",
    "columns_schema",
    "contract_version",
    "contracts",
    "json_schema",
    "struct_columns",
    "struct_version",
]
