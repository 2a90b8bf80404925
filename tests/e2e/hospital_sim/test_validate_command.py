"""The command ``hospital-sim validate``, on the simulator as it is and with a fault."""

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from command_lines import Done, call

from hospital_sim.blocks import pathways
from hospital_sim.distributions import Exponential
from hospital_sim.validation import STUDIES

pytestmark = pytest.mark.e2e

QUICK = ("--only", "blocks", "--workers", "1")
CHECKS = next(list(study.checks) for study in STUDIES if study.name == "Building blocks")


def _validate(*words: str) -> Done:
    return call("hospital-sim", "validate", *words)


def test_a_correct_simulator_passes_and_the_page_has_every_check(tmp_path: Path) -> None:
    page = tmp_path / "validation.html"

    done = _validate(*QUICK, "--page", str(page), "--json")

    assert done.returncode == 0, done.stderr
    checks = json.loads(done.stdout)["checks"]
    assert [check["name"] for check in checks] == [f"Building blocks: {name}" for name in CHECKS]
    assert {"name", "farthest", "expected", "observed", "interval", "passed"} == set(checks[0])
    assert all(check["interval"][0] <= check["observed"] <= check["interval"][1] for check in checks)
    text = unescape(page.read_text(encoding="utf-8"))
    assert [name for name in CHECKS if f"<td>{name}</td>" not in text] == []
    assert text.count("<td>right</td>") == len(CHECKS)


def test_a_fault_fails_with_exit_code_1_and_names_the_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def too_many(interarrival: Exponential, seed: int, name: str) -> Iterator[float]:
        return gaps(Exponential(interarrival.mean / 1.05), seed, name)

    gaps = pathways._gaps
    monkeypatch.setattr(pathways, "_gaps", too_many)
    page = tmp_path / "validation.md"

    done = _validate(*QUICK, "--page", str(page))

    assert done.returncode == 1
    assert "1 of 2 checks failed." in done.stdout
    wrong = [line for line in page.read_text(encoding="utf-8").splitlines() if line.endswith("| WRONG |")]
    assert [line.split(" | ")[0] for line in wrong] == [f"| {CHECKS[1]}"]


def test_a_list_names_every_study_and_check_and_runs_nothing() -> None:
    names = [(study.name, list(study.checks)) for study in STUDIES]

    printed, entries = _validate("--list"), json.loads(_validate("--list", "--json").stdout)["studies"]

    assert [name for study, checks in names for name in (study, *checks) if name not in printed.stdout] == []
    assert [(entry["name"], entry["checks"]) for entry in entries] == names
    assert "Inputs" not in _validate("--list", "--only", "exact").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--only", "exact", "--only", "astrology"), "no study has astrology in its name; there are Exact"),
        (("--page", "/nowhere/page.html"), "--page: there is no folder /nowhere"),
        (("--replications", "29"), "30"),
        (("--seed", "-1"), "seed"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_to_do(words: tuple[str, ...], message: str) -> None:
    done = _validate("--workers", "1", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
