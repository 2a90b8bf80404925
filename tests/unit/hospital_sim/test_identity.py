"""Identifiers are derived: the same of the same thing, another of any other."""

import re
from uuid import UUID

import pytest

from hospital_sim.events import UUID_PATTERN
from hospital_sim.identity import Identity, digest

pytestmark = pytest.mark.unit

IDENTITY = Identity(1, "city", "ward")


def test_an_identifier_is_a_uuid_of_version_eight() -> None:
    for number in range(200):
        identifier = IDENTITY.derive("admission", number)
        assert re.fullmatch(UUID_PATTERN, identifier)
        assert str(UUID(identifier)) == identifier
        assert (UUID(identifier).version, UUID(identifier).variant) == (8, "specified in RFC 4122")


def test_the_same_thing_has_the_same_identifier() -> None:
    assert IDENTITY.derive("admission", 5) == Identity(1, "city", "ward").derive("admission", 5)


def test_other_things_have_other_identifiers() -> None:
    others = [
        IDENTITY.derive(kind, key)
        for kind in ("admission", "discharge", "spell", "patient", "wait_snapshot")
        for key in (*range(1000), "2024-01-01/1", "2024-01-01/SOD")
    ]
    others += [
        Identity(*scope).derive("admission", 0)
        for scope in ((2, "city", "ward"), (1, "town", "ward"), (1, "city", "b"), (12, "city", "ward"))
    ]
    assert len(set(others)) == len(others)


def test_to_derive_one_identifier_does_not_change_the_next() -> None:
    first = IDENTITY.derive("spell", 1)
    IDENTITY.derive("spell", 2)
    assert IDENTITY.derive("spell", 1) == first


def test_a_digest_has_32_hexadecimal_digits() -> None:
    assert re.fullmatch("[0-9a-f]{32}", digest(b""))
    assert digest(b"a") != digest(b"b")
