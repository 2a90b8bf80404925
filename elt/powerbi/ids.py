"""Identifiers derived from names, so that generating a project again gives the same identifiers."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("6f0c2d0a-3a55-5f0e-9c1c-2f6f7d1e8b42")


def stable_uuid(*path: str) -> str:
    """Return the UUID of a path of names, such as ``("column", "dim_date", "month")``."""
    return str(uuid5(_NAMESPACE, "\x1f".join(path)))


def stable_id(*path: str) -> str:
    """Return an identifier of 20 characters, for the folder of a page or a visual."""
    return stable_uuid(*path).replace("-", "")[:20]
