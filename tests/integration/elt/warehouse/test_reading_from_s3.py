"""The statement by which a server reads a staged file from S3, run by the same engine inside this process."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pyarrow.parquet as pq
import pytest
from clickhouse_server import ClickHouseServer
from lakes import put_all, some_events

from elt.lake.lake import Lake
from elt.load.run import load_into
from elt.staging import stage
from elt.warehouse import open_warehouse
from elt.warehouse.clickhouse.clickhouse_sql import insert_from, quoted, structure
from elt.warehouse.clickhouse.s3_url import s3_url
from elt.warehouse.tables import event_table, staged_columns
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.integration

BUCKET = "bucket"


class BucketOnDisk(BaseHTTPRequestHandler):
    """Answers as S3 does to who reads an object of a public bucket; the folder is the server's."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        path = self.server.folder / unquote(self.path).removeprefix(f"/{BUCKET}/").partition("?")[0]  # type: ignore[attr-defined]
        if not path.is_file() or self.server.refuses:  # type: ignore[attr-defined]
            self.send_error(403)
            return
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        data, total = path.read_bytes(), path.stat().st_size
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = (int(wanted[1]), int(wanted[2] or total - 1)) if wanted else (0, total - 1)
        part = data[first : last + 1]
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{total}")
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Last-Modified", datetime(2024, 1, 1, tzinfo=UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))
        self.send_header("ETag", '"1"')
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(part)

    do_HEAD = do_GET


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BucketOnDisk)
    server.folder, server.asked, server.refuses = tmp_path / "bucket", [], False  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    yield server
    server.shutdown()


@pytest.fixture
def lake(bucket: ThreadingHTTPServer) -> LocalStore:
    store = LocalStore(bucket.folder / "lake")  # type: ignore[attr-defined]
    put_all(store, some_events(30))
    stage(Lake(store))
    return store


def test_the_engine_reads_what_is_staged_with_the_name_of_its_file(
    lake: LocalStore, bucket: ThreadingHTTPServer, tmp_path: Path
) -> None:
    table = event_table("admission")
    [file] = [file for file in Lake(lake).staged_files() if file.event_type == "admission"]
    url = s3_url(f"s3://{BUCKET}/lake", file.key)
    assert url is not None
    source = f"s3({quoted(url)}, 'Parquet', {quoted(structure(staged_columns(table)))})"
    with open_warehouse(f"chdb://{tmp_path}/warehouse", create=True) as warehouse:
        warehouse.create_raw_table(table)
        warehouse.execute(insert_from(source, warehouse.schema("raw"), table, file.key))
        found = warehouse.query("SELECT * FROM hospital_raw.admission ORDER BY event_id")
    staged = pq.read_table(Path(lake.url) / file.key, partitioning=None)
    assert found.drop_columns(["source_file"]).to_pylist() == staged.sort_by("event_id").to_pylist()
    assert set(found["source_file"].to_pylist()) == {file.key}
    assert bucket.asked  # type: ignore[attr-defined]


class LakeOnS3:
    """A lake whose objects lie in the bucket, under the URL that names them there."""

    url = f"s3://{BUCKET}/lake"

    def __init__(self, own: LocalStore) -> None:
        self.own = own

    def __getattr__(self, name: str) -> object:
        return getattr(self.own, name)


@pytest.mark.parametrize("refuses", [False, True])
def test_a_server_reads_the_bucket_itself_and_is_sent_the_columns_if_it_cannot(
    lake: LocalStore, bucket: ThreadingHTTPServer, clickhouse: ClickHouseServer, refuses: bool
) -> None:
    bucket.refuses = refuses  # type: ignore[attr-defined]
    in_bucket = Lake(LakeOnS3(lake))  # type: ignore[arg-type]
    prefix = f"on_s3_{refuses}".lower()
    with clickhouse.open(prefix) as warehouse:
        summary, again = (load_into(warehouse, in_bucket) for _ in range(2))
        found = warehouse.query(f"SELECT count() AS n FROM {prefix}_raw.admission")
    assert summary.rows == sum(file.rows for file in Lake(lake).staged_files())
    assert found["n"].to_pylist() == [30]
    assert again.files == 0
    assert bool(bucket.asked) != refuses  # type: ignore[attr-defined]
