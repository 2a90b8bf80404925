"""Made-up marts, for testing the report with any names, periods and numbers."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from mart_oracle import wait_distribution, wait_statistics

from elt.report.periods import periods_between
from elt.warehouse import Warehouse

START = dt.date(2024, 1, 1)
Row = dict[str, object]


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
    """Write the marts of some hospitals into a warehouse, and each as a Parquet file into a folder."""
    tables: dict[str, list[Row]] = {}
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


def _marts(hospital: MadeUpHospital) -> dict[str, list[Row]]:
    random = np.random.default_rng(hospital.seed)
    days = [START + dt.timedelta(days=day) for day in range(hospital.days)]
    ids: Row = {"hospital_id": hospital.hospital_id}
    marts: dict[str, list[Row]] = defaultdict(list)
    marts["raw.run"].append(ids | {"hospital_name": hospital.name, "run_id": "1", "end_date": days[-1]})
    for place, (department, name) in enumerate(hospital.departments.items()):
        key = ids | {"department_id": department}
        marts["curated.dim_department"].append(
            key | {"department_name": name, "department_label": f"{name} (label)", "is_current": True}
        )
        for mart, row in _days(days, 30 + 10 * place, 0.01 * place, random):
            marts[f"marts.{mart}"].append(key | row)
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
    for scope in ["", *hospital.departments]:
        for row, waits in _waits(ids | {"department_id": scope}, days, random):
            marts["marts.mart_waiting_by_period"].append(row | wait_statistics(waits))
            marts["marts.mart_wait_distribution"] += [row | each for each in wait_distribution(waits)]
    sums: Counter[tuple[object, str]] = Counter()
    for row in (*marts["marts.mart_bed_utilisation"], *marts["marts.mart_long_stays"]):
        for column in sorted(row.keys() & {"occupied_beds", "beds", "beds_delayed"}):
            sums[row["date"], column] += int(str(row[column]))
    for day in days:
        occupied = sums[day, "occupied_beds"]
        rates = (occupied / sums[day, "beds"], sums[day, "beds_delayed"] / occupied)
        marts["marts.mart_pressure_index"].append(ids | {"date": day} | _pressure(*rates, day, hospital))
    for beds, stays in zip(marts["marts.mart_bed_utilisation"], marts["marts.mart_long_stays"], strict=True):
        shares = (
            float(str(beds["occupancy_rate"])),
            int(str(stays["beds_delayed"])) / max(1, int(str(beds["occupied_beds"]))),
        )
        day = dt.date.fromisoformat(str(beds["date"]))
        own = {name: beds[name] for name in ("hospital_id", "department_id", "date")}
        marts["marts.mart_department_pressure"].append(_pressure(*shares, day, hospital) | own)
    marts["marts.mart_pressure_validation"] = [
        {
            "check_name": check,
            "scope": f"{hospital.hospital_id}/{department}",
            "expected": 0.9,
            "observed": 0.9 + difference,
            "tolerance": 0.02,
            "passed": abs(difference) <= 0.02,
            "is_decisive": check != "delayed_share",
        }
        for check, difference in (("mean_occupancy", 0.013), ("long_stay_share", -0.001), ("delayed_share", 0.05))
        for department in hospital.departments
    ]
    return marts


def _days(days: Sequence[dt.date], beds: int, fuller: float, random: np.random.Generator) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a department in the marts of days."""
    season = 0.9 + 0.08 * np.cos(2 * np.pi * np.arange(len(days)) / 365) + fuller
    noise, waiting, rates = 0.0, 0, []
    for at, day in enumerate(days):
        noise = 0.85 * noise + random.normal(0, 0.025) if at else 0.0
        occupied = int(np.clip(round(beds * (season[at] + noise)), 0, beds))
        rates.append(occupied / beds)
        discharges, requests = int(random.binomial(occupied, 0.13)), int(random.poisson(0.13 * beds * season[at]))
        full = occupied >= beds * 0.97
        later = max(0, waiting + requests - discharges if full else waiting - discharges // 3)
        week, short = int(random.binomial(occupied, 0.45)), int(random.binomial(later, 0.5))
        yield (
            "mart_bed_utilisation",
            {
                "date": day,
                "beds": beds,
                "occupied_beds": occupied,
                "occupancy_rate": occupied / beds,
                "occupancy_rate_7d": float(np.mean(rates[-7:])),
                "occupancy_rate_28d": float(np.mean(rates[-28:])),
            },
        )
        yield (
            "mart_long_stays",
            {
                "date": day,
                "beds_7_days": week,
                "beds_21_days": int(random.binomial(week, 0.35)),
                "beds_delayed": int(random.binomial(occupied, 0.08)),
            },
        )
        yield (
            "mart_queue_growth",
            {
                "date": day,
                "requests": requests,
                "admissions": requests - (later - waiting),
                "discharges": discharges,
                "waiting_sod": waiting,
                "waiting_eod": later,
                "queue_growth": later - waiting,
                "discharge_rate": discharges / occupied if occupied else 0.0,
            },
        )
        yield (
            "mart_waiting_now",
            {
                "date": day,
                "waiting": later,
                "waiting_up_to_4h": short,
                "waiting_4h_to_12h": later - short,
                "waiting_12h_to_24h": 0,
                "waiting_over_24h": 0,
                "longest_wait_hours": 11.5 if later else None,
            },
        )
        waiting = later


def _waits(key: Row, days: Sequence[dt.date], random: np.random.Generator) -> Iterator[tuple[Row, list[float]]]:
    """Yield the key of each period and the waits of its admissions."""
    for period in periods_between(days[0], days[-1]):
        admissions = int(random.poisson(400))
        lengths = random.gamma(0.8, 10, admissions) * (random.random(admissions) < 0.45)
        row = key | {
            "scope": "department" if key["department_id"] else "hospital",
            "period_type": period.kind,
            "period_start": period.start,
        }
        yield row, lengths.tolist()


def _pressure(rate: float, delayed_share: float, day: dt.date, hospital: MadeUpHospital) -> Row:
    points = sum(rate >= step for step in (0.85, 0.92, 0.95))
    delayed, waiting = int(rate > 0.88), int(rate > 0.93) * 2
    total = points + delayed + waiting
    return {
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
