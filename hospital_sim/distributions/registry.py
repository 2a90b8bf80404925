"""Names of distributions, and conversion of a table of a configuration to a distribution.

``stay = { distribution = "gamma", mean = 7.4, sd = 8.6 }`` names a class by its tag and sets its fields. Register a
class of your own with ``@distribution("name")``.
"""

import difflib
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from hospital_sim.distributions.families.bounded import Fixed, Triangular, Uniform
from hospital_sim.distributions.families.empirical import Empirical
from hospital_sim.distributions.families.gamma import Erlang, Exponential, Gamma
from hospital_sim.distributions.families.lognormal import Lognormal
from hospital_sim.distributions.families.mixture import Hyperexponential, Mixture
from hospital_sim.distributions.families.phase_type import Coxian, PhaseType
from hospital_sim.distributions.families.weibull import Weibull
from hospital_sim.distributions.protocol import Distribution
from hospital_sim.distributions.truncated import Truncated
from hospital_sim.events.validation_errors import ProblemKind, ValidationProblem, parse_validation_error, value_at

FIELD = "distribution"
"""The field of a table that names its distribution."""

Registered = TypeVar("Registered", bound=msgspec.Struct)

_registered: dict[str, type[msgspec.Struct]] = {}


def register(name: str, cls: type[Registered]) -> type[Registered]:
    """Register a class of distributions, so that configurations can name it.

    Args:
        name: The name.
        cls: A class with that tag: a subclass of ``ByInversion``, whose tag is its name in snake case unless it says
            ``tag="..."``; or any msgspec Struct with ``tag_field="distribution"`` that offers ``mean`` and ``sample``.

    Returns:
        The class.

    Raises:
        TypeError: If the class is not such a Struct.
        ValueError: If the class has another tag, or another class has the name.
    """
    if not (isinstance(cls, type) and issubclass(cls, msgspec.Struct)):
        raise TypeError(f"{name}: must be a msgspec Struct, such as a subclass of ByInversion, not {cls!r}")
    settings = cls.__struct_config__
    if settings.tag_field != FIELD:
        raise TypeError(f"{name}: {cls.__name__} must have tag_field={FIELD!r}, or be a subclass of ByInversion")
    missing = [needed for needed in ("mean", "sample") if not hasattr(cls, needed)]
    if missing:
        raise TypeError(f"{name}: {cls.__name__} must offer {' and '.join(missing)}")
    if settings.tag != name:
        raise ValueError(
            f"{name}: {cls.__name__} has the tag {settings.tag!r}; write class {cls.__name__}(..., tag={name!r})"
        )
    other = _registered.get(name)
    # The same qualified name is allowed, because a notebook cell that runs again defines its class again.
    if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
        raise ValueError(f"{name}: already names {other.__module__}.{other.__qualname__}; choose another name")
    _registered[name] = cls
    return cls


def distribution(name: str) -> Callable[[type[Registered]], type[Registered]]:
    """Return a class decorator that registers a distribution (errors as in ``register``)."""

    def decorate(cls: type[Registered]) -> type[Registered]:
        return register(name, cls)

    return decorate


def names() -> tuple[str, ...]:
    """Return all registered names, sorted."""
    return tuple(sorted(_registered))


def parse(table: object) -> Distribution:
    """Return the distribution that a table of a configuration describes.

    Args:
        table: A mapping with ``distribution``, the name, and the fields of that distribution; nested for truncation and
            mixtures. A distribution is returned unchanged.

    Raises:
        TypeError: If it is not a table, or a value has the wrong type.
        ValueError: If the name is missing or unknown, or a field is missing, unknown or has a wrong value. The message
            begins with the path of the field in the table.
    """
    if isinstance(table, msgspec.Struct) and isinstance(table, Distribution):
        return table
    if not isinstance(table, Mapping):
        example = f'{{ {FIELD} = "gamma", mean = 7.4, sd = 8.6 }}'
        raise TypeError(f"must be a table such as {example}, not {table!r}")
    cls = _named(table)
    _check_fields(cls, table)
    try:
        result: object = msgspec.convert(dict(table), cls, dec_hook=decode)
    except msgspec.ValidationError as error:
        raise _explained(error, table) from error
    if not isinstance(result, Distribution):
        raise TypeError(f"{FIELD}: {cls.__name__} must offer mean and sample")
    return result


def decode(expected: type, value: object) -> object:
    """Decode distributions for msgspec: a ``dec_hook`` for structs with fields of type ``Distribution``.

    Raises:
        TypeError, ValueError: As ``parse`` does; msgspec adds the path of the field.
        NotImplementedError: If another type is expected.
    """
    if expected is Distribution:
        return parse(value)
    raise NotImplementedError(f"cannot decode {expected!r}")


def _named(table: Mapping[str, object]) -> type[msgspec.Struct]:
    if FIELD not in table:
        raise ValueError(f"{FIELD}: missing; name one of {', '.join(names())}")
    name = table[FIELD]
    if not isinstance(name, str):
        raise TypeError(f"{FIELD}: must be a name, not {name!r}")
    if name not in _registered:
        raise ValueError(f"{FIELD}: {name!r} is not known{_hint(name, names())}")
    return _registered[name]


def _check_fields(cls: type[msgspec.Struct], table: Mapping[str, object]) -> None:
    fields = msgspec.structs.fields(cls)
    valid = tuple(field.encode_name for field in fields)
    for field in table:
        if field != FIELD and field not in valid:
            raise ValueError(f"{field}: unknown field of {table[FIELD]}{_hint(str(field), valid)}")
    for required in (field.encode_name for field in fields if field.required):
        if required not in table:
            raise ValueError(f"{required}: missing; add it")


def _hint(word: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"


def _explained(error: msgspec.ValidationError, table: Mapping[str, object]) -> TypeError | ValueError:
    """Return the error in words: the path within the table, what is wrong, and the value."""
    problem = parse_validation_error(error)
    kind = TypeError if problem.kind is ProblemKind.WRONG_TYPE else ValueError
    text = problem.text
    if error.__cause__ is None:
        text = f"{_requirement(problem)}, not {value_at(table, problem.path)!r}"
    return kind(f"{problem.path}: {text}" if problem.path else text)


def _requirement(problem: ValidationProblem) -> str:
    if problem.kind is ProblemKind.WRONG_TYPE:
        words = {"float": "a number", "int": "a whole number", "array": "a list", "str": "a text"}
        return f"must be {' or '.join(words.get(name, name) for name in problem.subject.split(' | '))}"
    return problem.text.replace("`", "").replace("Expected", "must be")


OF_THIS_PACKAGE: dict[str, type[msgspec.Struct]] = {
    "coxian": Coxian,
    "empirical": Empirical,
    "erlang": Erlang,
    "exponential": Exponential,
    "fixed": Fixed,
    "gamma": Gamma,
    "hyperexponential": Hyperexponential,
    "lognormal": Lognormal,
    "mixture": Mixture,
    "phase_type": PhaseType,
    "triangular": Triangular,
    "truncated": Truncated,
    "uniform": Uniform,
    "weibull": Weibull,
}
"""The distributions of this package, by name; the others are registered by users."""

for _name, _class in OF_THIS_PACKAGE.items():
    register(_name, _class)
