"""Two rules of the language that a program can hold: how modules introduce themselves, and the names of locals."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
PRODUCT = sorted(path for package in ("hospital_sim", "elt", "adapter") for path in (ROOT / package).rglob("*.py"))
QUESTIONS = {"What", "Whether", "Who", "Where", "When", "How"}
RIDDLES = {"found", "told", "given", "left"}


def _local_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of every variable and parameter of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def test_the_rules_are_held_to_every_module() -> None:
    assert len(PRODUCT) > 250


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_introduces_itself_without_a_question(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))

    if path.stat().st_size:
        assert docstring, "a module has a docstring"
        assert docstring.split()[0].strip(",.:") not in QUESTIONS


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_locals_are_named_after_what_they_hold(path: Path) -> None:
    names = _local_names(ast.parse(path.read_text(encoding="utf-8")))

    assert [f"line {line}: {name}" for line, name in names if name in RIDDLES] == []


@pytest.mark.parametrize("code", ["found = 1", "for left in []: pass", "def f(told): pass", "lambda given: given"])
def test_a_riddle_is_noticed(code: str) -> None:
    assert {name for _, name in _local_names(ast.parse(code))} & RIDDLES
