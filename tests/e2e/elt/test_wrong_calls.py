"""A wrong call of a command of ``hospital-elt`` ends with 2 and a line that names the mistake, and changes nothing."""

import shlex
from pathlib import Path

import pytest
from command_lines import call
from lakes import put_all, put_record, some_events
from st_brides import LAST, WholeRun

from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.e2e

ATHENA = "ddl athena --start 2024-01-01 --end 2024-12-31"
RUN = "--lake {new}/lake --warehouse chdb://{new}/warehouse --report {new}/report"
CALLS = [
    ("stage --lake {lake} --as-of March", "--as-of"),
    ("stage --lake {lake} --as-of 2024-02-30", "--as-of"),
    ("stage --lake {lake} --workers 0", "--workers"),
    ("stage --lake gopher://x", "gopher"),
    ("stage --lake {new}", "{new}: there is no lake here"),
    ("stage --lake {new}", "hospital-sim simulate"),
    ("stage --lake {lake} --dask nonsense", "--dask"),
    ("stage --lake {lake} --dask tcp://127.0.0.1:9 --workers 2", "--workers"),
    ("contracts visit", "visit"),
    ("contracts --version 9", "--version"),
    ("quarantine list --lake {lake} --reason bad", "--reason"),
    ("quarantine replay --lake {lake}", "hospital-elt stage"),
    ("quarantine add --lake {lake}", "KEY and --undo: give exactly one of them"),
    ("quarantine add notes.txt --reason wrong --lake {lake}", "notes.txt: not the key of an event"),
    ("quarantine add --undo 1 --lake {lake}", "--undo 1: not a staging run of hospital-elt quarantine add"),
    ("forget --lake {lake} --reason old", "KEY, --before, --patient and --undo: give exactly one of them"),
    ("forget --lake {lake} --before March --reason old", "--before: 'March' is not a date such as 2024-03-31"),
    ("forget --lake {lake} --patient p", "--reason: give one line of text"),
    ("compact --lake {lake} --month 2024-13", "--month: '2024-13' is not a month such as 2024-03"),
    ("prune --lake {new}", "no lake here"),
    ("verify --lake {new}", "no lake here"),
    ("copy nowhere://lake {new}", "SRC: 'nowhere://lake': no store knows the scheme 'nowhere'"),
    ("copy {lake} s3://", "DST: 's3://': give s3://bucket/prefix"),
    ("copy {new} {new}/copy", "there is no lake here"),
    ("copy {lake} {lake}/inside", "one is inside the other"),
    ("ddl oracle", "'oracle': no such engine; there are clickhouse, redshift, athena"),
    ("ddl athena", "--lake: Athena's tables read a lake; give its URL, s3://bucket/prefix"),
    (f"{ATHENA} --lake lake", "Athena reads S3 alone"),
    (f"{ATHENA} --lake s3://b/l --start May", "--start: 'May' is not a date"),
    ("ddl clickhouse --prefix My-", "prefix 'My-'"),
    (f"run no_such --start 2024-01-02 --end 2024-01-03 --seed 1 {RUN}", "no_such"),
    (f"run small --start 2024-01-02 --end 2024-01-01 --seed 1 {RUN}", "end"),
    (f"run small --start 2024-01-02 --end soon --seed 1 {RUN}", "soon"),
    (f"run small --start 2024-01-02 --end 2024-01-03 --seed -1 {RUN}", "seed"),
    ("check --lake {new} --warehouse {dsn}", "no lake here"),
    ("check --lake {lake} --warehouse chdb://{new}", "{new}: there is none"),
    ("query --warehouse {dsn} --json 'SELEC 1'", "Syntax error"),
    ("query --warehouse {dsn} --json 'SELECT * FROM nowhere.nothing'", "nowhere"),
    ("query --warehouse {dsn} --json ''", "error: "),
    ("query --warehouse {dsn} --json ' ; '", "error: "),
    ("query --warehouse chdb://{new} 'SELECT 1'", "hospital-elt load"),
    ("query --warehouse chdb://{lake} 'SELECT 1'", "{lake}: there is none"),
    ("query --warehouse {dsn} --prefix other 'SELECT 1'", "there is none of prefix other"),
    ("build --warehouse chdb://{new}", "{new}: there is none"),
    ("build --warehouse chdb://{lake}", "{lake}: there is none"),
    ("query --warehouse oracle://me:s3cret@host/db 'SELECT 1'", "chdb://"),
    ("report --warehouse chdb://{new} --out {new}", "{new}: there is none"),
    ("powerbi --warehouse chdb://{new} --out {new}", "{new}: there is none"),
    ("powerbi --warehouse {dsn} --connect redshift://me:s3cret@host/db --out {new}", "--connect redshift://"),
]


def test_a_wrong_call_is_named_in_one_line_without_its_password_and_changes_nothing(
    tmp_path: Path, st_brides: WholeRun
) -> None:
    store, new = LocalStore(tmp_path / "lake"), tmp_path / "new"
    put_all(store, some_events(2))
    put_record(store, LAST)
    before = sorted(tmp_path.rglob("*"))
    places = {"lake": store.url, "new": str(new), "dsn": st_brides.dsn}
    wrong = []
    for text, message in CALLS:
        words = shlex.split(text.format(**places))
        done = call("hospital-elt", *words)
        lines = done.stderr.splitlines()
        is_short = len(lines) <= 2 and "s3cret" not in done.stderr
        if (done.returncode, done.stdout) != (2, "") or message.format(**places) not in done.stderr or not is_short:
            wrong.append((words, done))
    assert wrong == []
    assert sorted(tmp_path.rglob("*")) == before
