"""Hospitals that come with the library: one TOML file each, and the JSON Schema of such a file."""

from pathlib import Path

_FOLDER = Path(__file__).parent


def presets() -> tuple[str, ...]:
    """Return the names of the hospitals that come with the library, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def preset_path(name: str) -> Path | None:
    """Return the TOML file of a preset; None if there is no preset of that name."""
    return _FOLDER / f"{name}.toml" if name in presets() else None
