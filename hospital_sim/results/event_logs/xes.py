"""Writes XES, the XML of process mining (IEEE 1849), one trace at a time, so that memory does not grow with the log.

The file declares the standard extensions concept, time, lifecycle and organizational. Every trace has a name; every
event has a name, a time and a transition.
"""

from __future__ import annotations

import gzip
import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape

from hospital_sim.tables import Cell

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <global scope="trace">
    <string key="concept:name" value="unknown"/>
  </global>
  <global scope="event">
    <string key="concept:name" value="unknown"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/>
    <string key="lifecycle:transition" value="complete"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <classifier name="Activity and transition" keys="concept:name lifecycle:transition"/>
"""
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot represent."""
_REPLACEMENT = "\ufffd"

_IN_QUOTES = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
"""Characters that would end a value, or that a reader would turn into a space."""


def write_log(
    file: TextIO,
    attributes: Mapping[str, Cell],
    traces: Iterable[tuple[Mapping[str, Cell], Iterable[Mapping[str, Cell]]]],
) -> None:
    """Write one log, each trace before the next is read. An error leaves the document without its end.

    Attributes whose value is None are left out.

    Args:
        file: The file to write to.
        attributes: Attributes of the log.
        traces: Attributes of each trace, and of each of its events in the order of time.
    """
    file.write(_HEAD)
    _write_attributes(file, attributes, "  ")
    for case, events in traces:
        file.write("  <trace>\n")
        _write_attributes(file, case, "    ")
        for event in events:
            file.write("    <event>\n")
            _write_attributes(file, event, "      ")
            file.write("    </event>\n")
        file.write("  </trace>\n")
    file.write("</log>\n")


def _write_attributes(file: TextIO, attributes: Mapping[str, Cell], indent: str) -> None:
    for key, value in attributes.items():
        if value is not None:
            kind, text = _typed(value)
            file.write(f"{indent}<{kind} key={_quoted(key)} value={_quoted(text)}/>\n")


@contextmanager
def open_xes(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """Open a file to write UTF-8 text; compressed, without name and time in the header, if the path ends in ``.gz``."""
    with ExitStack() as stack:
        file: io.BufferedWriter | gzip.GzipFile = stack.enter_context(Path(path).open("wb"))
        if os.fspath(path).endswith(".gz"):
            file = stack.enter_context(gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0))
        yield stack.enter_context(io.TextIOWrapper(file, encoding="utf-8", newline="\n"))


def _typed(value: Cell) -> tuple[str, str]:
    """Return the XES type of a value, and the value as its text."""
    if isinstance(value, bool):
        return "boolean", str(value).lower()
    if isinstance(value, int):
        return "int", str(value)
    if isinstance(value, float):
        return "float", repr(value)
    if isinstance(value, datetime):
        return "date", value.isoformat()
    return "string", value.isoformat() if isinstance(value, date) else str(value)


def _quoted(text: str) -> str:
    return '"' + escape(_NOT_IN_XML.sub(_REPLACEMENT, text), _IN_QUOTES) + '"'
