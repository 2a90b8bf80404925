"""Loading by COPY: access to the lake, the check of a file before it, its manifest, and the meaning of its errors."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from elt import BrokenLakeError, EltError, WrongCallError
from elt.lake.layout import copy_manifest_key
from elt.warehouse.dsn import REDSHIFT_IAM_ROLE, RedshiftDsn
from elt.warehouse.errors import StatementError
from hospital_sim.storage import ObjectNotFoundError, ObjectStore, aws_credentials, create_once

_SCHEME = "s3://"
_OTHER_REGION = re.compile(r"PermanentRedirect|in (?:this|another|a different) region|Status 301", re.IGNORECASE)
_MISSING = re.compile(r"NoSuchKey|does not exist,?\s*Status 404|Status 404|file .*not found", re.IGNORECASE)
_DENIED = re.compile(
    r"Not authorized|AccessDenied|Access Denied|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|Status 403|"
    r"get credentials of role|AssumeRole",
    re.IGNORECASE,
)
# Types of Parquet columns, as Arrow names them, that each type of Redshift accepts.
_ACCEPTED = {
    "character varying": ("string", "large_string"),
    "bigint": ("int64",),
    "double precision": ("double",),
    "date": ("date32[day]",),
    "timestamp without time zone": ("timestamp[us, tz=UTC]", "timestamp[us]"),
    "boolean": ("bool",),
}


@dataclass(frozen=True)
class Access:
    """A role or credentials with which Redshift reads the lake.

    Attributes:
        role: Role that it assumes; empty if it uses credentials.
        key: Access key; empty if it uses a role.
        secret: Secret of the access key; never shown.
        token: Session token; empty for permanent credentials.
    """

    role: str
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def clause(self) -> str:
        """Return its clause of a COPY statement."""
        if self.role:
            return f"IAM_ROLE {self.role}" if self.role == "default" else f"IAM_ROLE '{self.role}'"
        pairs = f"aws_access_key_id={self.key};aws_secret_access_key={self.secret}"
        return f"CREDENTIALS '{pairs}{f';token={self.token}' if self.token else ''}'"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must never be shown."""
        return tuple(secret for secret in (self.secret, self.token) if secret)


def access(dsn: RedshiftDsn) -> Access:
    """Return the role of the DSN, else the standard AWS credentials.

    Raises:
        WrongCallError: If neither exists.
        StorageError: If the AWS configuration cannot be used.
    """
    if dsn.iam_role:
        return Access(dsn.iam_role)
    credentials = aws_credentials(f"warehouse {dsn}")
    if credentials is None:
        raise WrongCallError(
            f"warehouse {dsn}: Redshift needs a role to read the lake; add ?iam_role=arn:aws:iam::…:role/… to the DSN "
            f"or set {REDSHIFT_IAM_ROLE}, or give AWS credentials (AWS_ACCESS_KEY_ID, a profile)"
        )
    return Access("", credentials["access_key_id"], credentials["secret_access_key"], credentials.get("token") or "")


def require_s3(store: ObjectStore) -> None:
    """Refuse a lake that Redshift cannot reach.

    Raises:
        WrongCallError: If it is not on S3.
    """
    if not store.url.startswith(_SCHEME):
        raise WrongCallError(
            f"lake {store.url}: Redshift loads from S3 alone and cannot reach it; copy it there first: "
            f"hospital-elt copy {store.url} s3://BUCKET/lake"
        )


def read_checked(store: ObjectStore, key: str, table: str, columns: Sequence[tuple[str, str]]) -> int:
    """Compare the columns of a file with those of its table, position by position.

    Args:
        store: The lake.
        key: Key of the file.
        table: Name of the table.
        columns: Name and type of each column that the file must have, in order.

    Returns:
        The size of the file.

    Raises:
        BrokenLakeError: If the file is missing, is not Parquet, or has a column too many, too few or of another type.
    """
    try:
        data = store.read(key)
        schema = pq.read_schema(pa.BufferReader(data))
    except ObjectNotFoundError:
        raise _missing(store, key) from None
    except pa.ArrowException as error:
        raise BrokenLakeError(f"{key}: cannot be read as Parquet: {error}; nothing of it was loaded") from error
    if difference := _difference(schema, columns):
        raise BrokenLakeError(f"{key}: does not fit {table}: {difference}; nothing of it was loaded")
    return len(data)


def _difference(schema: pa.Schema, columns: Sequence[tuple[str, str]]) -> str:
    """Describe the first difference between a file and a table; empty if they agree."""
    expected = [name for name, _ in columns]
    if extra := [name for name in schema.names if name not in expected]:
        return f"the file has a column {extra[0]!r} that the table has not"
    if missing := [name for name in expected if name not in schema.names]:
        return f"the file lacks the column {missing[0]!r}"
    if len(schema.names) != len(expected):
        duplicate = next(name for name in schema.names if schema.names.count(name) > 1)
        return f"the file has the column {duplicate!r} twice"
    for place, (in_file, (name, kind)) in enumerate(zip(schema, columns, strict=True), start=1):
        if in_file.name != name:
            return f"column {place} is {in_file.name!r} in the file and {name!r} in the table"
        if str(in_file.type) not in _ACCEPTED.get(kind, ()):
            return f"column {name!r} is {in_file.type} in the file and {kind} in the table"
    return ""


def write_manifest(store: ObjectStore, key: str, size: int) -> str:
    """Write the manifest of a COPY that reads one file, if it does not exist, and return its URL.

    COPY from the URL of the file itself would read every object whose key begins with it.
    """
    entry = {"url": f"{store.url}/{key}", "mandatory": True, "meta": {"content_length": size}}
    body = json.dumps({"entries": [entry]}, sort_keys=True).encode()
    name = copy_manifest_key(hashlib.sha256(body).hexdigest()[:32])
    create_once(store, name, body)
    return f"{store.url}/{name}"


def copy_statement(table: str, manifest: str, credentials: Access) -> str:
    """Return the statement that copies the files of a manifest into a table."""
    literal = manifest.replace("\\", "\\\\").replace("'", "''")
    return f"COPY {table} FROM '{literal}' {credentials.clause()} FORMAT AS PARQUET MANIFEST"


def explained(error: StatementError, store: ObjectStore, key: str, credentials: Access) -> EltError:
    """Return an error that says why a COPY failed and what to change."""
    message = str(error)
    bucket = store.url.removeprefix(_SCHEME).partition("/")[0]
    if _OTHER_REGION.search(message):
        return WrongCallError(
            f"bucket {bucket}: is in another region than the cluster, and Redshift copies Parquet from its own only; "
            f"copy the lake to a bucket there (hospital-elt copy {store.url} s3://BUCKET/lake); {key} was not loaded"
        )
    if _MISSING.search(message):
        return _missing(store, key)
    if _DENIED.search(message):
        identity = f"role {credentials.role}" if credentials.role else "the AWS credentials given"
        return WrongCallError(
            f"bucket {bucket}: Redshift may not read it by {identity}; the role must be attached to the cluster and be "
            f"allowed s3:GetObject and s3:ListBucket there ({message}); {key} was not loaded"
        )
    return StatementError(f"{key}: Redshift does not copy it: {message}", wrong_sql=False)


def _missing(store: ObjectStore, key: str) -> BrokenLakeError:
    return BrokenLakeError(
        f"{key}: a manifest names it, but it is gone from {store.url}; bring it back from a copy of the lake "
        "(hospital-elt verify tells what else is missing); nothing of it was loaded"
    )
