"""Compares raw objects with the events that were staged from them."""

from datetime import date, datetime, timedelta
from datetime import time as clock

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from elt.contracts import EVENT_VERSIONS, struct_version
from elt.lake.lake import Lake
from elt.staging.reading.batches import Batch, RawObject
from elt.staging.reading.decode import decode
from elt.verification.problems import Kind
from hospital_sim.events import Event, encode


class StagedEvents:
    """The events of one type that are in some staged files.

    Args:
        lake: The lake.
        event_type: The event type.
        files: Keys of the files.
    """

    def __init__(self, lake: Lake, event_type: str, files: tuple[str, ...]) -> None:
        self._lake = lake
        self._type = event_type
        self._files = files

    def of_day(self, day: date) -> dict[str, Event]:
        """Return the events of a day by their identifiers."""
        start = datetime.combine(day, clock())
        first, end = (
            pa.scalar(at, pa.timestamp("us")).cast(pa.timestamp("us", "UTC")) for at in (start, start + timedelta(1))
        )
        at = pc.field("event_time")
        structs = {struct_version(struct): struct for struct in EVENT_VERSIONS[self._type]}
        files = (pa.BufferReader(self._lake.store.read(key)) for key in self._files)
        rows = (row for file in files for row in pq.read_table(file, filters=(at >= first) & (at < end)).to_pylist())
        return {row["event_id"]: _event(structs[row["schema_version"]], row) for row in rows}

    def difference(self, event: Event, data: bytes) -> tuple[Kind, str] | None:
        """Return how the bytes of a raw object differ from the event that was staged; None if they encode it."""
        canonical = encode(event)
        if data == canonical or self._encodes(event, data):
            return None
        kind = Kind.TRUNCATED if canonical.startswith(data) else Kind.ALTERED
        return kind, f"{len(data):,} bytes, and not the event that was staged"

    def _encodes(self, event: Event, data: bytes) -> bool:
        """Return True if bytes that are not canonical still encode the same event."""
        decoded = decode(Batch.of(self._type, [RawObject(event.event_time.date(), event.event_id, data)]))
        return decoded.table.num_rows == 1 and _event(type(event), decoded.table.to_pylist()[0]) == event


def _event(struct: type[Event], row: dict[str, object]) -> Event:
    values = {name: row[name] for name in struct.__struct_fields__}
    event: Event = msgspec.convert(values | {"event_type": struct.__struct_config__.tag}, struct)
    return event
