"""A store reaches the server that AWS tools reach, as the same user, for every way to configure them."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from botocore import credentials as botocore_credentials
from botocore.exceptions import ClientError
from recording_proxy import RecordingProxy, Sent, recording_proxy

from hospital_sim.storage import ObjectNotFoundError, StoreRefusedError, aws, open_store

pytestmark = pytest.mark.integration

SECRET = "secret-8xkq"
KEYS = {"AWS_ACCESS_KEY_ID": "VARIABLE", "AWS_SECRET_ACCESS_KEY": SECRET}
USERS = f"""
[default]
aws_access_key_id = DEFAULT
aws_secret_access_key = {SECRET}
[ward]
aws_access_key_id = WARD
aws_secret_access_key = {SECRET}
aws_session_token = WARDTOKEN
"""
AMAZON = "https://bucket.s3.eu-west-2.amazonaws.com/lake/a"
REGION = {"AWS_REGION": "eu-west-2"}


@dataclass(frozen=True)
class Case:
    """What a user has configured, and what is sent then.

    Attributes:
        name: Name of the case.
        variables: Variables of the process.
        config: Text of the file ``config``; ``{folder}`` is its folder.
        url: URL of the object ``a`` of the lake; of a failure, a part of its message.
        user: Access key.
        region: Region of the signature.
        token: Session token.
        bucket: Name of the bucket.
    """

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    config: str = ""
    url: str = AMAZON
    user: str = "VARIABLE"
    region: str = "eu-west-2"
    token: str = ""
    bucket: str = "bucket"

    def __str__(self) -> str:
        """Return the name, for the test."""
        return self.name


CASES = [
    Case("variables", KEYS | REGION),
    Case("region by its other variable", KEYS | {"AWS_DEFAULT_REGION": "eu-west-2"}),
    Case("two variables of the region", KEYS | REGION | {"AWS_DEFAULT_REGION": "eu-west-1"}),
    Case("no region", KEYS, url="https://bucket.s3.amazonaws.com/lake/a", region="us-east-1"),
    Case("token", KEYS | REGION | {"AWS_SESSION_TOKEN": "TOKEN"}, token="TOKEN"),
    Case("default profile", REGION, user="DEFAULT"),
    Case("profile", {"AWS_PROFILE": "ward"}, "[profile ward]\nregion = eu-west-2", user="WARD", token="WARDTOKEN"),
    Case("other variable of the profile", REGION | {"AWS_DEFAULT_PROFILE": "ward"}, user="WARD", token="WARDTOKEN"),
    Case("keys in variables, region and endpoint in the profile", KEYS | {"AWS_PROFILE": "ward"},
         "[profile ward]\nregion = eu-west-2\nendpoint_url = http://own.example:8333",
         url="http://own.example:8333/bucket/lake/a"),
    Case("endpoint of S3 among services", KEYS | REGION,
         "[default]\nservices = x\n[services x]\ns3 =\n  endpoint_url = https://own.example/base/",
         url="https://own.example/base/bucket/lake/a"),
    Case("endpoint of another service", KEYS | REGION,
         "[default]\nservices = x\n[services x]\nsqs =\n  endpoint_url = https://own.example"),
    Case("endpoint of a variable before that of services", KEYS | REGION | {"AWS_ENDPOINT_URL": "http://own.example"},
         "[default]\nservices = x\n[services x]\ns3 =\n  endpoint_url = https://other.example",
         url="http://own.example/bucket/lake/a"),
    Case("endpoint of S3 before that of all services",
         KEYS | REGION | {"AWS_ENDPOINT_URL": "http://other.example", "AWS_ENDPOINT_URL_S3": "http://own.example:1"},
         url="http://own.example:1/bucket/lake/a"),
    Case("endpoint of another service in a variable", KEYS | REGION | {"AWS_ENDPOINT_URL_STS": "http://own.example"}),
    Case("empty variable of the endpoint", KEYS | REGION | {"AWS_ENDPOINT_URL": ""}),
    Case("endpoints ignored by a variable",
         KEYS | REGION | {"AWS_ENDPOINT_URL": "http://own.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}),
    Case("endpoints ignored by the profile", KEYS | REGION,
         "[default]\nendpoint_url = http://own.example\nignore_configured_endpoint_urls = true"),
    Case("names in the host", KEYS | REGION | {"AWS_ENDPOINT_URL": "https://own.example:8333"},
         "[default]\ns3 =\n  addressing_style = virtual", url="https://bucket.own.example:8333/lake/a"),
    Case("names in the path", KEYS | REGION, "[default]\ns3 =\n  addressing_style = path",
         url="https://s3.eu-west-2.amazonaws.com/bucket/lake/a"),
    Case("bucket whose name cannot be in a host", KEYS | REGION,
         url="https://s3.eu-west-2.amazonaws.com/north.bucket/lake/a", bucket="north.bucket"),
    Case("dual stack", KEYS | REGION | {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
         url="https://bucket.s3.dualstack.eu-west-2.amazonaws.com/lake/a"),
    Case("FIPS", KEYS | {"AWS_REGION": "us-west-2", "AWS_USE_FIPS_ENDPOINT": "true"}, region="us-west-2",
         url="https://bucket.s3-fips.us-west-2.amazonaws.com/lake/a"),
    Case("accelerated", KEYS | REGION, "[default]\ns3 =\n  use_accelerate_endpoint = true",
         url="https://bucket.s3-accelerate.amazonaws.com/lake/a"),
    Case("China", KEYS | {"AWS_REGION": "cn-north-1"}, region="cn-north-1",
         url="https://bucket.s3.cn-north-1.amazonaws.com.cn/lake/a"),
    Case("variables that only the client of the store reads",
         KEYS | REGION | {"AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true", "AWS_S3_EXPRESS": "true"}),
    Case("process", REGION | {"AWS_PROFILE": "p"}, "[profile p]\ncredential_process = cat {folder}/process",
         user="PROCESS", token="PROCESSTOKEN"),
    Case("role with a source", REGION | {"AWS_PROFILE": "r"},
         "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = ward",
         user="ROLE", token="ROLETOKEN"),
    Case("web identity", REGION | {
         "AWS_PROFILE": "r", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r",
         "AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/identity"}, "[profile r]", user="ROLE", token="ROLETOKEN"),
    Case("single sign-on", REGION | {"AWS_PROFILE": "s"},
         "[profile s]\nsso_start_url = https://sso.example\nsso_region = eu-west-2\nsso_account_id = 123456789012\n"
         "sso_role_name = r", user="ROLE", token="ROLETOKEN"),
]  # fmt: skip


@pytest.fixture(scope="module")
def any_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingProxy]:
    with recording_proxy(tmp_path_factory.mktemp("proxy")) as proxy, pytest.MonkeyPatch.context() as patch:
        # Shared by all sessions, because botocore reads megabytes of JSON for each.
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield proxy


@pytest.fixture
def proxy(any_server: RecordingProxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RecordingProxy:
    """The proxy of all requests of this process, which has no other AWS configuration than a folder of its own."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, any_server.url)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(any_server.folder / "authority.pem"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setattr(botocore_credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path))
    any_server.sent.clear()
    return any_server


