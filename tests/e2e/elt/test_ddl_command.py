"""The command ``ddl`` as a user meets it."""

import json
import subprocess

import pytest
from command_lines import call

pytestmark = pytest.mark.e2e

DAYS = ["--start", "2024-01-01", "--end", "2024-12-31"]


def test_the_text_is_the_statements_of_the_json_each_with_a_semicolon() -> None:
    words = ["ddl", "athena", "--lake", "s3://bucket/lake", *DAYS]
    as_json = json.loads(call("hospital-elt", *words, "--json").stdout)
    assert as_json["engine"] == "athena"
    text = subprocess.run(["hospital-elt", *words], capture_output=True, text=True, check=True).stdout
    assert text == "\n".join(f"{statement};\n" for statement in as_json["statements"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["oracle"], "'oracle': no such engine; there are clickhouse, redshift, athena"),
        (["athena"], "--lake: Athena's tables read a lake; give its URL, s3://bucket/prefix"),
        (["athena", "--lake", "lake", *DAYS], "Athena reads S3 alone"),
        (["athena", "--lake", "s3://b/l", "--start", "May", "--end", "2024-12-31"], "--start: 'May' is not a date"),
        (["clickhouse", "--prefix", "My-"], "prefix 'My-'"),
    ],
)
def test_a_wrong_call_prints_one_line(words: list[str], said: str) -> None:
    done = call("hospital-elt", "ddl", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
