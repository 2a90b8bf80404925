"""Two rules of the language that a program can hold: how modules introduce themselves, and the names of locals."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
QUESTIONS = {"What", "Whether", "Who", "Where", "When", "How"}
RIDDLES = {"found", "told", "given", "left"}


def _violations(code: str) -> Iterator[str]:
    tree = ast.parse(code)
    docstring = ast.get_docstring(tree) or ""
    if code and not docstring:
        yield "1: write a docstring of the module"
    if docstring and docstring.split()[0].strip(",.:") in QUESTIONS:
        yield f"1: begin with the thing or the verb, not with {docstring.split()[0]}"
    for node in ast.walk(tree):
        is_variable = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        name = node.id if is_variable else node.arg if isinstance(node, ast.arg) else ""  # type: ignore[attr-defined]
        if name in RIDDLES:
            yield f"{node.lineno}: name {name} after what it holds"  # type: ignore[attr-defined]


def test_modules_introduce_themselves_without_a_question_and_name_locals_after_what_they_hold() -> None:
    paths = [path for package in ("hospital_sim", "elt", "adapter") for path in (ROOT / package).rglob("*.py")]
    wrong = [
        f"{path.relative_to(ROOT)}:{violation}"
        for path in sorted(paths)
        for violation in _violations(path.read_text(encoding="utf-8"))
    ]

    assert len(paths) > 250
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", ["found = 1", "for left in []: pass", "def f(told): pass", "lambda given: given"])
def test_a_riddle_is_noticed(code: str) -> None:
    assert len(list(_violations(f'"""Count beds."""\n{code}'))) == 1
    assert len(list(_violations(f'"""How beds are counted."""\n{code}'))) == 2
    assert len(list(_violations(code))) == 2
