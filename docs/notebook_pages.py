"""Makes a page of each notebook while the site is built (a hook of MkDocs)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add a page for each notebook."""
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        files.append(File.generated(config, f"notebooks/{notebook.stem}.md", content=page(notebook)))
    return files


def page(notebook: Path) -> str:
    """Return a notebook as Markdown, with what it shows."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(part for cell in cells for part in _cell(cell)) + "\n"


def _cell(cell: dict[str, Any]) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        # From the folder of the notebooks, the pages are in another one.
        yield source.replace("](../docs/", "](../").replace(".ipynb)", ".md)")
        return
    yield f"```python\n{source}\n```"
    for output in cell["outputs"]:
        yield _shown({kind: "".join(text) for kind, text in output.get("data", {}).items()})


def _shown(data: dict[str, str]) -> str:
    for kind in ("image/svg+xml", "text/html"):
        if kind in data:
            # Blank lines would end the HTML.
            lines = (line for line in data[kind].splitlines() if line.strip())
            return '<div class="shown">\n' + "\n".join(lines) + "\n</div>"
    return f"```text\n{data.get('text/plain', '')}\n```"
