"""SciPy's special functions, imported at the first use because the import takes a quarter of a second."""

from functools import cache
from importlib import import_module
from types import ModuleType


@cache
def special() -> ModuleType:
    """Return the module ``scipy.special``; cached, because an import in a function costs more than a draw."""
    return import_module("scipy.special")
