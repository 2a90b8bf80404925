"""The terminal side of all commands; only ``cli`` packages import it.

- Programs: ``run`` runs a command line; ``CommandError`` ends it with the exit code ``FAILED``, ``WrongCallError`` with
  ``WRONG_CALL``.
- Help: ``examples`` at the end of a command's help; ``complete_hospital`` for the
  shell; ``add_version``.
- Output: ``show``, ``print_table``, ``print_json``, ``print_notes`` on standard output.
- Errors and progress, on standard error: ``error_line``, ``warning_line``, ``counting``, ``counting_days``,
  ``is_watched``.

Exit codes: 0, done; 1, a check failed or the work could not be completed; 2, the call or the configuration is wrong.
"""

from hospital_sim.tables import Cell
from hospital_sim.terminal.help import add_version, complete_hospital, examples
from hospital_sim.terminal.program import (
    FAILED,
    WRONG_CALL,
    CommandError,
    WrongCallError,
    error_line,
    run,
    warning_line,
)
from hospital_sim.terminal.progress_bars import counting, counting_days, is_watched
from hospital_sim.terminal.summaries import print_json, print_notes, print_table, show

__all__ = [
    "FAILED",
    "WRONG_CALL",
    "Cell",
    "CommandError",
    "WrongCallError",
    "add_version",
    "complete_hospital",
    "counting",
    "counting_days",
    "error_line",
    "examples",
    "is_watched",
    "print_json",
    "print_notes",
    "print_table",
    "run",
    "show",
    "warning_line",
]
