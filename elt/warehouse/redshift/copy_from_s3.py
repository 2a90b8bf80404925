"""COPY from the lake: what is looked at before, the manifest that it reads, and what its refusals mean."""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from elt import BrokenLakeError, EltError, WrongCallError
from elt.lake.layout import copy_manifest_key
from elt.warehouse.dsn import REDSHIFT_IAM_ROLE, RedshiftDsn
from elt.warehouse.errors import StatementError
from hospital_sim.storage import ObjectNotFoundError, ObjectStore, create_once

if TYPE_CHECKING:
    import pyarrow as pa

_SCHEME = "s3://"
_ELSEWHERE = re.compile(r"PermanentRedirect|in (?:this|another|a different) region|Status 301", re.IGNORECASE)
_GONE = re.compile(r"NoSuchKey|does not exist,?\s*Status 404|Status 404|file .*not found", re.IGNORECASE)
_NOT_LET = re.compile(
    r"Not authorized|AccessDenied|Access Denied|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|Status 403|"
    r"get credentials of role|AssumeRole",
    re.IGNORECASE,
)
# Parquet's types, as Arrow names them, of the types of Redshift that the tables have.
_FITTING = {
    "character varying": ("string", "large_string"),
    "bigint": ("int64",),
    "double precision": ("double",),
    "date": ("date32[day]",),
    "timestamp without time zone": ("timestamp[us, tz=UTC]", "timestamp[us]"),
    "boolean": ("bool",),
}


@dataclass(frozen=True)
class Access:
    """How Redshift is let read the lake.

    Attributes:
        role: The role that it takes; empty where it is given credentials.
        key: Access key, where there is no role.
        secret: Its secret, in no text that is shown.
        token: Token of a session, if it is one.
    """

    role: str
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def clause(self) -> str:
        """Return the words of the statement that say so."""
        if self.role:
            return f"IAM_ROLE {self.role}" if self.role == "default" else f"IAM_ROLE '{self.role}'"
        pairs = f"aws_access_key_id={self.key};aws_secret_access_key={self.secret}"
        return f"CREDENTIALS '{pairs}{f';token={self.token}' if self.token else ''}'"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must stand in no text that is shown."""
        return tuple(secret for secret in (self.secret, self.token) if secret)


def access(dsn: RedshiftDsn) -> Access:
    """Return how Redshift is let read the lake: by the role of the DSN, else with the standard AWS credentials.

    Raises:
        WrongCallError: If there is neither.
    """
    if dsn.iam_role:
        return Access(dsn.iam_role)
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        found = Session(profile=os.environ.get("AWS_PROFILE") or None).get_credentials()
    except BotoCoreError as error:
        raise WrongCallError(f"warehouse {dsn}: the AWS credentials cannot be read: {error}") from None
    if found is None:
        raise WrongCallError(
            f"warehouse {dsn}: Redshift needs a role to read the lake; add ?iam_role=arn:aws:iam::…:role/… to the DSN "
            f"or set {REDSHIFT_IAM_ROLE}, or give AWS credentials (AWS_ACCESS_KEY_ID, a profile)"
        )
    frozen = found.get_frozen_credentials()
    return Access("", frozen.access_key, frozen.secret_key, frozen.token or "")


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
    """Compare a file's footer with the columns of the table that it is to be copied into, position by position.

    Args:
        store: The lake.
        key: Key of the file.
        table: Name of the table.
        columns: Name and type of each of its columns that the file has, in order.

    Returns:
        The size of the file.

    Raises:
        BrokenLakeError: If the file is gone, is no Parquet, or has a column too many, too few or of another type.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        data = store.read(key)
        found = pq.read_schema(pa.BufferReader(data))
    except ObjectNotFoundError:
        raise _gone(store, key) from None
    except pa.ArrowException as error:
        raise BrokenLakeError(f"{key}: cannot be read as Parquet: {error}; nothing of it was loaded") from error
    if told := _difference(found, columns):
        raise BrokenLakeError(f"{key}: does not fit {table}: {told}; nothing of it was loaded")
    return len(data)


def _difference(found: "pa.Schema", columns: Sequence[tuple[str, str]]) -> str:
    """Return how a file differs from a table, by its first column that does; nothing if it does not."""
    expected = [name for name, _ in columns]
    if extra := [name for name in found.names if name not in expected]:
        return f"the file has a column {extra[0]!r} that the table has not"
    if missing := [name for name in expected if name not in found.names]:
        return f"the file lacks the column {missing[0]!r}"
    if len(found.names) != len(expected):
        doubled = next(name for name in found.names if found.names.count(name) > 1)
        return f"the file has the column {doubled!r} twice"
    for place, (in_file, (name, kind)) in enumerate(zip(found, columns, strict=True), start=1):
        if in_file.name != name:
            return f"column {place} is {in_file.name!r} in the file and {name!r} in the table"
        if str(in_file.type) not in _FITTING.get(kind, ()):
            return f"column {name!r} is {in_file.type} in the file and {kind} in the table"
    return ""


def write_manifest(store: ObjectStore, key: str, size: int) -> str:
    """Write the list of the one file that a COPY reads, unless it is there, and return its URL.

    A list names one object; a bare address would name all whose keys begin with it.
    """
    entry = {"url": f"{store.url}/{key}", "mandatory": True, "meta": {"content_length": size}}
    body = json.dumps({"entries": [entry]}, sort_keys=True).encode()
    name = copy_manifest_key(hashlib.sha256(body).hexdigest()[:32])
    create_once(store, name, body)
    return f"{store.url}/{name}"


def copy_statement(table: str, manifest: str, how: Access) -> str:
    """Return the statement that copies the files of a manifest into a table."""
    literal = manifest.replace("\\", "\\\\").replace("'", "''")
    return f"COPY {table} FROM '{literal}' {how.clause()} FORMAT AS PARQUET MANIFEST"


def explained(error: StatementError, store: ObjectStore, key: str, how: Access) -> EltError:
    """Return what a refused COPY means, and what is to be changed."""
    told = str(error)
    bucket = store.url.removeprefix(_SCHEME).partition("/")[0]
    if _ELSEWHERE.search(told):
        return WrongCallError(
            f"bucket {bucket}: is in another region than the cluster, and Redshift copies Parquet from its own only; "
            f"copy the lake to a bucket there (hospital-elt copy {store.url} s3://BUCKET/lake); {key} was not loaded"
        )
    if _GONE.search(told):
        return _gone(store, key)
    if _NOT_LET.search(told):
        who = f"role {how.role}" if how.role else "the AWS credentials given"
        return WrongCallError(
            f"bucket {bucket}: Redshift may not read it by {who}; the role must be attached to the cluster and be "
            f"allowed s3:GetObject and s3:ListBucket there ({told}); {key} was not loaded"
        )
    return StatementError(f"{key}: Redshift does not copy it: {told}", wrong_sql=False)


def _gone(store: ObjectStore, key: str) -> BrokenLakeError:
    return BrokenLakeError(
        f"{key}: a manifest names it, but it is gone from {store.url}; bring it back from a copy of the lake "
        "(hospital-elt verify tells what else is missing); nothing of it was loaded"
    )
