"""Where the events of a run go: memory, or one object for each event."""

import os

from hospital_sim.sinks.memory import MemorySink
from hospital_sim.sinks.objects import ObjectSink, SinkError
from hospital_sim.sinks.protocol import Sink

__all__ = ["MemorySink", "ObjectSink", "Sink", "SinkError", "open_sink"]


def open_sink(sink: Sink | str | os.PathLike[str]) -> Sink:
    """Return a sink: the one given, or one that creates objects below the raw root at a path or URL.

    Raises:
        UnknownSchemeError: If a URL has a scheme that no store knows.
    """
    return ObjectSink(sink) if isinstance(sink, str | os.PathLike) else sink
