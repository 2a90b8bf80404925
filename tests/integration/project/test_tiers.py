"""The rules of tests/conftest.py, seen from outside: a small suite that breaks one is refused."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
RunSuite = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_suite(tmp_path: Path) -> RunSuite:
    """Return a function that runs one test module, at a path below ``tests``, under this project's rules."""

    def run(path: str, module: str, *arguments: str, ci: str = "") -> subprocess.CompletedProcess[str]:
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        target = tmp_path / "tests" / path
        target.parent.mkdir(parents=True)
        shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
        target.write_text("import pytest\n" + module, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=tmp_path,
            env={**os.environ, "CI": ci, "HOSPITAL_COMMAND_SERVER": ""},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_test_of_one_tier_in_its_folder_is_run_and_an_expected_failure_is_no_skip(run_suite: RunSuite) -> None:
    right = (
        "@pytest.mark.unit\ndef test_it(): pass\n@pytest.mark.unit\n@pytest.mark.xfail\ndef test_fails(): assert 0\n"
    )
    done = run_suite("unit/test_a.py", right, ci="true")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 1 xfailed" in done.stdout


WRONG = {
    "def test_none(): pass\n": "test_none: marked with no tier",
    "@pytest.mark.unit\n@pytest.mark.e2e\ndef test_two(): pass\n": "test_two: marked e2e and unit",
    "@pytest.mark.property\ndef test_other(): pass\n": "test_other: marked property but not in tests/property",
}


@pytest.mark.parametrize(
    ("module", "arguments", "messages"),
    [
        ("".join(WRONG), (), WRONG.values()),
        ("".join(WRONG), ("-n", "1"), WRONG.values()),
        ("@pytest.mark.slow\ndef test_it(): pass\n", (), ["'slow' not found in `markers`"]),
    ],
    ids=["one process", "a worker", "a mark that is not declared"],
)
def test_tests_without_one_tier_of_their_own_folder_or_with_another_mark_are_refused(
    run_suite: RunSuite, module: str, arguments: tuple[str, ...], messages: Collection[str]
) -> None:
    done = run_suite("unit/test_a.py", module, *arguments)

    assert done.returncode != 0
    assert [message for message in messages if message not in done.stdout + done.stderr] == []


SKIPS = {
    "in a test and by a mark": (
        "@pytest.mark.unit\ndef test_it(): pytest.skip('no such part')\n"
        "@pytest.mark.unit\n@pytest.mark.skipif(True, reason='no such part')\ndef test_that(): pass\n"
    ),
    "of a module": "pytest.skip('no such part', allow_module_level=True)\n",
}


@pytest.mark.parametrize("module", SKIPS.values(), ids=SKIPS.keys())
def test_a_skip_is_a_failure_in_ci_and_nowhere_else(run_suite: RunSuite, module: str, tmp_path: Path) -> None:
    count = max(1, module.count("def "))
    in_ci = run_suite("unit/test_a.py", module, ci="true")
    shutil.rmtree(tmp_path / "tests")
    elsewhere = run_suite("unit/test_a.py", module)

    assert in_ci.returncode != 0
    assert in_ci.stdout.count("nothing may be skipped in CI: ") >= count
    assert "no such part" in in_ci.stdout
    assert elsewhere.returncode in (0, 5)
    assert f"{count} skipped" in elsewhere.stdout


@pytest.mark.parametrize(
    ("arguments", "profile", "outcome"),
    [((), "ci 50 False", "1 passed, 1 deselected"), (("--soak",), "soak 2000 True", "2 passed")],
)
def test_a_long_run_tries_more_examples_and_runs_tests_for_long_runs(
    run_suite: RunSuite, arguments: tuple[str, ...], profile: str, outcome: str
) -> None:
    module = (
        "from hypothesis import settings\n@pytest.mark.unit\ndef test_it(soak):\n"
        "    print(settings.get_current_profile_name(), settings().max_examples, soak)\n"
        "@pytest.mark.unit\n@pytest.mark.soak\ndef test_long(): pass\n"
    )

    done = run_suite("unit/test_a.py", module, "-s", *arguments)

    assert profile in done.stdout
    assert outcome in done.stdout
