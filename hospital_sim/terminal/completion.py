"""Completes the names of hospitals in the shell."""

from glob import escape
from pathlib import Path

from hospital_sim.config.presets import presets


def complete_hospital(incomplete: str) -> list[str]:
    """Return the presets, TOML files and folders that begin with an incomplete word."""
    before, slash, prefix = incomplete.rpartition("/")
    folder = Path(before or slash or ".")
    paths = sorted(folder.glob(f"{escape(prefix)}*")) if folder.is_dir() else []
    files = [f"{before}{slash}{path.name}" for path in paths if path.suffix == ".toml"]
    folders = [f"{before}{slash}{path.name}/" for path in paths if prefix and path.is_dir()]
    return [*(name for name in presets() if name.startswith(incomplete)), *files, *folders]
