"""The bed board shows at the end of each day the census of that day, bed by bed."""

from collections import Counter
from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from crowded_hospital import crowded
from msgspec import structs

import hospital_sim as hs
from hospital_sim.events import Admission, DepSnapshot
from hospital_sim.results.board import board_frames

pytestmark = pytest.mark.unit

DAY = 24 * 60


@pytest.fixture(scope="module")
def run() -> hs.Run:
    """A hospital in which every rule is used."""
    return hs.Hospital(crowded()).simulate("2025-01-01", "2025-01-28", seed=3)


def _shown(frames: dict[str, Any], minute: int) -> dict[int, tuple[set[int], int, int]]:
    """Return the beds in use, the beds that are open and the patients waiting of each department, at a minute."""
    stays, requests = frames["stays"], frames["requests"]
    in_use: dict[int, Counter[int]] = {place: Counter() for place in range(len(frames["departments"]))}
    for place, bed, begin, left in zip(
        stays["place"], stays["bed"], accumulate(stays["begin"]), stays["left"], strict=True
    ):
        if begin <= minute and (left < 0 or begin + left > minute):
            in_use[place][bed] += 1
    assert all(count == 1 for beds in in_use.values() for count in beds.values())
    waiting = Counter(
        asked
        for asked, begin, wait in zip(requests["asked"], accumulate(requests["begin"]), requests["wait"], strict=True)
        if begin <= minute and (wait < 0 or begin + wait > minute)
    )
    beds = [[count for at, count in entry["beds"] if at <= minute][-1] for entry in frames["departments"]]
    return {place: (set(in_use[place]), beds[place], waiting[place]) for place in in_use}


def test_at_the_end_of_each_day_the_board_shows_the_census(run: hs.Run) -> None:
    frames: dict[str, Any] = board_frames(run.record.run, run.events)
    names = [entry.department_id for entry in run.record.run.departments]
    snapshots = [event for event in run.events if isinstance(event, DepSnapshot) and event.snapshot_type == "EOD"]
    assert len(snapshots) == 28 * len(names)
    for event in snapshots:
        day = (event.snapshot_date - run.record.run.start).days
        in_use, beds, waiting = _shown(frames, (day + 1) * DAY - 1)[names.index(event.department_id)]
        assert (len(in_use), beds, waiting) == (event.occupied_beds, event.beds, event.waiting_list_size), event


def test_every_admission_is_shown_in_its_bed_and_an_unfinished_stay_has_no_end(run: hs.Run) -> None:
    frames: dict[str, Any] = board_frames(run.record.run, run.events)
    stays = frames["stays"]
    assert Counter(stays["bed"]) == Counter(event.bed_number for event in run.events if isinstance(event, Admission))
    assert sum(length < 0 for length in stays["left"]) == sum(run.stays()["in_bed_at_end"])  # type: ignore[arg-type]
    assert [ready < 0 for ready in stays["ready"]] == [length < 0 for length in stays["left"]]
    assert all(ready <= left for ready, left in zip(stays["ready"], stays["left"], strict=True))
    delayed = sum(ready < left for ready, left in zip(stays["ready"], stays["left"], strict=True))
    assert [delayed] == run.delays("hospital")["delayed"]


def test_the_page_is_reproducible_and_a_name_cannot_end_the_script(run: hs.Run) -> None:
    hostile = structs.replace(run.record.run, hospital_name="</script><script>alert(1)</script>")
    page, again = [
        hs.Run(run.config, structs.replace(run.record, run=hostile), run.events).board().html() for _ in range(2)
    ]
    assert page == again
    assert page.count("<script") == 2
    assert "alert(1)</script>" not in page


def test_the_board_counts_the_minutes_of_its_days_whatever_the_order_of_the_events(run: hs.Run) -> None:
    frames = board_frames(run.record.run, run.events)
    assert board_frames(run.record.run, run.events[::-1]) == frames
    assert (frames["start"], frames["minutes"]) == ("2025-01-01", 28 * DAY)
    shorter = structs.replace(run.record.run, end=run.record.run.end - timedelta(days=1))
    assert board_frames(shorter, run.events)["minutes"] == 27 * DAY
