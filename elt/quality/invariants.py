"""Invariants: rules that always hold for events and hospitals, as SQL against the warehouse.

Each invariant is a query of its violations, with the columns ``hospital_id`` and ``example``. The SQL is standard; only
names of schemas are put in. A query finds the first row of a window by its number, because not every engine returns
null from ``lag`` there.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from elt.contracts import EVENT_TYPES, ColumnKind, columns
from elt.quality.reconciliation import FACTS


@dataclass(frozen=True)
class Invariant:
    """A rule that always holds.

    Attributes:
        name: Name of the check.
        sentence: The rule in words.
        violations: Query of ``hospital_id`` and ``example``, with ``{raw}`` and ``{curated}`` for the schemas.
    """

    name: str
    sentence: str
    violations: str


def _union(queries: Iterable[str]) -> str:
    return " UNION ALL ".join(queries)


def _missing_values(event_type: str) -> str:
    """Return a query of the events with a missing value, and the first column that misses it."""
    missing = {
        column.name: f"{column.name} IS NULL" + (f" OR {column.name} = ''" if column.kind is ColumnKind.STRING else "")
        for column in columns(event_type)
        if not column.nullable
    }
    first = " ".join(f"WHEN {condition} THEN '{name}'" for name, condition in missing.items())
    return (
        f"SELECT hospital_id, '{event_type} ' || event_id || ' has no ' || CASE {first} ELSE '' END AS example "  # noqa: S608
        f"FROM {{raw}}.{event_type} WHERE {' OR '.join(missing.values())}"
    )


_SPELLS = """
    SELECT
        admission.hospital_id AS hospital_id,
        admission.department_id AS department_id,
        admission.patient_id AS patient_id,
        admission.bed_number AS bed_number,
        admission.spell_id AS spell_id,
        admission.request_date AS requested_at,
        admission.admission_date AS admitted_at,
        discharge.discharge_date AS discharged_at
    FROM {raw}.admission AS admission
    LEFT JOIN {raw}.discharge AS discharge
        ON admission.hospital_id = discharge.hospital_id AND admission.spell_id = discharge.spell_id
