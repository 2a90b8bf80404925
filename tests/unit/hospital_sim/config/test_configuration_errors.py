"""A wrong configuration is refused in one line that names the file, the department, the field and the value."""

from pathlib import Path

import pytest

import hospital_sim as hs
from hospital_sim.config import DepartmentConfig, parse_hospitals, read_hospitals
from hospital_sim.errors import ConfigurationError

pytestmark = pytest.mark.unit

WARD = {
    "id": '"ward"',
    "name": '"Ward"',
    "treatment_function_code": '"300"',
    "beds": "4",
    "target_occupancy": "0.9",
    "max_stay_days": "5",
}
STAY = {"max_stay_days": None, "long_stay_share": "0"}


def _toml(hospital: dict[str, str | None] | None = None, **ward: str | None) -> str:
    """Return a hospital as TOML: a right one, but for the fields given; None leaves one out."""
    top = {"id": '"city"', "name": '"City"'} | (hospital or {})
    lines = [f"{field} = {value}" for field, value in top.items() if value is not None]
    entry = [f"{field} = {value}" for field, value in (WARD | ward).items() if value is not None]
    return "\n".join([*lines, "[[department]]", *entry, ""])


def _refusal(tmp_path: Path, text: str) -> str:
    file = tmp_path / "city.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_hospitals(file)
    assert refused.value.exit_code == 2
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_the_hospital_without_errors_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(_toml(), encoding="utf-8")
    (config,) = read_hospitals(file)
    assert config.department[0].beds == 4


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"beds": "-4"}, "beds: must be int >= 1, not -4"),
        ({"beds": "0"}, "beds: must be int >= 1, not 0"),
        ({"beds": '"four"'}, "beds: must be int, got str"),
        ({"beds": "true"}, "beds: must be int, got bool"),
        ({"beds": "4.5"}, "beds: must be int, got float"),
        ({"beds": "100001"}, "beds: must be int <= 100000, not 100001"),
        ({"beds": None}, "beds: missing; add it"),
        ({"beds": None, "bed": "4"}, "bed: unknown field; did you mean beds?"),
        ({"target_ocupancy": "0.9"}, "target_ocupancy: unknown field; did you mean target_occupancy?"),
        ({"id": '"Ward 1"'}, "id: must be str matching regex '^[a-z][a-z0-9_]{0,62}$', not 'Ward 1'"),
        ({"id": None}, "id: missing; add it"),
        ({"name": '""'}, "name: must be str of length >= 1, not ''"),
        ({"treatment_function_code": "300"}, "treatment_function_code: must be str, got int"),
        (
            {"treatment_function_code": '"30"'},
            "treatment_function_code: must be str matching regex '^[0-9]{3}$', not '30'",
        ),
        ({"capacity": "3"}, "capacity: must be at least the 4 beds that can be open, not 3"),
        ({"target_occupancy": None}, "target_occupancy: give either target_occupancy or requests_per_day"),
        ({"requests_per_day": "1"}, "target_occupancy: give either target_occupancy or requests_per_day"),
        ({"target_occupancy": "0"}, "target_occupancy: must be float > 0.0, not 0"),
        ({"target_occupancy": "nan"}, "target_occupancy: must be float > 0.0, not nan"),
        ({"target_occupancy": "inf"}, "target_occupancy: must be finite, not inf"),
        ({"max_stay_days": None}, "max_stay_days: give max_stay_days or stay"),
        ({"max_stay_days": "0.5"}, "max_stay_days: must be float >= 1.0, not 0.5"),
        ({"max_stay_days": "inf"}, "max_stay_days: must be finite, not inf"),
        (
            {"turnaround_hours": '{ distribution = "fixed", value = 1e6 }'},
            "turnaround_hours: must be at most 36,525 days",
        ),
        ({"max_stay_days": "1e6"}, "max_stay_days: must be at most 36,525 days, not 1e+06"),
        ({"long_stay_multiple": "[1, 1e9]"}, "long_stay_multiple: must be at most 36,525 days, not 5e+09"),
        ({"long_stay_multiple": "[6, 3]"}, "long_stay_multiple: must be two numbers of at least 1, the smaller first"),
        ({"long_stay_multiple": "[0.5, 3]"}, "long_stay_multiple: must be two numbers of at least 1"),
        ({"long_stay_multiple": "[1]"}, "long_stay_multiple: must be array of length 2, got 1"),
        ({"long_stay_share": "-0.1"}, "long_stay_share: must be float >= 0.0, not -0.1"),
        ({"long_stay_share": "nan"}, "long_stay_share: must be float >= 0.0, not nan"),
        ({"delay_share": "1.5"}, "delay_share: must be float <= 1.0, not 1.5"),
        ({"delay_days": "[0, 3]"}, "delay_days: must be two numbers above 0, the smaller first, not [0.0, 3.0]"),
        ({"delay_days": "[1, nan]"}, "delay_days: must be finite"),
        ({"month_multipliers": "[1, 2]"}, "month_multipliers: must be array of length >= 12, not [1, 2]"),
        ({"month_multipliers": f"{[0] * 12}"}, "month_multipliers: must not be all 0"),
        ({"month_multipliers": f"{[-1] + [1] * 11}"}, "month_multipliers[0]: must be float >= 0.0, not -1"),
        ({"ages": "[50, 40, 60]"}, "ages: must be youngest, most frequent and oldest age, 0 to 120"),
        ({"ages": "[0, 40, 121]"}, "ages: must be youngest, most frequent and oldest age, 0 to 120"),
        ({"admission_methods": '{ "11" = 0.5 }'}, "admission_methods: the shares must add up to 1, not 0.5"),
        ({"admission_methods": '{ "11" = nan }'}, "admission_methods[...]: must be float >= 0.0"),
        ({"admission_methods": '{ "99" = 1 }'}, "admission_methods: invalid enum value '99'"),
        ({"delay_reasons": '{ "weather" = 1 }'}, "delay_reasons: invalid enum value 'weather'"),
        ({"discharge_destinations": "{}"}, "discharge_destinations: the shares must add up to 1, not 0"),
        ({"when_full": '"leave"'}, "when_full: invalid enum value 'leave'"),
        (
            {"stay": '{ distribution = "fixed", value = 7 }'},
            "stay: does not fit max_stay_days: low, high: values between 0 and 5 cannot have the mean 7",
        ),
        (
            STAY | {"stay": '{ distribution = "gumbel" }'},
            "stay: distribution: 'gumbel' is not known; known are coxian, ",
        ),
        (STAY | {"stay": '{ distribution = "exponential", men = 3 }'}, "stay: men: unknown field"),
        (STAY | {"stay": '{ distribution = "exponential" }'}, "stay: mean: missing; add it"),
        (STAY | {"stay": "{ mean = 3 }"}, "stay: distribution: missing; name one of coxian, "),
        (STAY | {"stay": '{ distribution = "exponential", mean = -3 }'}, "stay: mean: must be above 0, not -3"),
        (STAY | {"stay": '{ distribution = "exponential", mean = nan }'}, "stay: mean: must be finite, not nan"),
        (
            STAY | {"stay": '{ distribution = "uniform", low = 3, high = 1 }'},
            "stay: high: must be at least low (3), not 1",
        ),
        (
            STAY | {"stay": '{ distribution = "lognormal", mean = 3, sd = inf }'},
            "stay: sd: must be finite, not inf",
        ),
        (STAY | {"stay": '{ distribution = "fixed", value = 0 }'}, "stay: must have a mean above 0"),
        (
            STAY | {"stay": '{ distribution = "lognormal", mean = 3e5, sd = 3e5 }'},
            "stay: must be at most 36,525 days, not 300000",
        ),
        (
            {"max_stay_days": None, "stay": '{ distribution = "fixed", value = 3 }'},
            "long_stay_share: needs max_stay_days; set it to 0 if stays follow a distribution",
        ),
        (
            {"target_occupancy": None, "requests_per_day": "1e9", "allow_overload": "true"},
            "requests_per_day: gives 1e+09 requests a day; there may be at most 1,000,000",
        ),
    ],
)
def test_a_wrong_field_of_a_department_is_named(tmp_path: Path, fields: dict[str, str | None], message: str) -> None:
    who = "" if fields.get("id", "") is None else f" ({fields['id'].strip(chr(34)) if fields.get('id') else 'ward'})"
    assert _refusal(tmp_path, _toml(**fields)).startswith(f"city.toml: department[0]{who}: {message}")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": None}, "id: missing; add it"),
        ({"name": None}, "name: missing; add it"),
        ({"bedz": "3"}, "bedz: unknown field; known are id, name, warmup_days, department"),
        ({"warmup": "3"}, "warmup: unknown field; did you mean warmup_days?"),
        ({"warmup_days": "-1"}, "warmup_days: must be int >= 0, not -1"),
        ({"warmup_days": "1.5"}, "warmup_days: must be int, got float"),
    ],
)
def test_a_wrong_field_of_a_hospital_is_named(tmp_path: Path, fields: dict[str, str | None], message: str) -> None:
    assert _refusal(tmp_path, _toml(fields)) == f"city.toml: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "department: missing; add at least one [[department]] table"),
        ('id = "a"\nname = "A"\ndepartment = 3', "department: must be one or more [[department]] tables"),
        ('id = "a"\nname = "A"\ndepartment = [3]', "department[0]: must be a table, not 3"),
        ("hospital = 3", "hospital: must be one or more [[hospital]] tables"),
        ("hospital = []", "hospital: must be one or more [[hospital]] tables"),
        ('seed = 1\n[[hospital]]\nid = "a"', "seed: unknown field; known are hospital, defaults"),
        ('[[hospital]]\nid = "a"\nname = "A"', "hospital[0]: department: missing"),
        ("defaults = 3\n[[hospital]]", "defaults: must be a table, not 3"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert _refusal(tmp_path, text).startswith(f"city.toml: {message}")


def test_a_file_that_is_not_toml_says_where(tmp_path: Path) -> None:
    assert "city.toml: is not TOML: " in _refusal(tmp_path, "id = ")


def test_a_file_that_is_not_text_says_so(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_hospitals(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: cannot be read: No such file"):
        hs.load(tmp_path / "nowhere.toml")


def test_an_unknown_preset_lists_the_presets() -> None:
    with pytest.raises(ConfigurationError, match=r"'smal' is neither a preset nor a TOML file; presets are .*small"):
        hs.load("smal")


def test_two_departments_of_one_id_are_refused(tmp_path: Path) -> None:
    again = _toml().partition("[[department]]")[2]
    text = f"{_toml()}[[department]]{again}"
    assert _refusal(tmp_path, text).startswith("city.toml: department[1] (ward): id: 'ward' is used twice")


def test_two_hospitals_of_one_id_are_refused(tmp_path: Path) -> None:
    one = "[[hospital]]\n" + _toml().replace("[[department]]", "[[hospital.department]]")
    assert _refusal(tmp_path, one + one).startswith("city.toml: hospital: id: 'city' is used twice")


def test_an_error_in_the_second_hospital_names_it(tmp_path: Path) -> None:
    one = "[[hospital]]\n" + _toml().replace("[[department]]", "[[hospital.department]]")
    two = one.replace('"city"', '"town"').replace("beds = 4", "beds = -4")
    assert (
        _refusal(tmp_path, one + two) == "city.toml: hospital[1]: department[0] (ward): beds: must be int >= 1, not -4"
    )


def test_a_load_of_one_or_more_over_the_year_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    expected = (
        "city.toml: department[0] (ward): target_occupancy: gives an offered load of 1.000 over the year, so the queue "
        "would grow without end; lower it, add beds, or set allow_overload = true"
    )
    assert _refusal(tmp_path, _toml(target_occupancy="1.0")) == expected


def test_long_stays_and_delays_count_in_the_load(tmp_path: Path) -> None:
    """Demand for beds over the mean of ordinary stays alone looks like a load of 1, and is one of more."""
    fields = {
        "beds": "15",
        "target_occupancy": None,
        "requests_per_day": "1.99",
        "max_stay_days": "14",
        "long_stay_multiple": "[6.4285714, 6.4285714]",
        "delay_share": "0",
    }
    assert "gives an offered load of 1.1" in _refusal(tmp_path, _toml(**fields))


@pytest.mark.parametrize("fields", [{"allow_overload": "true"}, {"when_full": '"divert"'}])
def test_overload_is_allowed_on_request_or_if_patients_are_diverted(
    tmp_path: Path, fields: dict[str, str | None]
) -> None:
    file = tmp_path / "city.toml"
    file.write_text(_toml(target_occupancy="1.4", **fields), encoding="utf-8")
    assert read_hospitals(file)[0].department[0].target_occupancy == 1.4


def test_a_peak_month_above_one_is_allowed_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(_toml(month_multipliers=str([2] + [1] * 11)), encoding="utf-8")
    table = hs.load(file).describe()
    assert table["Jan"][0] > 1 > table["Feb"][0]
    assert table["year"][0] == pytest.approx(0.9)


def test_defaults_apply_to_fields_that_a_department_leaves_out() -> None:
    ward = {"id": "a", "name": "A", "treatment_function_code": "300", "beds": 4}
    document = {
        "id": "city",
        "name": "City",
        "defaults": {"target_occupancy": 0.8, "max_stay_days": 5, "delay_share": 0.1},
        "department": [ward, ward | {"id": "b", "requests_per_day": 0.2, "delay_share": 0.0}],
    }
    (config,) = parse_hospitals(document)
    assert [entry.target_occupancy for entry in config.department] == [0.8, None]
    assert [entry.requests_per_day for entry in config.department] == [None, 0.2]
    assert [entry.delay_share for entry in config.department] == [0.1, 0.0]


def test_the_defaults_of_a_hospital_override_those_of_the_file() -> None:
    ward = {"id": "a", "name": "A", "treatment_function_code": "300", "beds": 4}
    document = {
        "defaults": {"target_occupancy": 0.8, "max_stay_days": 5},
        "hospital": [
            {"id": "one", "name": "One", "department": [ward]},
            {"id": "two", "name": "Two", "department": [ward], "defaults": {"requests_per_day": 0.2}},
        ],
    }
    one, two = parse_hospitals(document)
    assert (one.department[0].target_occupancy, one.department[0].requests_per_day) == (0.8, None)
    assert (two.department[0].target_occupancy, two.department[0].requests_per_day) == (None, 0.2)


@pytest.mark.parametrize(
    ("defaults", "message"),
    [
        ("bedz = 3", "defaults: bedz: unknown field; did you mean beds?"),
        ('id = "a"', "defaults: id: unknown field"),
        ("delay_share = 2", "defaults: delay_share: must be float <= 1.0, not 2"),
    ],
)
def test_an_error_in_a_default_names_the_defaults(tmp_path: Path, defaults: str, message: str) -> None:
    text = _toml().replace("[[department]]", f"[defaults]\n{defaults}\n[[department]]")
    assert _refusal(tmp_path, text).startswith(f"city.toml: {message}")


def test_a_file_of_several_hospitals_is_loaded_with_load_all(tmp_path: Path) -> None:
    one = "[[hospital]]\n" + _toml().replace("[[department]]", "[[hospital.department]]")
    file = tmp_path / "two.toml"
    file.write_text(one + one.replace('"city"', '"town"'), encoding="utf-8")
    assert [each.config.id for each in hs.load_all(file)] == ["city", "town"]
    with pytest.raises(ConfigurationError, match=r"describes several hospitals \(city, town\); use load_all"):
        hs.load(file)


def test_a_wrong_type_is_a_type_error_and_a_wrong_value_a_value_error(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    for beds, kind in (('"four"', TypeError), ("-4", ValueError)):
        file.write_text(_toml(beds=beds), encoding="utf-8")
        with pytest.raises(kind, match="beds"):
            read_hospitals(file)


@pytest.mark.parametrize(("beds", "kind"), [(-4, ValueError), ("four", TypeError)])
def test_a_hospital_created_in_python_is_checked_too(beds: object, kind: type[Exception]) -> None:
    ward = DepartmentConfig(
        id="ward", name="Ward", treatment_function_code="300", beds=beds, target_occupancy=0.9, max_stay_days=5
    )
    with pytest.raises(kind, match=r"department\[0\] \(ward\): beds"):
        hs.Hospital(hs.HospitalConfig(id="city", name="City", department=(ward,)))


def test_what_is_not_a_configuration_is_refused() -> None:
    with pytest.raises(TypeError, match="config: must be a HospitalConfig, not 'small'; load reads presets and files"):
        hs.Hospital("small")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", hs.presets())
def test_every_preset_is_right_and_below_its_target(name: str) -> None:
    config = hs.load(name).config
    assert all(entry.target_occupancy is not None and entry.target_occupancy < 1 for entry in config.department)
    assert hs.load(name).config == config
