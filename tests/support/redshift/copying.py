"""COPY from Parquet, under Redshift's rules: by position, as many columns, the same types, whole or nothing."""

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from botocore.exceptions import ClientError
from botocore.session import Session

_COMMENTS = r"\s*(?:/\*.*?\*/\s*)*"
STATEMENT = re.compile(rf"{_COMMENTS}copy\s", re.IGNORECASE | re.DOTALL)
"""What a COPY begins with."""
_COPY = re.compile(
    rf"""{_COMMENTS}copy\s+(?P<table>[\w."]+)\s+from\s+'(?P<manifest>s3://[^']+)'\s+
    (?:iam_role\s+(?:'(?P<role>[^']*)'|(?P<default>default))|credentials\s+'(?P<credentials>[^']*)')\s+
    format\s+as\s+parquet\s+manifest\s*;?\s*""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_CODECS = {"UNCOMPRESSED", "GZIP", "SNAPPY"}
_VARCHAR = re.compile(r"character varying\((\d+)\)")


class CopyError(Exception):
    """Redshift would not copy."""


@dataclass(frozen=True)
class Copy:
    """A COPY statement.

    Attributes:
        table: The table.
        manifest: URL of the manifest.
        role: The role; empty for credentials.
        credentials: Key, secret and token.
    """

    table: str
    manifest: str
    role: str
    credentials: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Bucket:
    """The S3 server that the stand-in reads from.

    Attributes:
        endpoint: Its URL.
        own: Key and secret that the roles have.
        roles: The roles that are known.
        regions: The regions of buckets that are in another one than the cluster.
    """

    endpoint: str
    own: tuple[str, str] = field(repr=False)
    roles: tuple[str, ...]
    regions: Mapping[str, str]


def parse(sql: str) -> Copy:
    """Read a COPY statement.

    Raises:
        CopyError: If it has an option that the stand-in does not know.
    """
    found = _COPY.fullmatch(sql)
    if found is None:
        raise CopyError("the stand-in does not know this form of COPY")
    pairs = (part.split("=", 1) for part in (found["credentials"] or "").split(";") if "=" in part)
    role = "default" if found["default"] else found["role"] or ""
    return Copy(found["table"], found["manifest"], role, dict(pairs))


def rows_to_copy(copy: Copy, columns: Sequence[tuple[str, str]], bucket: Bucket) -> bytes:
    """Return what is copied, as CSV that PostgreSQL reads.

    Args:
        copy: The statement.
        columns: Name and type of each column of the table.
        bucket: Where the objects are.

    Raises:
        CopyError: If any of it is not to be copied; then nothing is.
    """
    objects = _Objects(copy, bucket)
    out = io.BytesIO()
    for entry in json.loads(objects.read(copy.manifest))["entries"]:
        url, length = entry["url"], entry.get("meta", {}).get("content_length")
        if length is None:
            raise CopyError("The manifest of columnar files must have meta and content_length in every entry")
        data = objects.read(url)
        if length != len(data):
            raise CopyError(f"File {url} has a length of {len(data)}, but its manifest says {length}")
        file = pq.ParquetFile(pa.BufferReader(data))
        refuse_format(url, file.metadata)
        rows = _checked(url, file.read(), columns)
        if rows.num_rows:
            pyarrow.csv.write_csv(rows, out, pyarrow.csv.WriteOptions(include_header=False))
    return out.getvalue()


class _Objects:
    """Reads objects with what a statement allows."""

    def __init__(self, copy: Copy, bucket: Bucket) -> None:
        if copy.role and copy.role not in bucket.roles:
            raise CopyError(f"Not authorized to get credentials of role {copy.role}")
        given = copy.credentials
        key, secret = bucket.own if copy.role else (given["aws_access_key_id"], given["aws_secret_access_key"])
        self._bucket = bucket
        self._client = Session().create_client(
            "s3",
            endpoint_url=bucket.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=given.get("token"),
            region_name="us-east-1",
        )

    def read(self, url: str) -> bytes:
        name, _, key = url.removeprefix("s3://").partition("/")
        if name in self._bucket.regions:
            raise CopyError(
                f"S3ServiceException:The bucket is in this region: {self._bucket.regions[name]}. "
                "Please use this region to retry the request,Status 301,Error PermanentRedirect"
            )
        try:
            return self._client.get_object(Bucket=name, Key=key)["Body"].read()
        except ClientError as error:
            problem, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            message = f"{problem.get('Message', '')},Status {status},Error {problem['Code']} ({url})"
            raise CopyError(f"S3ServiceException:{message}") from error


def refuse_format(url: str, metadata: pq.FileMetaData) -> None:
    """Refuse a version of Parquet, and a compression of its pages, that Amazon does not document for COPY.

    Raises:
        CopyError: If the file has one.
    """
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    codecs = {group.column(number).compression for group in groups for number in range(group.num_columns)}
    if metadata.format_version != "1.0" or not codecs <= _CODECS:
        form = f"Parquet {metadata.format_version}, {', '.join(sorted(codecs))}"
        raise CopyError(f"Spectrum Scan Error: File '{url}' is of a format that is not documented for COPY: {form}")


def _checked(url: str, rows: pa.Table, columns: Sequence[tuple[str, str]]) -> pa.Table:
    if rows.num_columns != len(columns):
        raise CopyError(
            f"Unmatched number of columns between table and file. Table columns: {len(columns)}, "
            f"Data columns: {rows.num_columns}, File name: {url}"
        )
    for values, (name, kind) in zip(rows.itercolumns(), columns, strict=True):
        limit = _VARCHAR.fullmatch(kind)
        if not (pa.types.is_string if limit else _TYPES[kind])(values.type):
            raise CopyError(
                f"Spectrum Scan Error: File '{url}' has an incompatible Parquet schema for column '{name}'. "
                f"Column type: {kind.upper()}, Parquet schema: {values.type}"
            )
        longest = pc.max(pc.binary_length(values)).as_py() if limit else None
        if limit and longest is not None and longest > int(limit[1]):
            raise CopyError(
                f"Spectrum Scan Error: The length of the data column {name} is longer than the length defined in the "
                f"table. Table: {limit[1]}, Data: {longest}, File name: {url}"
            )
    return rows


_TYPES = {
    "bigint": pa.types.is_int64,
    "double precision": pa.types.is_float64,
    "date": pa.types.is_date32,
    "timestamp without time zone": pa.types.is_timestamp,
    "boolean": pa.types.is_boolean,
}
