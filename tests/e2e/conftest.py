"""What these tests share: a real browser, real S3 servers and a Redshift, started when a test first asks for one."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from redshift_fixtures import redshift, redshift_server
from s3_fixtures import moto_s3, moto_server, rclone_s3, rclone_server, seaweed, seaweed_server
from st_brides import st_brides

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = [
    "browser",
    "moto_s3",
    "moto_server",
    "rclone_s3",
    "rclone_server",
    "redshift",
    "redshift_server",
    "seaweed",
    "seaweed_server",
    "st_brides",
]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium, without a window."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium on this machine; install Debian's chromium")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield opened
        opened.close()
