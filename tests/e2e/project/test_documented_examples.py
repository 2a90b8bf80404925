"""Every example in README.md and docs/ is run as it stands, and prints what it is said to print."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import commands
from pages import ROOT, RUN, all_pages, blocks, matches, run_examples
from s3_servers import S3Server

pytestmark = pytest.mark.e2e

SHOWN = {"text", "toml", "yaml", "sql", "json", "ini", "sh"}

STEPWISE = "docs/commands/hospital-elt.md"
FOLLOWS = {"docs/how-to/nightly.md", "docs/how-to/s3.md"}
"""Pages that are run in a copy of the folder that STEPWISE leaves, because steps that are done are quick."""

IN_A_COPY = {"docs/how-to/event-field.md"}
"""Pages whose examples change the project: they are run in a copy of it."""

WITHOUT = {"docs/how-to/event-field.md": "## 5. See it"}
"""Headings of pages whose examples are run with --soak alone: there, a whole build of the changed project."""

ON_S3 = {"docs/how-to/s3.md"}
"""Pages whose examples keep a lake on S3: they are run with SeaweedFS, its address and its keys in the environment."""

NOT_RUN = {
    "CONTRIBUTING.md": "makes another environment and asks the package index",
    "docs/concepts/calibration.md": "ten years; the help of the command has an example of two",
    "docs/concepts/late-data.md": "a build for one event; test_quality has late events in a warehouse",
    "docs/concepts/stores.md": "a server's address and keys, which are the reader's own",
    "docs/how-to/airflow.md": "the package index; test_airflow reads the DAG and runs its commands",
    "docs/how-to/clickhouse.md": "a ClickHouse server at its usual port; test_clickhouse_warehouse has one",
    "docs/how-to/dagster.md": "the package index, and a server that goes on running; test_dagster runs the assets",
    "docs/how-to/dask.md": "processes that go on running; the cluster of the next example does the same",
    "docs/how-to/migrate.md": "an account of AWS",
    "docs/how-to/nation.md": "a year of 130 trusts; test_simulate_side_by_side has three small hospitals",
    "docs/how-to/nightly.md": "cron's own table",
    "docs/how-to/power-bi.md": "paths of Windows, and warehouses elsewhere",
    "docs/how-to/s3.md": "a server's address and keys, which are the reader's own",
    "docs/redshift.md": "a cluster of Amazon Redshift",
    "docs/tutorial.md": "asks the package index",
    "docs/warehouses.md": "a server's address and password, which are the reader's own; dbt in an unpacked project",
}
"""Pages that show commands which no test can run, and what stands in the way; the blocks are ``sh`` or ``text``."""

PROGRAM = re.compile(
    # A field of TOML may have the name of a program.
    r"^(?:\S+=\S* )*(?:hospital-(?:sim|elt)|pip|python[\d.]*|dbt|dask|make|git|export|source|cd|aws|curl|docker)"
    r"\b(?! =)",
    re.MULTILINE,
)


def _with_a_make_that_says_what_it_would_do(environment: dict[str, str], folder: Path) -> dict[str, str]:
    make = folder / "make"
    make.write_text(f'#!/bin/sh\nPATH="${{PATH#*:}}" exec make -n -C "{ROOT}" "$@"\n', encoding="utf-8")
    make.chmod(0o755)
    return {**environment, "PATH": f"{folder}:{environment['PATH']}"}


def _copy_of_the_project(folder: Path) -> dict[str, str]:
    """Copy what the project is made of, and return an environment in which Python takes the copy."""
    ignored = shutil.ignore_patterns("__pycache__", "target", "logs")
    for part in ("hospital_sim", "elt", "adapter", "docs"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    return {**os.environ, "PYTHONPATH": f"{folder}:{folder / 'adapter'}", "DBT_EXCLUDE_RESOURCE_TYPES": "test"}


@pytest.mark.parametrize("page", [page for page in all_pages() if any(block.is_example for block in blocks(page))])
def test_the_examples_of_a_page_do_what_it_says(
    page: str,
    quick_commands: dict[str, str],
    stepwise: Callable[[], Path],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    soak: bool,
) -> None:
    if page == STEPWISE:
        stepwise()
        return
    folder = tmp_path / "here"
    if page in FOLLOWS:
        shutil.copytree(stepwise(), folder, symlinks=True)
    else:
        folder.mkdir()
    environment = _copy_of_the_project(folder) if page in IN_A_COPY else quick_commands
    environment = _with_a_make_that_says_what_it_would_do(environment, tmp_path)
    if page in ON_S3:
        server: S3Server = request.getfixturevalue("seaweed_server")
        environment |= server.environment()

    run_examples(page, folder, environment, before="" if soak else WITHOUT.get(page, ""))


def test_a_block_is_run_or_only_shown_for_a_reason() -> None:
    wrong = []
    for page in all_pages():
        fences = len(re.findall(r"^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE))
        if fences != 2 * len(blocks(page)):
            wrong.append(f"{page}: a block without a language, or not closed")
        for block in blocks(page):
            if block.language not in RUN | SHOWN:
                wrong.append(f"{page}:{block.line}: {block.language}: write one of {sorted(RUN | SHOWN)}")
            is_command = block.language == "sh" or PROGRAM.search(block.text)
            if is_command and not block.is_example and page not in NOT_RUN:
                wrong.append(f"{page}:{block.line}: mark it bash, or say in NOT_RUN why it is not run")

    assert wrong == []


def test_a_command_that_is_only_shown_exists_with_its_options() -> None:
    wrong = []
    for page in all_pages():
        for block in blocks(page):
            text = "" if block.is_example else block.text.replace("\\\n", " ")
            for program, words in re.findall(r"\b(hospital-(?:sim|elt)) ([^|>\n]*)", text):
                known = commands(program)
                name = next((name for name in sorted(known, key=len, reverse=True) if words.startswith(name)), None)
                parameters = known[name].params if name else []
                options = {option for parameter in parameters for option in parameter.opts} | {"--help", "--debug"}
                missing = set(re.findall(r"(?<= )--[a-z-]+", words)) - options
                if not name or missing:
                    wrong.append(f"{page}:{block.line}: {program} {words} does not exist, or not with {missing}")

    assert wrong == []


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\n", "b\n", False),
        ("a\n", "a\nb\n", False),
        ("a … c\n", "a b c\n", True),
        ("a … c\n", "a b\nd c\n", False),
    ],
)
def test_what_is_shown_is_compared_with_what_is_printed(shown: str, printed: str, same: bool) -> None:
    assert matches(shown, printed) is same
