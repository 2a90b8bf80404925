"""Every notebook runs from top to bottom, and is stored as it is written: without outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.integration

NOTEBOOKS = sorted((Path(__file__).parents[3] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_something(notebook: Path, tmp_path: Path) -> None:
    opened = nbformat.read(notebook, as_version=4)

    NotebookClient(opened, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()

    code = [cell for cell in opened.cells if cell.cell_type == "code"]
    printed = [output for cell in code for output in cell.outputs if output.output_type == "stream"]
    assert code
    assert all(any("data" in output for output in cell.outputs) for cell in code)
    assert not printed


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(notebook: Path) -> None:
    opened = nbformat.read(notebook, as_version=4)

    nbformat.validate(opened)
    assert all(not cell.outputs and cell.execution_count is None for cell in opened.cells if cell.cell_type == "code")
