"""XES is well-formed whatever the names, typed, written one trace at a time, and reproducible."""

import gzip
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tiny_hospitals import replayed

from hospital_sim import Run
from hospital_sim.hospital import Hospital
from hospital_sim.results.event_logs.xes import write_log

pytestmark = pytest.mark.unit

SPACE = "{http://www.xes-standard.org/}"
HOSTILE = "<a href=\"x\">'&amp;'</a>\n\t\r\x00\x1b\ud800\ufffe é 𝄞"


@pytest.fixture(scope="module")
def run() -> Run:
    arrivals = {"ward": ["2024-01-02T00:00:00Z", "2024-01-02T01:00:00Z"]}
    return Hospital(replayed(arrivals)).simulate("2024-01-02", "2024-01-03", seed=1)


def test_text_is_read_back_except_characters_that_xml_cannot_represent() -> None:
    file = io.StringIO()
    write_log(file, {"concept:name": HOSTILE}, [({HOSTILE: 1}, [])])
    root = ElementTree.fromstring(file.getvalue().encode())
    shown = "<a href=\"x\">'&amp;'</a>\n\t\r\ufffd\ufffd\ufffd\ufffd é 𝄞"
    assert root.find(f"{SPACE}string").attrib == {"key": "concept:name", "value": shown}  # type: ignore[union-attr]
    assert root.find(f"{SPACE}trace/{SPACE}int").attrib == {"key": shown, "value": "1"}  # type: ignore[union-attr]


def test_values_have_their_xes_types_and_none_is_left_out() -> None:
    file = io.StringIO()
    moment = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    values = {"a": True, "b": 3, "c": 0.1, "d": moment, "e": date(1940, 2, 29), "f": "x", "g": None}
    write_log(file, {}, [({}, [values])])
    event = ElementTree.fromstring(file.getvalue()).find(f"{SPACE}trace/{SPACE}event")
    assert event is not None
    assert [(element.tag.removeprefix(SPACE), element.get("key"), element.get("value")) for element in event] == [
        ("boolean", "a", "true"),
        ("int", "b", "3"),
        ("float", "c", "0.1"),
        ("date", "d", "2024-01-02T03:04:05+00:00"),
        ("string", "e", "1940-02-29"),
        ("string", "f", "x"),
    ]


def test_a_trace_is_written_before_the_next_is_read_and_a_log_interrupted_by_an_error_is_not_ended() -> None:
    file = io.StringIO()

    def traces() -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
        for number in range(3):
            yield {"concept:name": f"case {number}"}, []
            assert f"case {number}" in file.getvalue()
            assert file.getvalue().endswith("</trace>\n")
        raise KeyError

    with pytest.raises(KeyError):
        write_log(file, {}, traces())
    assert "</log>" not in file.getvalue()


def test_every_extension_that_a_key_uses_is_declared(run: Run, tmp_path: Path) -> None:
    run.write_xes(tmp_path / "run.xes")
    root = ElementTree.parse(tmp_path / "run.xes").getroot()
    declared = {element.get("prefix") for element in root.findall(f"{SPACE}extension")}
    used = {key.split(":")[0] for element in root.iter() if ":" in (key := element.get("key", ""))}
    assert used == declared == {"concept", "time", "lifecycle", "org"}
    defaults = {element.get("key") for element in root.findall(f"{SPACE}global[@scope='event']/*")}
    for event in root.iter(f"{SPACE}event"):
        assert defaults <= {element.get("key") for element in event}


def test_a_run_gives_the_same_bytes_compressed_or_not_and_a_file_that_cannot_be_written_is_named(
    run: Run, tmp_path: Path
) -> None:
    for name in ("one.xes", "two.xes", "one.xes.gz", "two.xes.gz"):
        run.write_xes(tmp_path / name)
    plain, packed = (tmp_path / "one.xes").read_bytes(), (tmp_path / "one.xes.gz").read_bytes()
    assert plain == (tmp_path / "two.xes").read_bytes() == gzip.decompress(packed)
    assert packed == (tmp_path / "two.xes.gz").read_bytes()
    with pytest.raises(OSError, match=r"missing/run\.xes"):
        run.write_xes(tmp_path / "missing" / "run.xes")
