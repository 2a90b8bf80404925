"""Where the events of a run go: memory, one object for each event, a function, or several of these at once."""

import os

from hospital_sim.sinks.callback import CallbackSink
from hospital_sim.sinks.memory import MemorySink
from hospital_sim.sinks.objects import ObjectSink
from hospital_sim.sinks.protocol import Sink, SinkError
from hospital_sim.sinks.tee import TeeSink

__all__ = ["CallbackSink", "MemorySink", "ObjectSink", "Sink", "SinkError", "TeeSink", "open_sink"]


def open_sink(sink: Sink | str | os.PathLike[str]) -> Sink:
    """Return a sink: the one given, or one that creates objects below the raw root at a path or URL.

    Raises:
        UnknownSchemeError: If a URL has a scheme that no store knows.
        OverwritingStoreError: If the store at a URL is known to overwrite what is there.
    """
    return ObjectSink(sink) if isinstance(sink, str | os.PathLike) else sink