def _configure(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "config").write_text(case.config.replace("{folder}", str(folder)), encoding="utf-8")
    (folder / "credentials").write_text(USERS, encoding="utf-8")
    (folder / "identity").write_text("a token", encoding="utf-8")
    process = {"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": SECRET, "SessionToken": "PROCESSTOKEN"}
    (folder / "process").write_text(json.dumps(process), encoding="utf-8")
    login = hashlib.sha1(b"https://sso.example", usedforsecurity=False).hexdigest()
    token = {"accessToken": "a", "expiresAt": "2999-01-01T00:00:00Z"}
    (folder / f"{login}.json").write_text(json.dumps(token), encoding="utf-8")
    for name, value in case.variables.items():
        monkeypatch.setenv(name, value.replace("{folder}", str(folder)))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_store_sends_what_aws_tools_send(
    case: Case, proxy: RecordingProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _configure(case, tmp_path, monkeypatch)
    expected = Sent(case.url, case.user, case.region, case.token)
    session = botocore.session.Session()
    if "AWS_REGION" in os.environ:  # as the AWS command line does
        session.set_config_variable("region", os.environ["AWS_REGION"])
    with pytest.raises(ClientError, match="NoSuchKey"):
        session.create_client("s3").get_object(Bucket=case.bucket, Key="lake/a")
    assert proxy.sent[-1] == expected
    with pytest.raises(ObjectNotFoundError):
        open_store(f"s3://{case.bucket}/lake").read("a")
    assert proxy.sent[-1] == expected


FAILURES = [
    Case("endpoint without a scheme", KEYS | {"AWS_ENDPOINT_URL": "host:9000"}, url="Invalid endpoint: host:9000"),
    Case("endpoint of another scheme", KEYS | {"AWS_ENDPOINT_URL": "ftp://host"}, url="`ftp://host` was not a valid"),
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
    _configure(case, tmp_path, monkeypatch)
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
    _configure(Case("", KEYS), tmp_path, monkeypatch)
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
    _configure(
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
