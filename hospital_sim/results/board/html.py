"""Makes the HTML page of a bed board, one file with its style, script and data."""

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template

from hospital_sim.results.board.frames import Json

_SCRIPTS = ("stays.js", "details.js", "wards.js", "strip.js", "board.js")
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def board_page(frames: Mapping[str, Json]) -> str:
    """Return the page as HTML: the same frames give the same bytes.

    Args:
        frames: The data of the board, from ``board_frames``.
    """
    return Template(_read_file("board.html")).substitute(
        title=escape(f"{frames['hospital']}: bed board"),
        hospital=escape(str(frames["hospital"])),
        style=_read_file("board.css"),
        frames=_script_json(frames),
        script='"use strict";\n' + "\n\n".join(map(_read_file, _SCRIPTS)),
    )


def _read_file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8").rstrip()


def _script_json(value: Mapping[str, Json]) -> str:
    """Return JSON that is safe in a ``<script>`` element, whatever its strings contain."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, replacement in _ESCAPES.items():
        text = text.replace(character, replacement)
    return text
