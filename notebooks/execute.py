"""Execute the notebooks and store what they show: python notebooks/execute.py [NAME …]."""

import json
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
SVG = "image/svg+xml"
TIMEOUT = 600
"""Seconds for a cell."""


def executed(notebook: Path, folder: Path) -> nbformat.NotebookNode:
    """Return a notebook as it is after it ran from top to bottom in a folder; nothing of when and where is in it."""
    opened = nbformat.read(notebook, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(opened, timeout=TIMEOUT, kernel_name="python3", resources=resources, record_timing=False).execute()
    opened.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(opened.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = {}
        for output in cell.get("outputs", []):
            _name_the_font(output.get("data", {}))
    return opened


def _name_the_font(shown: dict[str, str]) -> None:
    """Name the font by whose widths a picture was laid out: what a browser takes for sans-serif may be wider."""
    if SVG in shown:
        shown[SVG] = shown[SVG].replace(
            'font-family="sans-serif"', """font-family="Arial, 'Liberation Sans', sans-serif\""""
        )


def main(names: list[str]) -> None:
    """Execute the notebooks whose name has one of the words, or all."""
    for notebook in sorted(FOLDER.glob("*.ipynb")):
        if names and not any(name in notebook.name for name in names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            done = executed(notebook, Path(folder))
        notebook.write_text(json.dumps(done, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        sys.stdout.write(f"{notebook.name}: {notebook.stat().st_size / 1000:,.0f} kB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
