"""Examples at the end of a command's help."""


def examples(*commands: str) -> str:
    """Return what a command's help ends with: commands that can be copied as they stand.

    Args:
        commands: One command each, as it is typed; it may go on over several lines.
    """
    # The first line keeps the help from filling lines anew.
    lines = [line for command in commands for line in command.split("\n")]
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
