"""Ways to configure AWS, and a process that sends all its requests to a proxy which records them."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from botocore import credentials as botocore_credentials
from recording_proxy import RecordingProxy, recording_proxy

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


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingProxy]:
    """A proxy for the tests of a module."""
    with recording_proxy(tmp_path_factory.mktemp("proxy")) as proxy, pytest.MonkeyPatch.context() as patch:
        # Shared by all sessions, because botocore reads megabytes of JSON for each.
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield proxy


@pytest.fixture
def proxy(recorder: RecordingProxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RecordingProxy:
    """The proxy of all requests of this process, which has no other AWS configuration than a folder of its own."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, recorder.url)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(recorder.folder / "authority.pem"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setattr(botocore_credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path))
    recorder.sent.clear()
    return recorder


def configure(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the files of a case into a folder, and set its variables."""
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
