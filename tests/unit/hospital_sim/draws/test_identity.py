"""Identifiers are derived: the same for the same thing, different for different things."""

import re
from itertools import islice
from uuid import UUID

import pytest

from hospital_sim.draws.identity import Identity, digest
from hospital_sim.events import UUID_PATTERN

pytestmark = pytest.mark.unit

IDENTITY = Identity(1, "city", "ward")
MANY = 3000
"""More than are derived at a time."""

_OTHER_SCOPES = ((2, "city", "ward"), (1, "town", "ward"), (1, "city", "b"), (12, "city", "ward"))
OTHERS = [Identity(*scope) for scope in _OTHER_SCOPES]


def _all_of(identity: Identity, number: int = MANY) -> list[str]:
    """Return identifiers of every kind: of spells and their events, of patients, and by name."""
    spells = [identifier for spell in islice(identity.spells(), number) for identifier in spell]
    names = [
        identity.named(f"{kind}/{key}")
        for kind in ("wait_snapshot", "dep_snapshot")
        for key in (*map(str, range(number)), "2024-01-01/1", "2024-01-01/SOD", "2024-01-01/EOD")
    ]
    return [*spells, *islice(identity.patients(), number), *names]


def test_an_identifier_is_a_uuid_of_version_eight() -> None:
    for identifier in _all_of(IDENTITY, 200):
        assert re.fullmatch(UUID_PATTERN, identifier)
        assert str(UUID(identifier)) == identifier
        assert (UUID(identifier).version, UUID(identifier).variant) == (8, "specified in RFC 4122")


def test_every_digit_that_is_free_takes_all_values() -> None:
    fixed = {14: "8", 19: "89ab", **dict.fromkeys((8, 13, 18, 23), "-")}
    for identifiers in (islice(IDENTITY.patients(), 500), (IDENTITY.named(f"x/{name}") for name in range(500))):
        assert ["".join(sorted(set(digits))) for digits in zip(*identifiers, strict=True)] == [
            fixed.get(place, "0123456789abcdef") for place in range(36)
        ]


def test_the_same_thing_has_the_same_identifier() -> None:
    assert _all_of(IDENTITY) == _all_of(Identity(1, "city", "ward"))


def test_different_things_have_different_identifiers() -> None:
    derived = [identifier for identity in (IDENTITY, *OTHERS) for identifier in _all_of(identity)]
    assert len(set(derived)) == len(derived)


def test_deriving_one_identifier_does_not_change_the_next() -> None:
    expected = list(islice(IDENTITY.spells(), 3))
    spells = IDENTITY.spells()
    first = next(spells)
    IDENTITY.named("dep_snapshot/2024-01-01/SOD")
    next(IDENTITY.patients())
    next(IDENTITY.spells())
    assert [first, *islice(spells, 2)] == expected


def test_the_three_identifiers_of_a_spell_differ_in_one_digit() -> None:
    for spell in islice(IDENTITY.spells(), 200):
        assert len({identifier[:15] + identifier[16:] for identifier in spell}) == 1
        assert [identifier[15] for identifier in spell] == ["5", "a", "d"]


def test_a_digest_has_32_hexadecimal_digits() -> None:
    assert re.fullmatch("[0-9a-f]{32}", digest(b""))
    assert digest(b"a") != digest(b"b")
