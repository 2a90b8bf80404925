"""A night costs as many requests after many nights as after few."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from guarded_s3 import guarded
from iam import Request, statements
from lakes import QuickStore, contents
from nightly_runs import Night, nights
from s3_servers import S3Server
from tiny_hospitals import poisson

from elt.lake.lake import Lake
from elt.quality.taken_out import TakenOut
from elt.staging import run, stage
from hospital_sim import Hospital
from hospital_sim.events import EVENT_TYPES
from hospital_sim.storage import bundles, open_store

pytestmark = pytest.mark.integration

ANYTHING = statements(
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
)


def kind(request: Request) -> str:
    """Return what a request is about; empty if the number depends on the events of the night, or on the day."""
    if request.action == "s3:ListBucket":
        return f"list {request.context['s3:prefix'].partition('/')[2]}"
    key = request.resource.split("/", 2)[2]
    if key.startswith("manifests/inputs/") or any(key.startswith(f"raw/{name}/") for name in EVENT_TYPES):
        return ""
    return f"{request.action} bundle" if "bundle-" in key else request.action


def spend(night: Night, url: str, server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Spend a night in a lake, and return its requests by kind."""
    with guarded(server, ANYTHING) as gate, monkeypatch.context() as patched:
        patched.setenv("AWS_ENDPOINT_URL", gate.endpoint)
        night.write(open_store(f"{url}/raw"))
        lake = Lake.open(url)
        stage(lake, only_open=True)
        list(lake.runs().unfinished())
        TakenOut.of(lake, lake.staging_runs())
        return Counter(filter(None, (kind(entry.request) for entry in gate.asked)))


def test_a_night_makes_as_many_requests_after_many_nights_as_after_few(
    seaweed: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, soak: bool
) -> None:
    bundled = bundles.BUNDLED_TOGETHER if soak else 4
    for module in (bundles, run):
        monkeypatch.setattr(module, "BUNDLED_TOGETHER", bundled)
    # Bundles hold none, some and twice as many of the nights before, so the last 2 of each are read by themselves.
    early, later, late = 3, bundled + 3, 2 * bundled + 3
    hospital = Hospital(poisson(beds=5, per_day=7))  # so that events of each type happen every day
    local = QuickStore(tmp_path / "lake")
    requests: dict[int, Counter[str]] = {}
    for number, night in enumerate(nights(hospital, date(2024, 1, 1), late), start=1):
        if number in (early, later, late):
            url = seaweed.new_url()
            open_store(url).create_many(contents(local).items())
            requests[number] = spend(night, url, seaweed, monkeypatch)
        night.write(QuickStore(tmp_path / "lake" / "raw"))
        stage(Lake(local))

    assert requests[late] == requests[later]
    assert requests[later] - requests[early] == {"s3:GetObject bundle": 5}
    assert requests[early] - requests[later] == {}
