"""A Redshift for tests: the stand-in with a lake on SeaweedFS, or the cluster that REDSHIFT_TEST_DSN names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from redshift.postgres import NoPostgresError
from redshift.stand_in import StandIn, running
from redshift.tls import authority_and_server
from s3_servers import KEY, SECRET, S3Server

from elt.warehouse import SCHEMAS, open_warehouse

OWN_CLUSTER, OWN_LAKE = "REDSHIFT_TEST_DSN", "REDSHIFT_TEST_LAKE"


@dataclass
class Redshift:
    """Where the tests find a Redshift, and a store that it can load from.

    Attributes:
        dsn: Where it is, without a password.
        environment: The variables by which it and its lake are reached.
        lakes: URL below which lakes are.
        stand_in: The stand-in; None if it is a real cluster.
        authority: File of the authority that has certified the stand-in.
    """

    dsn: str
    environment: dict[str, str] = field(repr=False)
    lakes: str
    stand_in: StandIn | None = None
    authority: Path | None = None

    def new_lake(self) -> str:
        """Return the URL of an empty store."""
        return f"{self.lakes}/{uuid4().hex}"

    def new_prefix(self) -> str:
        """Return a prefix that no other test has."""
        return f"test_{uuid4().hex[:12]}"

    @property
    def statements(self) -> list[str]:
        """What the stand-in has been sent, growing as more is sent; empty for a real cluster."""
        return self.stand_in.statements if self.stand_in else []

    @property
    def only_stand_in(self) -> StandIn:
        """The stand-in; where the tests run against a real cluster, the test is skipped."""
        if self.stand_in is None:
            pytest.skip(f"of the stand-in only; {OWN_CLUSTER} is set")
        return self.stand_in

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Let this process, and those that it starts, reach it."""
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("AWS_PROFILE", raising=False)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            yield

    def drop(self, prefix: str) -> None:
        """Remove what a test made."""
        with open_warehouse(self.dsn, prefix, create=True) as warehouse:
            for schema in SCHEMAS:
                warehouse.execute(f"DROP SCHEMA IF EXISTS {warehouse.schema(schema)} CASCADE")


@pytest.fixture(scope="session")
def redshift_server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Redshift]:
    """One Redshift for all tests of a process; each test takes a prefix and a lake of its own in it."""
    if os.environ.get(OWN_CLUSTER):
        if not os.environ.get(OWN_LAKE):
            pytest.fail(f"{OWN_CLUSTER} needs {OWN_LAKE}: an s3:// URL below which the tests may write")
        yield Redshift(os.environ[OWN_CLUSTER], {}, os.environ[OWN_LAKE].rstrip("/"))
        return
    s3: S3Server = request.getfixturevalue("seaweed_server")
    authority, tls = authority_and_server(tmp_path_factory.mktemp("tls"))
    try:
        with running(s3.endpoint, (KEY, SECRET), tls) as server:
            environment = s3.environment() | server.environment()
            lakes = s3.new_url().rpartition("/")[0]
            yield Redshift(server.dsn(), environment, lakes, server, authority)
    except NoPostgresError as error:
        pytest.skip(str(error))


@pytest.fixture
def redshift(redshift_server: Redshift) -> Iterator[Redshift]:
    """A Redshift that what this process opens can reach."""
    with redshift_server.reached():
        yield redshift_server
