"""Every table of results has the same types of columns, whatever happened in a run."""

from collections.abc import Callable
from datetime import date, datetime

import pandas
import pytest
import simpy
from tiny_hospitals import poisson

import hospital_sim as hs
from hospital_sim.experiments.warm_up import warmup
from hospital_sim.observe import measure
from hospital_sim.tables import Cell

pytestmark = pytest.mark.unit

START, END = date(2024, 1, 1), date(2024, 1, 3)
QUIET, BUSY = "quiet", "busy"

Tables = dict[str, hs.Table]


def _hospital(kind: str) -> hs.Hospital:
    return hs.Hospital(poisson(beds=2, per_day=1e-9 if kind == QUIET else 6, departments=2, delay_share=0.5))


def _without_zone(cell: Cell) -> Cell:
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell


def _tables_of_a_run(kind: str) -> Tables:
    run = _hospital(kind).simulate(START, END, seed=1)
    groups: dict[str, Callable[[str], hs.Table]] = {"waits": run.waits, "stays": run.stays, "delays": run.delays}
    tables = {
        f"{name} by {by}": table(by) for name, table in groups.items() for by in ("department", "month", "hospital")
    }
    logs = {f"log for {tool}": run.event_log(tool) for tool in ("vidigi", "pm4py")}
    return {"summary": run.summary(), "census": run.census()} | tables | logs


def _tables_of_experiments(kind: str) -> Tables:
    hospital = _hospital(kind)
    days = {"start": START, "end": END}
    same = hs.replicate(hospital, **days, replications=2, workers=1)
    compared = hs.compare(a=hospital, b=hospital.with_beds({"d1": 1}), **days, replications=2, workers=1)
    swept = hs.sweep(hospital, {"d1.beds": [2, 3], "*.delay_share": [0, 0.5]}, **days, replications=2, workers=1)
    return {
        "describe": hospital.describe(),
        "observed": measure(hospital.config, START, END, seed=1).table(),
        "replications": same.table(),
        "means": same.summary(),
        "comparison": compared.table(),
        "sweep": swept.table("wait_mean"),
        "warm-up": warmup(hospital, days=60, replications=2, workers=1).table(),
    }


def _tables_of_a_model(kind: str) -> Tables:
    env = simpy.Environment()
    ward = hs.Ward(env, "ward", beds=1)
    census = hs.Census(env, ward, every=1)

    def stay(patient: hs.Patient):  # type: ignore[no-untyped-def]
        with (yield from ward.admit(patient)):
            yield env.timeout(1.5)

    if kind == BUSY:
        hs.arrivals(env, hs.Fixed(value=1), stay, seed=1)
        env.run(until=9)
    return {"census of wards": census.summary(), "samples": census.samples(ward)}


@pytest.mark.parametrize("tables", [_tables_of_a_run, _tables_of_experiments, _tables_of_a_model])
def test_tables_of_a_quiet_and_a_busy_hospital_can_be_put_together(tables: Callable[[str], Tables]) -> None:
    polars = pytest.importorskip("polars")
    quiet, busy = tables(QUIET), tables(BUSY)
    for name, table in busy.items():
        other = quiet[name]
        assert table.to_pandas().dtypes.tolist() == other.to_pandas().dtypes.tolist(), name
        assert table.to_arrow().schema == other.to_arrow().schema, name
        both = polars.concat([other.to_polars(), table.to_polars()])
        assert both.rows() == [*other.to_polars().rows(), *table.to_polars().rows()]
        cells = [[_without_zone(cell) for cell in row] for row in table.rows()]
        assert [list(row.values()) for row in table.to_arrow().to_pylist()] == cells, name


def test_days_of_the_census_can_be_put_into_weeks() -> None:
    census = _hospital(BUSY).simulate(START, "2024-01-14", seed=1).census().to_pandas()
    weeks = census.resample("W", on="date")["occupied_beds"].sum()
    assert weeks.index.tolist() == [pandas.Timestamp("2024-01-07"), pandas.Timestamp("2024-01-14")]
    assert weeks.sum() == census["occupied_beds"].sum() > 0


@pytest.mark.parametrize("tool", ["vidigi", "pm4py"])
def test_a_log_has_no_time_zone_which_excel_refuses(tool: str) -> None:
    log = _hospital(BUSY).simulate(START, END, seed=1).event_log(tool).to_pandas()
    assert not any(isinstance(kind, pandas.DatetimeTZDtype) for kind in log.dtypes)
    assert any(kind == "datetime64[us]" for kind in log.dtypes)
