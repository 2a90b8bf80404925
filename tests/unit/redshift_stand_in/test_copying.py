"""The stand-in copies under Redshift's rules: by position, as many columns, of the same types, not longer."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from redshift.copying import CopyError, _checked, parse, refuse_format

pytestmark = pytest.mark.unit

COLUMNS = [("name", "character varying(4)"), ("size", "bigint"), ("seen", "timestamp without time zone")]


def rows(**columns: pa.Array) -> pa.Table:
    seen = pa.array([0, 1], pa.timestamp("us", tz="UTC"))
    return pa.table({"name": pa.array(["née", None]), "size": pa.array([1, 2]), "seen": seen} | columns)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (rows(more=pa.array([1, 2])), "Unmatched number of columns .*Table columns: 3, Data columns: 4"),
        (rows().drop_columns(["seen"]), "Unmatched number of columns .*Data columns: 2"),
        (rows().select(["size", "name", "seen"]), "incompatible Parquet schema for column 'name'"),
        (rows(size=pa.array([1.0, 2.0])), "incompatible Parquet schema for column 'size'.*BIGINT.*double"),
        (rows(size=pa.array([1, 2], pa.int32())), "incompatible Parquet schema"),
        (rows(name=pa.array(["naïve", ""])), "name is longer than the length defined in the table. Table: 4, Data: 6"),
    ],
)
def test_what_does_not_fit_is_refused_as_a_whole(wrong: pa.Table, told: str) -> None:
    with pytest.raises(CopyError, match=told) as error:
        _checked("s3://b/k", wrong, COLUMNS)
    assert "s3://b/k" in str(error.value)
    fits = rows().rename_columns(["a", "b", "c"])
    assert _checked("s3://b/k", fits, COLUMNS) is fits, "whatever its columns are called"


@pytest.mark.parametrize(("codec", "version"), [("zstd", "1.0"), ("lz4", "1.0"), ("snappy", "2.6")])
def test_a_format_that_is_not_documented_for_copy_is_refused(codec: str, version: str) -> None:
    def metadata(codec: str, version: str) -> pq.FileMetaData:
        out = pa.BufferOutputStream()
        pq.write_table(rows(), out, compression={"name": codec, "size": "none", "seen": "gzip"}, version=version)
        return pq.read_metadata(pa.BufferReader(out.getvalue()))

    refuse_format("s3://b/k", metadata("snappy", "1.0"))
    with pytest.raises(CopyError, match=f"not documented for COPY: Parquet {version}, GZIP, .*{codec.upper()}"):
        refuse_format("s3://b/k", metadata(codec, version))


def test_the_options_of_a_copy_are_read() -> None:
    by_role = parse("/* of dbt */ COPY t FROM 's3://b/m' IAM_ROLE 'arn:x' FORMAT AS PARQUET MANIFEST")
    assert (by_role.table, by_role.manifest, by_role.role) == ("t", "s3://b/m", "arn:x")
    assert parse("COPY t FROM 's3://b/m' IAM_ROLE default FORMAT AS PARQUET MANIFEST").role == "default"
    keys = "aws_access_key_id=k;aws_secret_access_key=s/+=;token=t"
    by_keys = parse(f"COPY s.t FROM 's3://b/m' CREDENTIALS '{keys}' FORMAT AS PARQUET MANIFEST;")
    assert by_keys.credentials == {"aws_access_key_id": "k", "aws_secret_access_key": "s/+=", "token": "t"}
    assert "s/+=" not in repr(by_keys)


def test_a_copy_in_another_form_is_refused_loudly() -> None:
    for sql in (
        "COPY t FROM 's3://b/m' IAM_ROLE 'arn:x' FORMAT AS PARQUET MAXERROR 3",
        "COPY t FROM 's3://b/m' FORMAT AS PARQUET MANIFEST",
        "COPY t FROM 's3://b/m' IAM_ROLE 'arn:x' FORMAT AS PARQUET",
        "COPY t FROM 's3://b/m' IAM_ROLE 'arn:x' FORMAT AS CSV",
        "COPY t FROM STDIN",
    ):
        with pytest.raises(CopyError, match="does not know"):
            parse(sql)
