"""What these tests share: quick commands, and the folder that the page on hospital-elt leaves."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from command_server import quick_path
from pages import run_examples

Environment = dict[str, str]


@pytest.fixture(scope="session")
def quick_commands() -> Environment:
    """An environment in which the project's commands start without importing everything again.

    Builds leave out the tests of the models, which other tests run on each warehouse.
    """
    return {**os.environ, "PATH": quick_path(), "DBT_EXCLUDE_RESOURCE_TYPES": "test"}


@pytest.fixture(scope="session")
def stepwise(
    built_once: Callable[[str, Callable[[Path], object]], Path], quick_commands: Environment
) -> Callable[[], Path]:
    """Return a function that runs the page on hospital-elt, once; its folder has a lake and a warehouse of January."""
    page = "docs/commands/hospital-elt.md"
    return lambda: built_once("stepwise", lambda folder: run_examples(page, folder, quick_commands))
