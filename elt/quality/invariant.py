"""What an invariant is: a query of its breaches."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """One thing that always holds.

    Attributes:
        name: Name of the check.
        sentence: What holds.
        breaches: Query of ``hospital_id`` and ``example``, with ``{raw}`` and ``{curated}`` for the schemas.
    """

    name: str
    sentence: str
    breaches: str


def all_of(queries: Iterable[str]) -> str:
    """Return the query of what any of the queries finds."""
    return " UNION ALL ".join(queries)
