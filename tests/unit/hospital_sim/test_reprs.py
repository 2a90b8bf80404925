"""In a notebook, every public value shows itself in one line; a table in some."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import simpy

import hospital_sim as hs
from hospital_sim.sinks import CallbackSink, TeeSink

pytestmark = pytest.mark.unit

MONTH = ("2024-01-01", "2024-01-31")
LONGEST = 160


def _values(folder: Path) -> Iterator[tuple[str, object]]:
    hospital = hs.load("small")
    run = hospital.simulate(*MONTH, seed=1)
    yield from {"hospital": hospital, "run": run, "write": run.write(folder / "raw"), "plan": run.record.run}.items()
    yield from {"chart": run.chart, "board": run.board(), "stay": hs.Lognormal(mean=3, sd=2)}.items()
    memory = hs.MemorySink()
    yield from {"memory": memory, "objects": hs.ObjectSink(folder / "other")}.items()
    yield from {"callback": CallbackSink(print), "tee": TeeSink(memory, CallbackSink(print))}.items()
    experiment: dict[str, Any] = {"start": MONTH[0], "end": MONTH[1], "replications": 2, "workers": 1}
    compared = hs.compare(now=hospital, more=hospital.with_beds({"general_medicine": 1}), **experiment)
    yield from {"compared": compared, "difference": compared.difference("wait_p90")}.items()
    yield "replications", hs.replicate(hospital, **experiment)
    env = simpy.Environment()
    ward = hs.Ward(env, "acute", beds=2)
    seen: list[object] = []

    def pathway(patient: hs.Patient) -> Iterator[Any]:
        with (yield from ward.admit(patient)) as stay:
            seen.extend((patient, stay))
            yield env.timeout(3)

    hs.arrivals(env, hs.Fixed(value=1), pathway, seed=1)
    census = hs.Census(env, ward)
    env.run(until=2)
    yield from {"ward": ward, "census": census, "patient": seen[0], "ward_stay": seen[1]}.items()


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    return dict(_values(tmp_path_factory.mktemp("reprs")))


def test_every_value_shows_itself_in_one_line_without_an_address(values: dict[str, object]) -> None:
    shown = {name: repr(value) for name, value in values.items()}
    wrong = {name: text for name, text in shown.items() if len(text) > LONGEST or "\n" in text or " at 0x" in text}
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("write", "<RunRecord e8b17730 of small, 2024-01-01 to 2024-01-31: 1,066 events>"),
        ("plan", "<RunStarted e8b17730 of small, 2024-01-01 to 2024-01-31, seed 1>"),
        ("ward", "<Ward acute: 1 of 2 beds occupied, 0 waiting>"),
        ("ward_stay", "<Stay in acute: bed 1>"),
        ("tee", "<TeeSink to <MemorySink: 0 events>, <CallbackSink: 0 events>>"),
    ],
)
def test_the_line_says_what_it_is_and_how_much(values: dict[str, object], name: str, text: str) -> None:
    assert repr(values[name]) == text


@pytest.mark.parametrize("table", [hs.Run.summary, hs.Run.waits, hs.Run.census], ids=lambda table: table.__name__)
def test_a_table_is_html_in_a_notebook(table: Callable[[hs.Run], hs.Table]) -> None:
    shown = table(hs.load("small").simulate("2024-01-01", "2024-01-07", seed=1))._repr_html_()
    assert shown.startswith("<")
    assert "<table" in shown
