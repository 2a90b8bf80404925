"""What always holds of events as they were loaded: each is there once, and says all that it must."""

from elt.contracts import EVENT_TYPES, ColumnKind, columns
from elt.quality.invariant import Invariant, all_of


def _missing_values(event_type: str) -> str:
    """Return a query of the events that lack a value, with the first column that lacks it."""
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


EVENT_INVARIANTS = (
    Invariant(
        "event_once",
        "no event is there twice",
        all_of(
            [
                f"SELECT min(hospital_id) AS hospital_id, '{event_type} ' || event_id AS example "  # noqa: S608
                f"FROM {{raw}}.{event_type} GROUP BY event_id HAVING count(*) > 1"
                for event_type in EVENT_TYPES
            ]
        ),
    ),
    Invariant(
        "no_value_missing",
        "what an event must say, it says",
        all_of([_missing_values(event_type) for event_type in EVENT_TYPES]),
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
)
"""Those of single events, and of what all events of a patient say."""
