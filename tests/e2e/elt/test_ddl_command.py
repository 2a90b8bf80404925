"""The command ``ddl`` as a user meets it."""

import json
import subprocess

import pytest
from command_lines import call

pytestmark = pytest.mark.e2e


def test_the_text_is_the_statements_of_the_json_each_with_a_semicolon() -> None:
    words = ["ddl", "athena", "--lake", "s3://bucket/lake", "--start", "2024-01-01", "--end", "2024-12-31"]
    as_json = json.loads(call("hospital-elt", *words, "--json").stdout)
    assert as_json["engine"] == "athena"
    text = subprocess.run(["hospital-elt", *words], capture_output=True, text=True, check=True).stdout
    assert text == "\n".join(f"{statement};\n" for statement in as_json["statements"])
