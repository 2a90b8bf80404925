"""Files are read as editors and spreadsheets write them: other encodings, separators and offsets from UTC."""

from pathlib import Path

import pytest

from hospital_sim.config import read_hospitals
from hospital_sim.errors import ConfigurationError

pytestmark = pytest.mark.unit

TOML = """
id = "city"
name = "Zürich"
[[department]]
id = "ward"
name = "Ward"
treatment_function_code = "300"
beds = 4
max_stay_days = 5
allow_overload = true
source = [{ id = "real", arrivals = "arrivals.csv" }]
"""
CSV = "who,request_date\nMüller,2025-01-01T08:00:00Z\n,2025-01-01T09:30:00Z\n"
READ = ["2025-01-01T08:00:00+00:00", "2025-01-01T09:30:00+00:00"]


def _read(folder: Path, toml: bytes = TOML.encode(), csv: bytes = CSV.encode()) -> tuple[str, list[str]]:
    """Return the name of the hospital, and its arrivals."""
    (folder / "city.toml").write_bytes(toml)
    (folder / "arrivals.csv").write_bytes(csv)
    (config,) = read_hospitals(folder / "city.toml")
    return config.name, [moment.isoformat() for moment in config.department[0].source[0].arrivals or ()]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be with a mark"])
def test_an_encoding_with_a_byte_order_mark_is_read(tmp_path: Path, encoding: str, line_end: str) -> None:
    def encoded(text: str) -> bytes:
        text = text.replace("\n", line_end)
        return b"\xfe\xff" + text.encode("utf-16-be") if " " in encoding else text.encode(encoding)

    assert _read(tmp_path, encoded(TOML), encoded(CSV)) == ("Zürich", READ)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le"])
@pytest.mark.parametrize("file", ["city.toml", "arrivals.csv"])
def test_another_encoding_is_refused_with_the_file_and_what_to_do(tmp_path: Path, file: str, encoding: str) -> None:
    files = {"toml": TOML.encode(), "csv": CSV.encode()}
    suffix = file.partition(".")[2]
    files[suffix] = files[suffix].decode().encode(encoding)
    with pytest.raises(ConfigurationError, match=rf"{file}: cannot be read: .*; save the file as UTF-8$"):
        _read(tmp_path, **files)


@pytest.mark.parametrize(
    "text",
    [
        CSV.replace(",", ";"),
        CSV.replace(",", "\t"),
        CSV.replace(",", "|"),
        "sep=;\n" + CSV.replace(",", ";"),
        CSV.replace("who,request_date", '"who", "request_date"').replace("Müller,", '"Müller, A.",'),
        CSV.replace("T08:00:00Z", "T09:00:00+01:00").replace("T09:30:00Z", " 04:30:00-05:00"),
        CSV.replace("\n", "\n\n"),
        CSV.replace("Müller", "x" * 200_000),
        CSV.replace("who", "x" * 200_000),
        CSV.replace("who,request_date", "request_date,who").replace("Müller,", "").replace(",2025", "2025"),
    ],
)
def test_arrivals_of_a_spreadsheet_are_read(tmp_path: Path, text: str) -> None:
    assert _read(tmp_path, csv=text.encode())[1] == READ


def test_arrivals_with_an_offset_are_the_same_configuration_as_those_in_utc(tmp_path: Path) -> None:
    tables = (
        '["2025-01-01T08:00:00Z", "2025-01-01T09:30:00Z"]',
        '["2025-01-01T10:00:00+02:00", "2025-01-01T03:30:00-06:00"]',
        "[2025-01-01T09:00:00+01:00, 2025-01-01T09:30:00Z]",
    )
    assert [_read(tmp_path, TOML.replace('"arrivals.csv"', table).encode())[1] for table in tables] == [READ] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("who;when\na;b\n", r"has no column 'request_date'; the header is 'who;when'"),
        (f"request_date\n2025-01-01T08:00:00Z\n{'x' * 200_000}\n", "line 3: 'x{80}' is not a timestamp"),
        ("sep=;\nwho;request_date\n;01/02/2025 08:00\n", "line 3: '01/02/2025 08:00' is not a timestamp; write it as"),
        ("who,request_date\na\n", "line 2: '' is not a timestamp"),
        ("request_date\n0001-01-01T00:00:00+02:00\n", "line 2: '0001-01-01T00:00:00.02:00' is not a timestamp"),
    ],
)
def test_an_error_in_arrivals_names_the_file_and_the_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^city\.toml: arrivals: arrivals\.csv.*{message}"):
        _read(tmp_path, csv=text.encode())
