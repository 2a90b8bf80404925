"""Every notebook runs from top to bottom, and the outputs that are stored in it are those of a fresh run."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from command_server import commands

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_BYTES = 150_000
LONG = {"02_more_beds", "03_own_pathway", "04_pressure"}
"""Notebooks of half a minute or more of simulation, run with --soak; what they use has tests of its own."""
PICTURE = "image/svg+xml"

Executed = Callable[[Path, Path], nbformat.NotebookNode]
executed: Executed = runpy.run_path(str(ROOT / "notebooks" / "execute.py"))["executed"]


def _code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _texts(notebook: nbformat.NotebookNode) -> list[list[dict[str, str]]]:
    """Return what each code cell shows in words and numbers; of a picture, that there is one."""
    return [
        [
            {kind: "" if kind == PICTURE else _plain(text) for kind, text in output.get("data", {}).items()}
            for output in cell.outputs
        ]
        for cell in _code(notebook)
    ]


def _plain(text: str) -> str:
    # pandas names each table anew, and Altair each chart.
    return re.sub(r'id="T_\w+"|<(?:div|style)[^>]*>', "", text)


@pytest.fixture
def quick_dbt(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let notebooks start dbt in a fork of a process that has imported it; other processes are started as usual.

    Builds leave out the tests of the models, which other tests run.
    """
    folder = tmp_path_factory.mktemp("ipython")
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True)
    lines = f"import multiprocessing.spawn\nimport sys\nsys.executable = {str(commands() / 'python')!r}\n"
    (startup / "quick_dbt.py").write_text(lines, encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(folder))
    monkeypatch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "test")


@pytest.mark.usefixtures("quick_dbt")
@pytest.mark.parametrize(
    "notebook",
    [pytest.param(path, marks=[pytest.mark.soak] if path.stem in LONG else []) for path in NOTEBOOKS],
    ids=lambda path: path.stem,
)
def test_a_fresh_run_of_a_notebook_shows_what_is_stored_in_it(notebook: Path, tmp_path: Path) -> None:
    stored = nbformat.read(notebook, as_version=4)

    fresh = executed(notebook, tmp_path)

    for cell, before, after in zip(_code(stored), _texts(stored), _texts(fresh), strict=True):
        assert before == after, f"{cell.source}\n\nrun: make notebooks"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_reads_as_a_page(notebook: Path) -> None:
    opened = nbformat.read(notebook, as_version=4)
    nbformat.validate(opened)
    first, *_ = opened.cells
    code = _code(opened)

    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    # A cell shows something, or says how something is done for the cells after it.
    assert all(cell.source.startswith(("def ", "STROKE, ")) or any("data" in o for o in cell.outputs) for cell in code)
    assert not [output for cell in code for output in cell.outputs if output.output_type in ("stream", "error")]
    assert any(PICTURE in output.data for cell in code for output in cell.outputs)
    assert notebook.stat().st_size <= MOST_BYTES
    text = "\n".join(cell.source for cell in opened.cells if cell.cell_type == "markdown")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert not [link for link in links if not (notebook.parent / link).exists()]
