"""The parts of msgspec's validation errors: place, kind and text."""

from typing import Annotated

import msgspec
import pytest

from hospital_sim.events.validation_errors import ProblemKind, parse_validation_error, value_at

pytestmark = pytest.mark.unit


class Ward(msgspec.Struct, forbid_unknown_fields=True):
    beds: Annotated[int, msgspec.Meta(ge=1)]
    shares: dict[int, float] = {}


class Wards(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="wards"):
    ward: list[Ward]


def _error(document: object) -> msgspec.ValidationError:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(document, Wards)
    return caught.value


@pytest.mark.parametrize(
    ("document", "path", "kind", "subject"),
    [
        ({"type": "wards"}, "", ProblemKind.MISSING_FIELD, "ward"),
        ({"type": "wards", "ward": [{}]}, "ward[0]", ProblemKind.MISSING_FIELD, "beds"),
        ({"type": "wards", "ward": [], "bed": 1}, "", ProblemKind.UNKNOWN_FIELD, "bed"),
        ({"type": "wards", "ward": [{"beds": 1, "bed": 1}]}, "ward[0]", ProblemKind.UNKNOWN_FIELD, "bed"),
        ({"type": "wards", "ward": [{"beds": "1"}]}, "ward[0].beds", ProblemKind.WRONG_TYPE, "int"),
        ({"type": 1, "ward": []}, "type", ProblemKind.WRONG_TYPE, "str"),
        ([], "", ProblemKind.WRONG_TYPE, "object"),
        ({"type": "ward", "ward": []}, "type", ProblemKind.WRONG_VALUE, ""),
        ({"type": "wards", "ward": [{"beds": 0}]}, "ward[0].beds", ProblemKind.WRONG_VALUE, ""),
    ],
)
def test_an_error_names_place_kind_and_subject(document: object, path: str, kind: ProblemKind, subject: str) -> None:
    problem = parse_validation_error(_error(document))
    assert (problem.path, problem.kind, problem.subject, problem.in_key) == (path, kind, subject, False)


def test_the_text_leaves_out_the_place_and_a_wrong_key_is_at_the_place_of_its_table() -> None:
    assert parse_validation_error(_error({"type": "wards", "ward": [{"beds": 0}]})).text == "Expected `int` >= 1"
    problem = parse_validation_error(_error({"type": "wards", "ward": [{"beds": 1, "shares": {"x": 1.0}}]}))
    assert (problem.in_key, problem.kind) == (True, ProblemKind.WRONG_TYPE)
    assert problem.path.startswith("ward[0].shares")


@pytest.mark.parametrize(
    ("cause", "kind"), [(TypeError, ProblemKind.WRONG_TYPE), (ValueError, ProblemKind.WRONG_VALUE)]
)
def test_the_error_of_a_decoding_hook_keeps_its_text(cause: type[Exception], kind: ProblemKind) -> None:
    def hook(_: type, value: object) -> object:
        raise cause(f"sd: must be above 0, not {value}")

    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"stay": -1}, msgspec.defstruct("Department", [("stay", complex)]), dec_hook=hook)
    problem = parse_validation_error(caught.value)
    assert problem == ("stay", kind, "sd: must be above 0, not -1", "", False)


def test_a_value_is_looked_up_by_its_path() -> None:
    assert value_at({"department": [{"ages": (1, 2)}]}, "department[0].ages[1]") == 2
