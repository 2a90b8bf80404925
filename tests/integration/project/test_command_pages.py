"""docs/commands has every command with its options, and nothing that does not exist."""

import re
from pathlib import Path

import pytest
from command_lines import PROGRAMS, Command, commands

pytestmark = pytest.mark.integration

COMMANDS = Path(__file__).parents[3] / "docs" / "commands"


def _sections(program: str) -> dict[str, str]:
    page = (COMMANDS / f"{program}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _documented(section: str) -> set[str]:
    rows = re.findall(r"^\| `(-{0,2}[A-Za-z-]+)[^`]*` \|", section, re.MULTILINE)
    return {row.lstrip("-").replace("-", "_").lower() for row in rows}


def _accepted(command: Command) -> set[str]:
    names = set()
    for parameter in command.params:
        is_option = parameter.param_type_name == "option"
        word = max(parameter.opts, key=len) if is_option else parameter.metavar or parameter.name
        names.add(word.strip("-{}[]").replace("-", "_").lower())
    return names - {"help"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_has_a_section_with_its_options_and_an_example_that_is_run(program: str) -> None:
    sections = _sections(program)
    for name, command in commands(program).items():
        assert name in sections, f"{program}.md has no section {name}"
        assert _documented(sections[name]) == _accepted(command), name
        examples = re.findall(r"^```(?:bash|console)\n(.*?)^```$", sections[name], re.MULTILINE | re.DOTALL)
        assert any(f"{program} {name}" in example for example in examples), f"{name}: show an example in bash"
