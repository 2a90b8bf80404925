"""The commands of the page on migration, as they stand there."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "migrate.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Return the commands of the page, in order, without the lines that say where lake and warehouse are."""
    joined = [block.replace("\\\n", " ") for block in _BLOCK.findall(PAGE.read_text(encoding="utf-8"))]
    lines = [line for block in joined for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("export ")]
