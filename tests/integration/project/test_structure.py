"""The rooms of both packages stay few and findable, and docs/architecture.md names what exists."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
PACKAGES = ("hospital_sim", "elt")
MOST_ENTRIES = {"hospital_sim": 21, "elt": 17, "elt/staging": 15}
MOST_ELSEWHERE = 16
SHARED_NAMES = {"__init__", "base", "protocol", "run", "errors", "checks"}
"""Names that several modules of one package may have."""

BUILT = re.compile(r"__pycache__|.*\.so")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _entries(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not BUILT.fullmatch(entry.name))


def _folders() -> Iterator[Path]:
    for package in PACKAGES:
        yield ROOT / package
        for path in sorted((ROOT / package).rglob("*")):
            inside = path.relative_to(ROOT).as_posix()
            if path.is_dir() and not inside.startswith("elt/models/") and "__pycache__" not in inside:
                yield path


def _definitions(module: Path) -> set[str]:
    """Return the names of the functions, constants, classes and methods (``Class.method``) of a module."""
    names: set[str] = set()
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{member.name}" for member in node.body if isinstance(member, ast.FunctionDef)}
    return names


def test_one_module_alone_deletes_objects() -> None:
    def deletes(module: Path) -> bool:
        nodes = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        return any(isinstance(node, ast.Attribute) and node.attr == "delete_many" for node in nodes)

    modules = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    assert [path.relative_to(ROOT).as_posix() for path in modules if deletes(path)] == ["elt/staging/delete.py"]


def test_every_folder_is_small_enough_to_be_read_at_once() -> None:
    entries = {folder.relative_to(ROOT).as_posix(): len(_entries(folder)) for folder in _folders()}
    crowded = {name: count for name, count in entries.items() if count > MOST_ENTRIES.get(name, MOST_ELSEWHERE)}

    assert not crowded, "divide these folders, or put their modules together"


def test_no_two_modules_of_a_package_have_one_name() -> None:
    for package in PACKAGES:
        names = Counter(path.stem for path in (ROOT / package).rglob("*.py"))

        assert [name for name, count in names.items() if count > 1 and name not in SHARED_NAMES] == [], package


def test_every_room_has_its_line_in_the_architecture_and_in_the_tree_of_the_readme() -> None:
    lines = {package: README.partition(f"\n{package}/ ")[2].partition("```")[0] for package in PACKAGES}
    rooms = [(package, entry.name) for package in PACKAGES for entry in _entries(ROOT / package) if entry.is_dir()]

    assert [(package, room) for package, room in rooms if f"`{package}/{room}/`" not in ARCHITECTURE] == []
    assert [(package, room) for package, room in rooms if f"  {room}/" not in lines[package]] == []


def test_every_path_of_the_architecture_exists() -> None:
    paths = set(re.findall(r"`([\w.-]+/[\w./-]*)`", ARCHITECTURE))

    assert len(paths) > 40
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []


def test_every_function_of_the_architecture_is_in_the_file_it_names() -> None:
    named = re.findall(r"`([\w.]+)`\s+\(`([\w./]+\.py)`\)", ARCHITECTURE)

    assert len(named) > 20
    assert [(name, path) for name, path in named if name not in _definitions(ROOT / path)] == []


def test_every_model_of_the_architecture_is_in_the_dbt_project() -> None:
    models = {path.stem for path in (ROOT / "elt" / "models").rglob("*.sql")}
    named = set(re.findall(r"`((?:stg|fact|dim|mart)_\w+)`", ARCHITECTURE))

    assert named
    assert named <= models
