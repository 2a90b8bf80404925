"""Hospitals that are scaled from a preset: `england`, whose trusts have the published quartiles of beds."""

import math
from statistics import NormalDist, quantiles

import pytest

from hospital_sim.config import HospitalConfig, parse_hospitals, read_hospitals
from hospital_sim.config.offered_load import offered_load
from hospital_sim.config.presets import preset_path

pytestmark = pytest.mark.unit


def _preset(name: str) -> tuple[HospitalConfig, ...]:
    path = preset_path(name)
    assert path is not None
    return read_hospitals(path)


@pytest.fixture(scope="module")
def england() -> tuple[HospitalConfig, ...]:
    return _preset("england")


@pytest.fixture(scope="module")
def model() -> HospitalConfig:
    return _preset("england_acute")[0]


def _scaled(beds: int, preset: str = "england_acute") -> HospitalConfig:
    table = {"id": "trust", "name": "Trust", "general_and_acute_beds": beds}
    return parse_hospitals({"scaled_from": preset, "hospital": [table]})[0]


def _adult_beds(config: HospitalConfig) -> int:
    return sum(entry.beds for entry in config.department if entry.treatment_function_code not in ("192", "420", "501"))


def test_the_beds_of_englands_trusts_have_the_published_quartiles(england: tuple[HospitalConfig, ...]) -> None:
    assert len(england) == 130
    assert quantiles(map(_adult_beds, england), n=4, method="inclusive") == [457, 660, 1032]


def test_the_sizes_are_those_of_the_curve_in_the_file(england: tuple[HospitalConfig, ...]) -> None:
    ranks = [NormalDist().inv_cdf((number - 0.5) / 130) for number in range(1, 131)]
    assert [_adult_beds(trust) for trust in england] == [
        round(299 + 2201 / (1 + math.exp(1.628 - 1.396 * rank))) for rank in ranks
    ]


def test_the_trusts_have_sorted_ids_and_the_departments_of_their_model(
    england: tuple[HospitalConfig, ...], model: HospitalConfig
) -> None:
    ids = [trust.id for trust in england]
    assert ids == sorted(ids)
    assert (england[16].id, england[16].name) == ("acute_trust_017", "Acute Trust 017")
    names = [(entry.id, entry.name) for entry in model.department]
    assert all([(entry.id, entry.name) for entry in trust.department] == names for trust in england)


def test_each_department_has_its_share_of_beds_and_the_load_of_the_model(
    england: tuple[HospitalConfig, ...], model: HospitalConfig
) -> None:
    for trust in england[::43]:
        ratio = _adult_beds(trust) / 660
        for entry, original in zip(trust.department, model.department, strict=True):
            assert abs(entry.beds - original.beds * ratio) < 1
            assert offered_load(entry) == pytest.approx(offered_load(original))


def test_what_is_counted_in_beds_or_patients_is_scaled_and_nothing_else(model: HospitalConfig) -> None:
    assert _scaled(660).department == model.department
    half = {entry.id: entry for entry in _scaled(330).department}
    surgery = half["general_surgery"]
    assert (surgery.beds, surgery.bed_change[0].beds) == (36, -6)
    lists = {source.id: source.schedule for source in surgery.source}["elective"]
    # Half of 1, 3, 7, 9 and 10 patients: the week keeps its sum.
    assert [entry.patients for entry in lists or ()] == [2, 4, 4, 5]
    escalation = half["general_medicine"].escalation
    assert escalation is not None
    assert (escalation.beds, escalation.open_above) == (1, 0.99)
    assert half["general_medicine"].stay == model.department[1].stay


def test_parts_that_round_to_nothing_are_left_out_but_never_a_bed_of_escalation() -> None:
    tiny = {entry.id: entry for entry in _scaled(37).department}
    assert min(entry.beds for entry in tiny.values()) == 1
    assert tiny["respiratory_medicine"].bed_change == ()
    assert [len(source.schedule or ()) for source in tiny["gastroenterology"].source] == [0, 0]
    assert [source.id for source in tiny["cardiology"].source] == ["emergency", "gp", "elective"]
    escalation = tiny["intensive_care"].escalation
    assert escalation is not None
    assert escalation.beds == 1


def test_a_preset_by_the_simple_rule_is_scaled_too() -> None:
    beds = [entry.beds for entry in _scaled(120, "small").department]
    assert (sum(beds), min(beds) > 0) == (120, True)
