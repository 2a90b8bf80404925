"""A bed board: a page that plays a run through time, bed by bed.

- ``Board`` is the board of a run; a notebook shows it.
- ``board_frames`` computes its data from the events; ``board_page`` makes the page from that data.
"""

import os
from collections.abc import Iterable
from html import escape
from pathlib import Path

from hospital_sim.events import Event, RunStarted
from hospital_sim.results.board.frames import board_frames
from hospital_sim.results.board.html import board_page

__all__ = ["Board", "board_frames", "board_page"]


class Board:
    """The bed board of a run; a notebook shows it.

    Args:
        run: The run.
        events: Its events, in any order.
    """

    def __init__(self, run: RunStarted, events: Iterable[Event]) -> None:
        self._title = f"{run.hospital_name}, {run.emit_from} to {run.end}"
        self._frames = board_frames(run, events)

    def html(self) -> str:
        """Return the board as one HTML page that needs no other file."""
        return board_page(self._frames)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the board as one HTML file; an existing file is replaced.

        Raises:
            OSError: If the file cannot be written.
        """
        target = Path(path)
        target.write_text(self.html(), encoding="utf-8")
        return target

    def __repr__(self) -> str:
        """Return the hospital and the period."""
        return f"<Board of {self._title}>"

    def _repr_html_(self) -> str:
        frame = 'style="width:100%;height:46em;border:0" sandbox="allow-scripts"'
        return f'<iframe title="Bed board" {frame} srcdoc="{escape(self.html())}"></iframe>'
