"""Made-up marts, for testing the report with any names, periods and numbers."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from elt.report.periods import periods_between
from elt.warehouse import Warehouse

START = dt.date(2024, 1, 1)


@dataclass(frozen=True)
class MadeUpHospital:
    """A hospital in made-up marts."""

    hospital_id: str = "alpha"
    name: str = "Alpha Infirmary"
    departments: Mapping[str, str] = field(
        default_factory=lambda: {"cardiology": "Cardiology", "surgery": "General Surgery", "respiratory": "Respiratory"}
    )
    days: int = 91
    seed: int = 1


def make_up(warehouse: Warehouse, folder: Path, hospitals: Sequence[MadeUpHospital]) -> None:
    """Write the marts of some hospitals into a warehouse."""
    tables: dict[str, list[dict[str, object]]] = {}
    for hospital in hospitals:
        for name, rows in _marts(hospital).items():
            tables.setdefault(name, []).extend(rows)
    for name, rows in tables.items():
        schema, table = name.split(".")
        write_table(warehouse, folder, schema, table, pa.Table.from_pylist(rows))


def write_table(warehouse: Warehouse, folder: Path, schema: str, table: str, rows: pa.Table) -> None:
    """Write one table, empty or not."""
    path = folder / f"{schema}.{table}.parquet"
    pq.write_table(rows, path)
    warehouse.execute(f"CREATE DATABASE IF NOT EXISTS {warehouse.schema(schema)}")
    warehouse.execute(f"DROP TABLE IF EXISTS {warehouse.schema(schema)}.{table}")
    warehouse.execute(
        f"CREATE TABLE {warehouse.schema(schema)}.{table} ENGINE = MergeTree ORDER BY tuple() "
        f"AS SELECT * FROM file('{path}', 'Parquet')"
    )


def _marts(hospital: MadeUpHospital) -> dict[str, list[dict[str, object]]]:
    random = np.random.default_rng(hospital.seed)
    days = [START + dt.timedelta(days=day) for day in range(hospital.days)]
    marts: dict[str, list[dict[str, object]]] = {
        "marts.mart_bed_utilisation": [],
        "marts.mart_long_stays": [],
        "marts.mart_queue_growth": [],
        "marts.mart_flow_profile": [],
        "marts.mart_waiting_now": [],
        "marts.mart_pressure_index": [],
        "marts.mart_waiting_by_period": [],
        "marts.mart_pressure_validation": [],
        "curated.dim_department": [],
        "raw.run": [{"hospital_id": hospital.hospital_id, "hospital_name": hospital.name, "run_id": "1"}],
    }
    ids = {"hospital_id": hospital.hospital_id}
    for place, (department, name) in enumerate(hospital.departments.items()):
        key = ids | {"department_id": department}
        marts["curated.dim_department"].append(key | {"department_name": name, "is_current": True})
        beds, waiting, rates = 30 + 10 * place, 0, []
        season = 0.9 + 0.08 * np.cos(2 * np.pi * np.arange(len(days)) / 365) + 0.01 * place
        noise = np.zeros(len(days))
        for at in range(1, len(days)):
            noise[at] = 0.85 * noise[at - 1] + random.normal(0, 0.025)
        for at, day in enumerate(days):
            occupied = int(np.clip(round(beds * (season[at] + noise[at])), 0, beds))
            rates.append(occupied / beds)
            discharges = int(random.binomial(occupied, 0.13))
            requests = int(random.poisson(0.13 * beds * season[at]))
            full = occupied >= beds * 0.97
            later = max(0, waiting + requests - discharges if full else waiting - discharges // 3)
            marts["marts.mart_bed_utilisation"].append(
                key
                | {
                    "date": day,
                    "beds": beds,
                    "occupied_beds": occupied,
                    "occupancy_rate": occupied / beds,
                    "occupancy_rate_7d": float(np.mean(rates[-7:])),
                    "occupancy_rate_28d": float(np.mean(rates[-28:])),
                }
            )
            seven = int(random.binomial(occupied, 0.45))
            marts["marts.mart_long_stays"].append(
                key
                | {
                    "date": day,
                    "beds_7_days": seven,
                    "beds_21_days": int(random.binomial(seven, 0.35)),
                    "beds_delayed": int(random.binomial(occupied, 0.08)),
                }
            )
            marts["marts.mart_queue_growth"].append(
                key
                | {
                    "date": day,
                    "requests": requests,
                    "admissions": requests - (later - waiting),
                    "discharges": discharges,
                    "waiting_sod": waiting,
                    "waiting_eod": later,
                    "queue_growth": later - waiting,
                    "discharge_rate": discharges / occupied if occupied else 0.0,
                }
            )
            short = int(random.binomial(later, 0.5))
            marts["marts.mart_waiting_now"].append(
                key
                | {
                    "date": day,
                    "waiting": later,
                    "waiting_up_to_4h": short,
                    "waiting_4h_to_12h": later - short,
                    "waiting_12h_to_24h": 0,
                    "waiting_over_24h": 0,
                    "longest_wait_hours": 11.5 if later else None,
                }
            )
            waiting = later
        marts["marts.mart_flow_profile"] += [
            key
            | {
                "weekday": weekday,
                "hour": hour,
                "admissions": int(random.poisson(3 + 2 * (8 < hour < 20))),
                "discharges": int(random.poisson(2 + 5 * (11 < hour < 19))),
            }
            for weekday in range(1, 8)
            for hour in range(24)
        ]
    marts["marts.mart_waiting_by_period"] = [
        row for scope in ["", *hospital.departments] for row in _waits(ids | {"department_id": scope}, days, random)
    ]
    sums: Counter[tuple[object, str]] = Counter()
    for row in (*marts["marts.mart_bed_utilisation"], *marts["marts.mart_long_stays"]):
        for column in sorted(row.keys() & {"occupied_beds", "beds", "beds_delayed"}):
            sums[row["date"], column] += int(str(row[column]))
    marts["marts.mart_pressure_index"] = [
        _pressure(
            ids,
            day,
            sums[day, "occupied_beds"] / sums[day, "beds"],
            sums[day, "beds_delayed"] / sums[day, "occupied_beds"],
            hospital,
        )
        for day in days
    ]
    marts["marts.mart_pressure_validation"] = [
        {
            "check_name": check,
            "scope": f"{hospital.hospital_id}/{department}",
            "expected": 0.9,
            "observed": 0.9 + difference,
            "tolerance": 0.02,
            "passed": abs(difference) <= 0.02,
        }
        for check, difference in (("mean_occupancy", 0.013), ("long_stay_share", -0.001), ("delayed_share", 0.05))
        for department in hospital.departments
    ]
    return marts


def _waits(key: dict[str, object], days: Sequence[dt.date], random: np.random.Generator) -> Iterator[dict[str, object]]:
    for period in periods_between(days[0], days[-1]):
        p90 = float(random.gamma(2, 6))
        yield key | {
            "scope": "department" if key["department_id"] else "hospital",
            "period_type": period.kind,
            "period_start": period.start,
            "admissions": int(random.poisson(400)),
            "wait_hours_mean": p90 / 3,
            "wait_hours_p50": p90 / 9,
            "wait_hours_p90": p90,
            "wait_hours_p95": p90 * 1.7,
            "wait_hours_max": p90 * 4,
            "share_over_4h": 0.21,
            "share_over_12h": 0.07,
        }


def _pressure(
    ids: dict[str, object], day: dt.date, rate: float, delayed_share: float, hospital: MadeUpHospital
) -> dict[str, object]:
    points = sum(rate >= step for step in (0.85, 0.92, 0.95))
    delayed, waiting = int(rate > 0.88), int(rate > 0.93) * 2
    total = points + delayed + waiting
    return ids | {
        "date": day,
        "occupancy_rate": rate,
        "delayed_share": delayed_share,
        "over_12h_share": 0.004,
        "occupancy_points": points,
        "delayed_points": delayed,
        "waiting_points": waiting,
        "points": total,
        "level": 1 + min(3, total // 2),
        "main_component": "occupancy",
        "department_id": next(iter(hospital.departments)),
        "level_since": day,
    }
