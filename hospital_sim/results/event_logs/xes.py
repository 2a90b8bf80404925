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
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO
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


class XesWriter:
    """Writes one log; leaving the ``with`` block ends the document.

    Write a log with one case::

        with open_xes("log.xes.gz") as file, XesWriter(file, {"concept:name": "City"}) as log:
            log.trace({"concept:name": "spell 1"}, [{"concept:name": "admission", "time:timestamp": now}])

    Args:
        file: The file to write to.
        attributes: Attributes of the log.
    """

    def __init__(self, file: TextIO, attributes: Mapping[str, Cell]) -> None:
        self._write = file.write
        self._write(_HEAD)
        self._attributes(attributes, "  ")

    def trace(self, attributes: Mapping[str, Cell], events: Iterable[Mapping[str, Cell]]) -> None:
        """Write a trace.

        Args:
            attributes: Attributes of the trace; values of None are left out.
            events: Attributes of each event, in the order of time; values of None are left out.
        """
        self._write("  <trace>\n")
        self._attributes(attributes, "    ")
        for event in events:
            self._write("    <event>\n")
            self._attributes(event, "      ")
            self._write("    </event>\n")
        self._write("  </trace>\n")

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the document, unless an error interrupted it."""
        if kind is None:
            self._write("</log>\n")

    def _attributes(self, attributes: Mapping[str, Cell], indent: str) -> None:
        for key, value in attributes.items():
            if value is not None:
                kind, text = _typed(value)
                self._write(f"{indent}<{kind} key={_quoted(key)} value={_quoted(text)}/>\n")


@contextmanager
def open_xes(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """Open a file to write UTF-8 text; compressed, without name and time in the header, if the path ends in ``.gz``."""
    with Path(path).open("wb") as raw:
        if os.fspath(path).endswith(".gz"):
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                yield from _text(packed)
        else:
            yield from _text(raw)


def _text(raw: io.BufferedWriter | gzip.GzipFile) -> Iterator[TextIO]:
    with io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as text:
        yield text


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
