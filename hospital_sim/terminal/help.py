"""Formats the examples at the end of a command's help."""


def examples(*commands: str) -> str:
    """Return the end of a command's help: commands that can be copied and run.

    Args:
        commands: One command each, as it is typed; it may have several lines.
    """
    # The first line is Click's mark for text whose lines must not be wrapped.
    lines = [line for command in commands for line in command.split("\n")]
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
