"""The command ``hospital-sim``."""

import sys

from hospital_sim.cli.app import app
from hospital_sim.terminal import run


def main() -> None:
    """Run the command line of this process and end it with its exit code."""
    sys.exit(run(app, "hospital-sim"))


__all__ = ["app", "main"]
