"""Exports contracts: a JSON Schema and an Arrow schema for each event type and version."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from elt.contracts.columns import arrow_schema, struct_version
from hospital_sim.events import EVENT_VERSIONS, Event

if TYPE_CHECKING:
    import pyarrow as pa

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class Contract:
    """The fields of one version of an event type.

    Attributes:
        event_type: The event type.
        version: Its ``schema_version``.
        json_schema: JSON Schema (2020-12) of a raw object.
    """

    event_type: str
    version: int
    json_schema: dict[str, object]

    @property
    def name(self) -> str:
        """Name of the files of this contract, such as ``admission.v1``."""
        return f"{self.event_type}.v{self.version}"

    @property
    def arrow_schema(self) -> "pa.Schema":
        """Arrow schema of staged events."""
        return arrow_schema(self.event_type, self.version)

    def as_dict(self) -> dict[str, object]:
        """Return the contract as a JSON object; the Arrow schema as a list of fields."""
        fields = [
            {
                "name": field.name,
                "type": str(field.type),
                "nullable": field.nullable,
                "description": (field.metadata or {}).get(b"description", b"").decode(),
            }
            for field in self.arrow_schema
        ]
        return {
            "event_type": self.event_type,
            "version": self.version,
            "json_schema": self.json_schema,
            "arrow_schema": fields,
        }


def contracts(event_type: str | None = None, version: int | None = None) -> Iterator[Contract]:
    """Yield the contracts.

    Args:
        event_type: One event type; None for all.
        version: One version; None for all.
    """
    for name, structs in EVENT_VERSIONS.items():
        for struct in structs:
            number = struct_version(struct)
            if event_type in (None, name) and version in (None, number):
                yield Contract(name, number, json_schema(struct))


def json_schema(struct: type[Event]) -> dict[str, object]:
    """Return the JSON Schema of the raw objects of a class of events.

    It covers single fields. Staging checks the rules between fields, and between an event and its key.
    """
    described = msgspec.json.schema(struct)
    definitions = described.pop("$defs", {})
    body: dict[str, object] = definitions.pop(struct.__name__)
    properties = body["properties"]
    title = f"{struct.__struct_config__.tag}, version {struct_version(struct)}"
    schema: dict[str, object] = {"$schema": JSON_SCHEMA, **body, "title": title, "properties": properties}
    return schema | ({"$defs": definitions} if definitions else {})
