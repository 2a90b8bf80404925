"""What the commands share: exit codes, errors in one or two lines, help with examples, summaries, progress.

Exit 0: done. Exit 1: a check failed or the work could not be completed. Exit 2: the call or the configuration is wrong.
"""

from hospital_sim.terminal.completion import complete_hospital
from hospital_sim.terminal.help import examples
from hospital_sim.terminal.program import (
    FAILED,
    WRONG_CALL,
    CommandError,
    WrongCallError,
    error_line,
    run,
    warning_line,
)
from hospital_sim.terminal.progress_bars import counting, counting_days, is_watched, progress
from hospital_sim.terminal.summaries import Cell, print_json, print_notes, print_table, show

__all__ = [
    "FAILED",
    "WRONG_CALL",
    "Cell",
    "CommandError",
    "WrongCallError",
    "complete_hospital",
    "counting",
    "counting_days",
    "error_line",
    "examples",
    "is_watched",
    "print_json",
    "print_notes",
    "print_table",
    "progress",
    "run",
    "show",
    "warning_line",
]
