"""A bed board: plays a hospital through time, bed by bed."""

import os
from collections.abc import Iterable
from html import escape
from pathlib import Path

from hospital_sim.events import Event, RunStarted
from hospital_sim.results.board.frames import board_frames
from hospital_sim.results.board.html import board_page

__all__ = ["Board", "board_frames", "board_page"]


class Board:
    """The bed board of a run; a notebook shows it as it is.

    Args:
        run: The run.
        events: Its events, in any order.
    """

    def __init__(self, run: RunStarted, events: Iterable[Event]) -> None:
        self._title = f"{run.hospital_name}, {run.emit_from} to {run.end}"
        self._frames = board_frames(run, events)

    def html(self) -> str:
        """Return the board as one page that needs nothing else."""
        return board_page(self._frames)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the board as one HTML file; one that is there is replaced.

        Raises:
            OSError: If the file cannot be written.
        """
        target = Path(path)
        target.write_text(self.html(), encoding="utf-8")
        return target

    def __repr__(self) -> str:
        """Say whose board it is."""
        return f"<Board of {self._title}>"

    def _repr_html_(self) -> str:
        frame = 'style="width:100%;height:46em;border:0" sandbox="allow-scripts"'
        return f'<iframe title="Bed board" {frame} srcdoc="{escape(self.html())}"></iframe>'
