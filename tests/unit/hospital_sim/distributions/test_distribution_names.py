"""A table of a configuration becomes a distribution, or an error that names the field."""

import tomllib

import msgspec
import numpy as np
import pytest

from hospital_sim import distributions as d
from hospital_sim.distributions import registry

pytestmark = pytest.mark.unit

TABLES = """
coxian = { distribution = "coxian", means = [2, 10, 60], onward = [0.3, 0.1] }
empirical = { distribution = "empirical", values = [1, 2, 5], weights = [2, 1, 1] }
erlang = { distribution = "erlang", mean = 6, phases = 3 }
exponential = { distribution = "exponential", mean = 6 }
fixed = { distribution = "fixed", value = 6 }
gamma = { distribution = "gamma", mean = 7.4, sd = 8.6 }
hyperexponential = { distribution = "hyperexponential", mean = 5, sd = 9 }
lognormal = { distribution = "lognormal", mean = 7.4, sd = 8.61 }
phase_type = { distribution = "phase_type", initial = [1, 0], generator = [[-1, 0.5], [0, -0.2]] }
triangular = { distribution = "triangular", low = 1, mode = 2, high = 9 }
truncated = { distribution = "truncated", of = { distribution = "gamma", mean = 7.4, sd = 8.6 }, high = 60 }
uniform = { distribution = "uniform", low = 1, high = 9 }
weibull = { distribution = "weibull", mean = 7.4, sd = 8.6 }

[mixture]
distribution = "mixture"
weights = [0.9, 0.1]
components = [{ distribution = "gamma", mean = 5, sd = 4 }, { distribution = "lognormal", mean = 40, sd = 20 }]
"""


@pytest.fixture(autouse=True)
def _own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))


def test_every_distribution_can_be_written_in_toml_and_in_json() -> None:
    tables = tomllib.loads(TABLES)

    parsed = {name: d.parse(table) for name, table in tables.items()}

    assert tuple(sorted(parsed)) == d.names()
    for name, distribution in parsed.items():
        assert type(distribution).__struct_config__.tag == name
        assert distribution.mean > 0
        assert d.parse(distribution) is distribution
        assert d.parse(msgspec.json.decode(msgspec.json.encode(distribution))) == distribution


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (7.4, TypeError, r'must be a table such as \{ distribution = "gamma", mean = 7.4, sd = 8.6 \}, not 7.4'),
        ({"mean": 3}, ValueError, "distribution: missing; name one of coxian, empirical"),
        ({"distribution": 3}, TypeError, "distribution: must be a name, not 3"),
        ({"distribution": "gama"}, ValueError, r"distribution: 'gama' is not known; did you mean gamma\?"),
        ({"distribution": "zzz"}, ValueError, "distribution: 'zzz' is not known; known are coxian"),
        ({"distribution": "gamma", "mean": 3}, ValueError, "sd: missing; add it"),
        ({"distribution": "gamma", "men": 3}, ValueError, r"men: unknown field of gamma; did you mean mean\?"),
        ({"distribution": "gamma", "mean": 3, "sd": -1}, ValueError, "sd: must be above 0, not -1"),
        ({"distribution": "gamma", "mean": "3", "sd": 1}, TypeError, "mean: must be a number, not '3'"),
        ({"distribution": "empirical", "values": 3}, TypeError, "values: must be a list, not 3"),
        ({"distribution": "empirical", "values": [1, "x"]}, TypeError, r"values\[1\]: must be a number, not 'x'"),
        (
            {"distribution": "truncated", "high": 9, "of": {"distribution": "gamma", "mean": 3, "sd": 0}},
            ValueError,
            "^of: sd: must be above 0, not 0",
        ),
        (
            {
                "distribution": "mixture",
                "weights": [1],
                "components": [{"distribution": "truncated", "of": {"distribution": "gama"}}],
            },
            ValueError,
            r"^components\[0\]: of: distribution: 'gama' is not known",
        ),
    ],
)
def test_the_error_of_a_wrong_table_begins_with_the_path_of_the_field(table, error, message) -> None:
    with pytest.raises(error, match=message):
        d.parse(table)


class Department(msgspec.Struct):
    """A struct of the kind that a configuration has."""

    stay: d.Distribution | None = None


class Hospital(msgspec.Struct):
    """A struct that holds others."""

    department: tuple[Department, ...]


def test_a_configuration_decodes_distributions_and_its_errors_carry_the_path() -> None:
    good = {"department": [{"stay": {"distribution": "fixed", "value": 2}}, {"stay": d.Fixed(3)}, {}]}
    wrong = {"department": [{}, {"stay": {"distribution": "gamma", "mean": 3, "sd": -1}}]}

    hospital = msgspec.convert(good, Hospital, dec_hook=d.decode)

    assert [department.stay for department in hospital.department] == [d.Fixed(2), d.Fixed(3), None]
    with pytest.raises(msgspec.ValidationError, match=r"^sd: must be above 0, not -1 - at `\$.department\[1\].stay`$"):
        msgspec.convert(wrong, Hospital, dec_hook=d.decode)


def test_a_registered_distribution_can_be_named_alone_and_inside_others() -> None:
    @d.distribution("line")
    class Line(d.ByInversion, frozen=True):
        top: float

        @property
        def mean(self) -> float:
            return self.top / 2

        def quantile(self, probability: d.Floats) -> d.Floats:
            return self.top * probability

    line = {"distribution": "line", "top": 6}

    assert d.parse(line).mean == 3
    assert d.parse({"distribution": "mixture", "weights": [1], "components": [line]}).mean == 3
    assert "line" in d.names()
    assert msgspec.to_builtins(Line(6)) == {"distribution": "line", "top": 6}


class Once(d.ByInversion, frozen=True):
    """A distribution to register."""

    @property
    def mean(self) -> float:
        return 1.0

    def quantile(self, probability: d.Floats) -> d.Floats:
        return np.ones_like(probability)


class NoSample(msgspec.Struct, tag_field="distribution", tag="no_sample"):
    """A struct that cannot be drawn from."""

    mean: float = 1.0


def test_invalid_registrations_raise_an_error() -> None:
    with pytest.raises(ValueError, match=r"twice: Once has the tag 'once'; write class Once\(..., tag='twice'\)"):
        d.register("twice", Once)
    with pytest.raises(TypeError, match="int: must be a msgspec Struct, such as a subclass of ByInversion"):
        d.register("int", int)
    with pytest.raises(TypeError, match="plain: Department must have tag_field='distribution'"):
        d.register("plain", Department)
    with pytest.raises(TypeError, match="no_sample: NoSample must offer sample"):
        d.register("no_sample", NoSample)
    d.register("once", Once)
    d.register("once", Once)
    with pytest.raises(
        ValueError, match=r"gamma: already names hospital_sim.distributions.families.gamma.Gamma; choose"
    ):
        d.register("gamma", type("Gamma", (Once,), {}, tag="gamma"))
