"""The command ``schema``: prints the JSON Schema of the hospital file."""

import sys

from hospital_sim import terminal
from hospital_sim.config.presets.file_schema import schema_text

EXAMPLES = terminal.examples("hospital-sim schema > hospital.schema.json")


def command() -> None:
    """Print the JSON Schema of the hospital file, for editors that check and complete TOML.

    A file whose first line is `#:schema ./hospital.schema.json` is checked with the schema beside it.
    """
    sys.stdout.write(schema_text())
