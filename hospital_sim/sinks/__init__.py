"""Sinks take the events of a run while it is simulated.

- ``MemorySink`` keeps the events in a list.
- ``ObjectSink`` creates one object for each event, or one bundle for each type and day, below the raw root of a lake.
- ``CallbackSink`` calls your function with each event.
- ``TeeSink`` passes each event to several sinks.
- ``Sink`` is the protocol of a sink of your own; ``SinkError`` is raised when a sink fails.
- ``open_sink`` turns a path or a URL into a sink.

Every sink is a context manager::

    with ObjectSink("lake/raw") as sink:
        hospital.simulate("2024-01-01", "2024-12-31", seed=1, sink=sink)
    print(sink.created)
"""

import os

from hospital_sim.sinks.callback import CallbackSink
from hospital_sim.sinks.memory import MemorySink
from hospital_sim.sinks.objects import ObjectSink
from hospital_sim.sinks.protocol import Sink, SinkError
from hospital_sim.sinks.tee import TeeSink

__all__ = ["CallbackSink", "MemorySink", "ObjectSink", "Sink", "SinkError", "TeeSink", "open_sink"]


def open_sink(sink: Sink | str | os.PathLike[str], *, bundle: bool = False) -> Sink:
    """Return a sink as it is, or an ``ObjectSink`` for the raw root at a path or URL.

    Args:
        sink: The sink, path or URL.
        bundle: True to write day bundles to a raw root; a sink decides that itself.

    Raises:
        ValueError: If ``bundle`` is True for a sink.
        UnknownSchemeError: If no store has the scheme of the URL.
        OverwritingStoreError: If the store at the URL is known to overwrite.
    """
    if isinstance(sink, str | os.PathLike):
        return ObjectSink(sink, bundle=bundle)
    if bundle:
        raise ValueError("bundle: is for a path or a URL; make the sink with ObjectSink(root, bundle=True)")
    return sink
