"""The rules of tests/conftest.py, seen from outside: a small suite that breaks one is refused."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
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
            env={**os.environ, "CI": ci},
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


WITHOUT_A_TIER = "def test_none(): pass\n"
WRONG = {
    WITHOUT_A_TIER: "test_none: marked with no tier",
    "@pytest.mark.unit\n@pytest.mark.e2e\ndef test_two(): pass\n": "test_two: marked e2e and unit",
    "@pytest.mark.property\ndef test_other(): pass\n": "test_other: marked property but not in tests/property",
}


def test_tests_without_one_tier_of_their_own_folder_are_refused(run_suite: RunSuite) -> None:
    done = run_suite("unit/test_a.py", "".join(WRONG))

    assert done.returncode != 0
    assert [fault for fault in WRONG.values() if fault not in done.stdout + done.stderr] == []


def test_a_mark_that_is_not_declared_is_refused(run_suite: RunSuite) -> None:
    done = run_suite("unit/test_a.py", "@pytest.mark.slow\ndef test_it(): pass\n")

    assert done.returncode != 0
    assert "'slow' not found in `markers`" in done.stdout + done.stderr


def test_workers_refuse_it_too(run_suite: RunSuite) -> None:
    done = run_suite("unit/test_a.py", WITHOUT_A_TIER, "-n", "1")

    assert done.returncode != 0
    assert "test_none: marked with no tier" in done.stdout


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


@pytest.mark.parametrize(("arguments", "profile"), [((), "ci 50"), (("--soak",), "soak 2000")])
def test_a_long_run_tries_more_examples(run_suite: RunSuite, arguments: tuple[str, ...], profile: str) -> None:
    module = (
        "from hypothesis import settings\n@pytest.mark.unit\ndef test_it(soak):\n"
        "    print(settings.get_current_profile_name(), settings().max_examples, soak)\n"
    )

    done = run_suite("unit/test_a.py", module, "-s", *arguments)

    assert f"{profile} {bool(arguments)}" in done.stdout


@pytest.mark.parametrize(("arguments", "outcome"), [((), "1 deselected"), (("--soak",), "1 passed")])
def test_a_test_for_long_runs_is_run_with_soak_alone(
    run_suite: RunSuite, arguments: tuple[str, ...], outcome: str
) -> None:
    done = run_suite("unit/test_a.py", "@pytest.mark.unit\n@pytest.mark.soak\ndef test_it(): pass\n", *arguments)

    assert outcome in done.stdout
