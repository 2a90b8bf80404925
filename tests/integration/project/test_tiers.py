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


def test_a_test_of_one_tier_in_its_folder_is_run(run_suite: RunSuite) -> None:
    done = run_suite("unit/test_a.py", "@pytest.mark.unit\ndef test_it(): pass\n")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(
    ("marks", "fault"),
    [
        ("", "test_it: marked with no tier"),
        ("@pytest.mark.unit\n@pytest.mark.e2e\n", "test_it: marked e2e and unit"),
        ("@pytest.mark.property\n", "test_it: marked property but not in tests/property"),
        ("@pytest.mark.slow\n", "'slow' not found in `markers`"),
    ],
)
def test_a_test_without_one_tier_of_its_own_folder_is_refused(run_suite: RunSuite, marks: str, fault: str) -> None:
    done = run_suite("unit/test_a.py", f"{marks}def test_it(): pass\n")

    assert done.returncode != 0
    assert fault in done.stdout + done.stderr


def test_workers_refuse_it_too(run_suite: RunSuite) -> None:
    done = run_suite("unit/test_a.py", "def test_it(): pass\n", "-n", "2")

    assert done.returncode != 0
    assert "test_it: marked with no tier" in done.stdout


SKIPS = {
    "in the test": "@pytest.mark.unit\ndef test_it(): pytest.skip('no such part')\n",
    "by a mark": "@pytest.mark.unit\n@pytest.mark.skipif(True, reason='no such part')\ndef test_it(): pass\n",
    "of a module": "pytest.skip('no such part', allow_module_level=True)\n",
}


@pytest.mark.parametrize("module", SKIPS.values(), ids=SKIPS.keys())
def test_a_skip_is_a_failure_in_ci_and_nowhere_else(run_suite: RunSuite, module: str, tmp_path: Path) -> None:
    in_ci = run_suite("unit/test_a.py", module, ci="true")
    shutil.rmtree(tmp_path / "tests")
    elsewhere = run_suite("unit/test_a.py", module)

    assert in_ci.returncode != 0
    assert "nothing may be skipped in CI: " in in_ci.stdout
    assert "no such part" in in_ci.stdout
    assert elsewhere.returncode in (0, 5)
    assert "1 skipped" in elsewhere.stdout


def test_an_expected_failure_is_no_skip(run_suite: RunSuite) -> None:
    done = run_suite("unit/test_a.py", "@pytest.mark.unit\n@pytest.mark.xfail\ndef test_it(): assert 0\n", ci="true")

    assert done.returncode == 0


@pytest.mark.parametrize(("arguments", "profile"), [((), "ci 50"), (("--soak",), "soak 2000")])
def test_a_long_run_tries_more_examples(run_suite: RunSuite, arguments: tuple[str, ...], profile: str) -> None:
    module = (
        "from hypothesis import settings\n@pytest.mark.unit\ndef test_it(soak):\n"
        "    print(settings.get_current_profile_name(), settings().max_examples, soak)\n"
    )

    done = run_suite("unit/test_a.py", module, "-s", *arguments)

    assert f"{profile} {bool(arguments)}" in done.stdout
