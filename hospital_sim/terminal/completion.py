"""What the shell completes."""

from glob import escape
from pathlib import Path

from hospital_sim.config.presets import presets


def complete_hospital(incomplete: str) -> list[str]:
    """Return the presets and the TOML files, and the folders on the way to some, that begin as the word does."""
    before, slash, begun = incomplete.rpartition("/")
    folder = Path(before or slash or ".")
    found = sorted(path for path in folder.glob(f"{escape(begun)}*")) if folder.is_dir() else []
    files = [f"{before}{slash}{path.name}" for path in found if path.suffix == ".toml"]
    folders = [f"{before}{slash}{path.name}/" for path in found if begun and path.is_dir()]
    return [*(name for name in presets() if name.startswith(incomplete)), *files, *folders]
