"""An AWS configuration that cannot be used is an error in words, before any server is asked."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aws_cases import KEYS, REGION, SECRET, Case, configure
from botocore import credentials as botocore_credentials
from recording_proxy import RecordingProxy

from hospital_sim.storage import ObjectNotFoundError, StoreRefusedError, StoreUnreachableError, aws, open_store

pytestmark = pytest.mark.integration

FAILURES = [
    Case("endpoint without a scheme", KEYS | {"AWS_ENDPOINT_URL": "host:9000"}, url="Invalid endpoint: host:9000"),
    Case("no encryption", KEYS | {"AWS_ENDPOINT_URL": "http://own.example", "AWS_ALLOW_HTTP": ""},
         url="http://own.example is not encrypted and not this machine; use https://, or set AWS_ALLOW_HTTP=true"),
    Case("no credentials", {"AWS_SHARED_CREDENTIALS_FILE": os.devnull},
         url="no credentials found; set AWS_ACCESS_KEY_ID"),
    Case("endpoint of another scheme", KEYS | {"AWS_ENDPOINT_URL": "ftp://host"}, url="`ftp://host` was not a valid"),
    *(Case(f"host {host}", KEYS | {"AWS_ENDPOINT_URL": f"http://{host}:9000"}, url="is no name or address")
      for host in ("[::1%lo]", "xn--a", "127.1", "own.0x7f")),
    Case("port that is none", KEYS | {"AWS_ENDPOINT_URL": "http://host:99999"}, url="was not a valid URI"),
    Case("password in the endpoint", KEYS | {"AWS_ENDPOINT_URL": f"https://u:{SECRET}@host/x?y"}, url="https://u@host"),
    Case("endpoint of the profile without a scheme", KEYS, "[default]\nendpoint_url = host", url="endpoint: host"),
    Case("variable that AWS tools do not read", KEYS | {"AWS_ENDPOINT": "http://own.example"},
         url="AWS_ENDPOINT is not read by AWS tools, which go to bucket.s3.amazonaws.com; set AWS_ENDPOINT_URL"),
    Case("region that is none", KEYS | {"AWS_REGION": "eu west"}, url="'eu west' doesn't match a supported format"),
    Case("key with a line end", {"AWS_ACCESS_KEY_ID": "A\r", "AWS_SECRET_ACCESS_KEY": SECRET},
         url="the access key holds a space, a line end"),
    Case("token with a line end", KEYS | {"AWS_SESSION_TOKEN": "A\n"}, url="the session token holds a space"),
    Case("key without its secret", {"AWS_ACCESS_KEY_ID": "A"}, url="missing: AWS_SECRET_ACCESS_KEY"),
    Case("unknown profile", {"AWS_PROFILE": "nobody"}, url="profile (nobody) could not be found"),
    Case("file that is no configuration", {}, "endpoint_url", url="Unable to parse config file"),
    Case("not logged in", {"AWS_PROFILE": "s"},
         "[profile s]\nsso_start_url = https://nobody.example\nsso_region = eu-west-2\nsso_account_id = 1\n"
         "sso_role_name = r", url="run: aws sso login"),
    Case("process that is missing", {"AWS_PROFILE": "p"}, "[profile p]\ncredential_process = {folder}/none",
         url="No such file or directory"),
    Case("process that fails", {"AWS_PROFILE": "p"}, "[profile p]\ncredential_process = cat {folder}/none",
         url="Error when retrieving credentials from custom-process"),
    Case("process that prints no JSON", {"AWS_PROFILE": "p"}, "[profile p]\ncredential_process = cat {folder}/identity",
         url="the AWS configuration cannot be used: Expecting value"),
    Case("role whose source is missing", {"AWS_PROFILE": "r"},
         "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = nobody", url='"nobody"'),
    Case("token file that is missing", {"AWS_PROFILE": "r", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r",
         "AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/none"}, "[profile r]", url="No such file or directory"),
    Case("second factor without a terminal", {"AWS_PROFILE": "m"},
         "[profile m]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = ward\nmfa_serial = x",
         url="code of a second factor"),
    Case("certificates that are missing", KEYS | {"AWS_CA_BUNDLE": "{folder}/none"},
         url="none: cannot be read: No such file"),
    Case("certificates that are none", KEYS | {"AWS_CA_BUNDLE": "{folder}/identity"}, url="holds no certificate"),
    Case("directory bucket", KEYS, url="is a directory bucket", bucket="b--use1-az4--x-s3"),
    Case("bucket that is none", KEYS, url="Invalid bucket name", bucket="b b"),
]  # fmt: skip


@pytest.mark.parametrize("case", FAILURES, ids=str)
def test_a_configuration_that_cannot_be_used_is_refused_in_words_before_anything_is_sent(
    case: Case,
    proxy: RecordingProxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure(case, tmp_path, monkeypatch)
    monkeypatch.setattr(botocore_credentials.AssumeRoleProvider.__init__, "__defaults__", (_no_terminal, None, None))
    with pytest.raises(StoreRefusedError) as refused:
        open_store(f"s3://{case.bucket}/lake").create("a", b"1")
    assert case.url in str(refused.value)
    assert "\n" not in str(refused.value)
    assert SECRET not in str(refused.value)
    assert proxy.sent == []
    assert capfd.readouterr().err == ""


def _no_terminal(*_: object) -> str:
    raise EOFError


def test_a_certificate_that_is_not_trusted_is_refused_in_words(
    proxy: RecordingProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(Case("", KEYS), tmp_path, monkeypatch)
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(
        StoreRefusedError, match=r"certificate of https://bucket\.s3\.\S+ is not accepted \(UnknownIssuer\)"
    ):
        open_store("s3://bucket/lake").read("a")
    assert proxy.sent == []


def test_credentials_that_expire_while_a_store_is_open_are_an_error_in_words(
    proxy: RecordingProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(
        Case("", {"AWS_PROFILE": "p"}, "[profile p]\ncredential_process = cat {folder}/process"), tmp_path, monkeypatch
    )
    monkeypatch.setattr(aws, "_REFRESH", timedelta(0))
    process = tmp_path / "process"
    soon = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    process.write_text(
        json.dumps(json.loads(process.read_text(encoding="utf-8")) | {"Expiration": soon}), encoding="utf-8"
    )
    store = open_store("s3://bucket/lake")
    with pytest.raises(ObjectNotFoundError):
        store.read("a")
    process.unlink()
    with pytest.raises(
        StoreRefusedError, match="s3://bucket/lake/a: the AWS configuration cannot be used: Error when retr"
    ):
        store.read("a")
    assert len(proxy.sent) == 1


def test_a_server_of_credentials_that_does_not_answer_is_reported(
    proxy: RecordingProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = ward"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    variables = REGION | {"AWS_PROFILE": "r", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}
    configure(Case("", variables, role), tmp_path, monkeypatch)
    with pytest.raises(
        StoreUnreachableError, match="server that gives the credentials cannot be reached: Could not connect"
    ):
        open_store("s3://bucket/lake").read("a")
    assert proxy.sent == []