"""


def _overlaps(keys: str, begin: str, example: str) -> str:
    """Return a query of the spells that begin before the earlier spell with the same keys has ended."""
    window = f"OVER (PARTITION BY {keys} ORDER BY admitted_at, spell_id)"
    return f"""
        SELECT hospital_id, {example} AS example
        FROM (
            SELECT {keys}, {begin}, row_number() {window} AS place, lag(discharged_at) {window} AS discharged_before
            FROM ({_SPELLS}) AS spell
        ) AS stay
        WHERE place > 1 AND (discharged_before IS NULL OR {begin} < discharged_before)
    """  # noqa: S608


_CENSUSES = "OVER (PARTITION BY hospital_id, department_id ORDER BY snapshot_date, snapshot_type DESC)"
_DIMENSIONS = (("dim_department", "department_key"), ("dim_hospital", "hospital_key"), ("dim_patient", "patient_key"))


INVARIANTS = (
    Invariant(
        "event_once",
        "no event occurs twice",
        _union(
            [
                f"SELECT min(hospital_id) AS hospital_id, '{event_type} ' || event_id AS example "  # noqa: S608
                f"FROM {{raw}}.{event_type} GROUP BY event_id HAVING count(*) > 1"
                for event_type in EVENT_TYPES
            ]
        ),
    ),
    Invariant(
        "no_value_missing",
        "every mandatory field of an event has a value",
        _union([_missing_values(event_type) for event_type in EVENT_TYPES]),
    ),
    Invariant(
        "patient_is_one_person",
        "every event of a patient has the same sex and date of birth",
        """
        SELECT hospital_id, 'patient ' || patient_id AS example
        FROM (
            SELECT hospital_id, patient_id, sex, birth_date FROM {raw}.admission
            UNION ALL
            SELECT hospital_id, patient_id, sex, birth_date FROM {raw}.discharge
            UNION ALL
            SELECT hospital_id, patient_id, sex, birth_date FROM {raw}.wait_snapshot
        ) AS seen
        GROUP BY hospital_id, patient_id
        HAVING min(sex) <> max(sex) OR min(birth_date) <> max(birth_date)
        """,
    ),
    Invariant(
        "snapshot_once",
        "a patient is on a waiting list once a day, and a department has one census at each end of the day",
        """
        SELECT hospital_id, 'patient ' || patient_id || ', ' || cast(snapshot_date AS varchar) AS example
        FROM {curated}.fact_waiting_list
        GROUP BY hospital_id, department_id, patient_id, snapshot_date HAVING count(*) > 1
        UNION ALL
        SELECT hospital_id, department_id || ', ' || cast(snapshot_date AS varchar) || ' ' || snapshot_type AS example
        FROM {curated}.fact_department_occupancy
        GROUP BY hospital_id, department_id, snapshot_date, snapshot_type HAVING count(*) > 1
        """,
    ),
    Invariant(
        "fact_keys_known",
        "every key of a fact is in its dimension",
        _union(
            [
                f"SELECT fact.hospital_id AS hospital_id, '{fact}' AS example "  # noqa: S608
                f"FROM {{curated}}.{fact} AS fact LEFT JOIN {{curated}}.{dimension} AS dimension "
                f"ON fact.{key} = dimension.{key} WHERE dimension.{key} IS NULL"
                for fact, _ in FACTS.values()
                for dimension, key in _DIMENSIONS
                if (fact, key) != ("fact_department_occupancy", "patient_key")
            ]
        ),
    ),
    Invariant(
        "beds_within_capacity",
        "0 <= occupied beds <= beds <= capacity",
        """
        SELECT
            hospital_id,
            department_id || ', ' || cast(snapshot_date AS varchar) || ' ' || snapshot_type AS example
        FROM {curated}.fact_department_occupancy
        WHERE occupied_beds < 0 OR occupied_beds > beds OR beds > capacity
        """,
    ),
    Invariant(
        "occupancy_balance",
        "occupied beds at the end of a day = at its start + admissions - discharges, but for forgotten ones",
        """
        SELECT hospital_id, department_id || ', ' || cast(day AS varchar) AS example
        FROM (
            SELECT
                hospital_id, department_id, snapshot_date AS day,
                CASE WHEN snapshot_type = 'SOD' THEN occupied_beds ELSE -occupied_beds END AS beds,
                1 AS snapshots, 0 AS admissions_forgotten, 0 AS discharges_forgotten
            FROM {curated}.fact_department_occupancy
            UNION ALL
            SELECT
                hospital_id, department_id, admitted_on AS day, 1 AS beds,
                0 AS snapshots, 0 AS admissions_forgotten, 0 AS discharges_forgotten
            FROM {curated}.fact_admissions
            UNION ALL
            SELECT
                hospital_id, department_id, discharged_on AS day, -1 AS beds,
                0 AS snapshots, 0 AS admissions_forgotten, 0 AS discharges_forgotten
            FROM {curated}.fact_discharges
            UNION ALL
            SELECT
                hospital_id, department_id, event_date AS day, 0 AS beds, 0 AS snapshots,
                CASE WHEN event_type = 'admission' THEN forgotten.count ELSE 0 END AS admissions_forgotten,
                CASE WHEN event_type = 'discharge' THEN forgotten.count ELSE 0 END AS discharges_forgotten
            FROM {raw}.forgotten_count AS forgotten
        ) AS movement
        GROUP BY hospital_id, department_id, day
        HAVING sum(snapshots) = 2
            AND (sum(beds) < -sum(admissions_forgotten) OR sum(beds) > sum(discharges_forgotten))
        """,
    ),
    Invariant(
        "start_is_end_of_day_before",
        "a day starts with the beds and the waiting list that the day before ended with",
        f"""
        SELECT hospital_id, department_id || ', ' || cast(snapshot_date AS varchar) AS example
        FROM (
            SELECT
                hospital_id, department_id, snapshot_date, snapshot_type, occupied_beds, waiting_list_size,
                lag(snapshot_type) {_CENSUSES} AS type_before,
                lag(snapshot_date) {_CENSUSES} AS day_before,
                lag(occupied_beds) {_CENSUSES} AS occupied_before,
                lag(waiting_list_size) {_CENSUSES} AS waiting_before
            FROM {{curated}}.fact_department_occupancy
        ) AS census
        WHERE snapshot_type = 'SOD' AND type_before = 'EOD' AND snapshot_date = day_before + INTERVAL '1 day'
            AND (occupied_beds <> occupied_before OR waiting_list_size <> waiting_before)
        """,  # noqa: S608
    ),
    Invariant(
        "waiting_list_matches_census",
        "the number of wait snapshots of a day is the waiting list of the census at its end, but for forgotten ones",
        """
        SELECT hospital_id, department_id || ', ' || cast(day AS varchar) AS example
        FROM (
            SELECT
                hospital_id, department_id, snapshot_date AS day, waiting_list_size AS patients,
                1 AS censuses, 0 AS censuses_forgotten, 0 AS waits_forgotten
            FROM {curated}.fact_department_occupancy WHERE snapshot_type = 'EOD'
            UNION ALL
            SELECT
                hospital_id, department_id, snapshot_date AS day, -1 AS patients,
                0 AS censuses, 0 AS censuses_forgotten, 0 AS waits_forgotten
            FROM {curated}.fact_waiting_list
            UNION ALL
            SELECT
                hospital_id, department_id, event_date AS day, 0 AS patients, 0 AS censuses,
                CASE WHEN event_type = 'dep_snapshot' THEN forgotten.count ELSE 0 END AS censuses_forgotten,
                CASE WHEN event_type = 'wait_snapshot' THEN forgotten.count ELSE 0 END AS waits_forgotten
            FROM {raw}.forgotten_count AS forgotten
        ) AS waiting
        GROUP BY hospital_id, department_id, day
        HAVING (sum(censuses) > 0 OR sum(censuses_forgotten) = 0)
            AND (sum(patients) < 0 OR sum(patients) > sum(waits_forgotten))
        """,
    ),
    Invariant(
        "times_in_order",
        "request <= admission < fit for discharge <= discharge",
        """
        SELECT hospital_id, 'spell ' || spell_id AS example
        FROM {curated}.fact_admissions WHERE requested_at > admitted_at
        UNION ALL
        SELECT hospital_id, 'spell ' || spell_id AS example
        FROM {curated}.fact_discharges
        WHERE admitted_at >= discharge_ready_at OR discharge_ready_at > discharged_at
        """,
    ),
    Invariant(
        "discharge_has_its_admission",
        "every discharge has an admission of its spell, patient, department and time",
        """
        SELECT discharge.hospital_id AS hospital_id, 'spell ' || discharge.spell_id AS example
        FROM {curated}.fact_discharges AS discharge
        LEFT JOIN {curated}.fact_admissions AS admission
            ON discharge.hospital_id = admission.hospital_id AND discharge.spell_id = admission.spell_id
        WHERE admission.spell_id IS NULL
            OR discharge.patient_id <> admission.patient_id
            OR discharge.department_id <> admission.department_id
            OR discharge.admitted_at <> admission.admitted_at
        """,
    ),
    Invariant(
        "spell_once",
        "a spell has one admission and at most one discharge",
        """
        SELECT hospital_id, 'admission of spell ' || spell_id AS example
        FROM {curated}.fact_admissions GROUP BY hospital_id, spell_id HAVING count(*) > 1
        UNION ALL
        SELECT hospital_id, 'discharge of spell ' || spell_id AS example
        FROM {curated}.fact_discharges GROUP BY hospital_id, spell_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "admitted_once_a_day",
        "no patient is admitted twice on one day",
        """
        SELECT hospital_id, 'patient ' || patient_id || ', ' || cast(admitted_on AS varchar) AS example
        FROM {curated}.fact_admissions
        GROUP BY hospital_id, patient_id, admitted_on HAVING count(*) > 1
        """,
    ),
    Invariant(
        "one_stay_at_a_time",
        "no patient asks for a bed before being discharged from the last one",
        _overlaps("hospital_id, patient_id", "requested_at", "'patient ' || patient_id"),
    ),
    Invariant(
        "one_patient_a_bed",
        "no two patients are in one bed at once",
        _overlaps(
            "hospital_id, department_id, bed_number",
            "admitted_at",
            "department_id || ', bed ' || cast(bed_number AS varchar)",
        ),
    ),
    Invariant(
        "first_come_first_served",
        "patients are admitted to the department that they asked for in the order of their requests",
        """
        SELECT hospital_id, department_id || ', asked at ' || cast(requested_at AS varchar) AS example
        FROM (
            SELECT
                hospital_id, department_id, requested_at, first_admission,
                max(last_admission) OVER (
                    PARTITION BY hospital_id, department_id ORDER BY requested_at
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS admitted_of_earlier,
                row_number() OVER (PARTITION BY hospital_id, department_id ORDER BY requested_at) AS place
            FROM (
                SELECT
                    hospital_id,
                    requested_department_id AS department_id,
                    requested_at,
                    min(admitted_at) AS first_admission,
                    max(admitted_at) AS last_admission
                FROM {curated}.fact_admissions
                GROUP BY hospital_id, requested_department_id, requested_at
            ) AS second
        ) AS queue
        WHERE place > 1 AND first_admission < admitted_of_earlier
        """,
    ),
)
"""Every invariant, from single events to the whole hospital."""
