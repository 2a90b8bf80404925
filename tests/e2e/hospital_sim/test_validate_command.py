"""The command ``hospital-sim validate``, on the simulator as it is and with a fault."""

import json
import os
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

SUPPORT = Path(__file__).parents[2] / "support"
MAIN = "from hospital_sim.cli import main; main()"
BROKEN = "import simulator_faults\nwith simulator_faults.RATE_HIGH():\n    from hospital_sim.cli import main; main()"


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, "validate", *arguments]
    path = os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"COLUMNS": "160", "PYTHONPATH": path}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)


def _checks(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Return the checks without the name of their study, which the page does not repeat."""
    checks: list[dict[str, Any]] = json.loads(done.stdout)["checks"]
    return [check | {"name": check["name"].removeprefix("Seasonal demand: ")} for check in checks]


def test_a_correct_simulator_passes_and_the_page_has_every_check(tmp_path: Path) -> None:
    page = tmp_path / "validation.html"
    done = _run(MAIN, "--only", "seasonal", "--page", str(page), "--json")

    assert done.returncode == 0, done.stderr
    checks = _checks(done)
    assert [set(check) for check in checks] == [{"name", "expected", "observed", "interval", "passed"}] * len(checks)
    assert all(check["interval"][0] <= check["observed"] <= check["interval"][1] for check in checks)
    assert len({check["name"] for check in checks}) == len(checks) >= 12
    text = unescape(page.read_text(encoding="utf-8"))
    assert [name for check in checks if f"<td>{(name := check['name'])}</td>" not in text] == []
    assert text.count("<td>right</td>") == len(checks)


def test_a_table_for_each_study_and_one_verdict() -> None:
    done = _run(MAIN, "--only", "seasonal")

    assert done.returncode == 0, done.stderr
    assert "Seasonal demand" in done.stdout
    assert "checks passed" in done.stdout


def test_a_rate_5_percent_too_high_fails_with_exit_code_1_and_names_the_checks(tmp_path: Path) -> None:
    page = tmp_path / "validation.md"
    done = _run(BROKEN, "--only", "seasonal", "--page", str(page), "--json")

    assert done.returncode == 1
    failed = [check["name"] for check in _checks(done) if not check["passed"]]
    lines = page.read_text(encoding="utf-8").splitlines()
    assert failed == [line.split(" | ")[0].removeprefix("| ") for line in lines if line.endswith("| WRONG |")] != []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--only", "astrology"), "no study has astrology in its name; there are Exact"),
        (("--page", "/nowhere/page.html"), "--page: there is no folder /nowhere"),
        (("--replications", "29"), "30"),
        (("--seed", "-1"), "seed"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_to_do(arguments: tuple[str, ...], message: str) -> None:
    done = _run(MAIN, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
