"""Fixtures of real S3 servers for all tests; each starts when a test first uses it."""

from collections.abc import Iterator

import pytest
from s3_servers import S3Server, moto, rclone, seaweedfs


@pytest.fixture(scope="session")
def seaweed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """One SeaweedFS for all tests of a process; each test uses its own store in it."""
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture(scope="session")
def rclone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with rclone(tmp_path_factory.mktemp("rclone")) as server:
        yield server


@pytest.fixture
def seaweed(seaweed_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """SeaweedFS, with the variables of this process set to reach it."""
    return _with_environment(seaweed_server, monkeypatch)


@pytest.fixture
def moto_s3(moto_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    return _with_environment(moto_server, monkeypatch)


@pytest.fixture
def rclone_s3(rclone_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    return _with_environment(rclone_server, monkeypatch)


def _with_environment(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    return server
