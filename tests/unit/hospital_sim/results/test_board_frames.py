"""The bed board shows at the end of each day the census of that day, bed by bed."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from crowded_hospital import crowded
from hospitals import department, hospital
from msgspec import structs
from tiny_hospitals import replayed

import hospital_sim as hs
from hospital_sim.distributions import Fixed
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
    opened = [[count for at, count in entry["beds"] if at <= minute][-1] for entry in frames["departments"]]
    closing = {place: sum(bed > opened[place] for bed in in_use[place]) for place in in_use}
    return {place: (set(in_use[place]), opened[place] + closing[place], waiting[place]) for place in in_use}


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
    events = [event for event in run.events if event.event_time.date() <= shorter.end]
    assert board_frames(shorter, events)["minutes"] == 27 * DAY


_MORE_AT_THE_WEEKEND = {"beds": 2, "bed_change": [{"beds": 6, "first": "2024-03-02", "last": "2024-03-03"}]}
_FEWER_ON_SUNDAY = {"beds": 8, "bed_change": [{"beds": -6, "weekdays": ["sunday"]}]}


@pytest.mark.parametrize(
    ("fields", "minute", "beds"),
    [
        (_MORE_AT_THE_WEEKEND, DAY - 1, 2),
        (_MORE_AT_THE_WEEKEND, DAY, 8),
        (_MORE_AT_THE_WEEKEND, DAY + 12 * 60, 8),
        (_MORE_AT_THE_WEEKEND, 3 * DAY + 12 * 60, 2),
        (_FEWER_ON_SUNDAY, 2 * DAY - 1, 8),
        (_FEWER_ON_SUNDAY, 2 * DAY + 12 * 60, 2),
        (_FEWER_ON_SUNDAY, 3 * DAY, 8),
    ],
)
def test_planned_changes_hold_from_midnight(fields: dict[str, Any], minute: int, beds: int) -> None:
    ward = department(requests_per_day=3.0, stay=Fixed(value=0.25), delay_share=0.0, **fields)
    run = hospital(ward).simulate("2024-03-01", "2024-03-04", seed=1)
    in_use, shown, _ = _shown(board_frames(run.record.run, run.events), minute)[0]
    assert shown == beds >= len(in_use)


def test_escalation_beds_open_and_close_on_their_hour() -> None:
    # Three of four beds are occupied from 09:10 to 13:10, so the other two are open from 10:00 to 14:00.
    config = replayed(
        {"ward": ["2024-03-01T09:10:00Z"] * 3},
        stay_days=4 / 24,
        beds=4,
        escalation={"beds": 2, "open_above": 0.5, "close_below": 0.5},
    )
    run = hs.Hospital(config).simulate("2024-03-01", "2024-03-02", seed=1)
    frames: dict[str, Any] = board_frames(run.record.run, run.events)
    assert frames["departments"][0]["beds"] == [[0, 4], [10 * 60, 6], [14 * 60, 4]]
    assert frames["departments"][0]["spaces"] == 6


@pytest.mark.parametrize(("earlier", "beds"), [((), [[0, 4]]), (["2024-02-29T13:30:00Z"] * 2, [[0, 6], [3 * 60, 4]])])
def test_escalation_beds_that_opened_before_the_run_stay_open(earlier: Sequence[str], beds: list[list[int]]) -> None:
    # Two patients from 18:00 to 02:00 keep these beds open and do not open them; four patients open them.
    config = replayed(
        {"ward": [*earlier, *["2024-02-29T18:00:00Z"] * 2]},
        stay_days=8 / 24,
        beds=4,
        escalation={"beds": 2, "open_above": 0.75, "close_below": 0.25},
    )
    run = hs.Hospital(config).simulate("2024-03-01", "2024-03-02", seed=1)
    frames: dict[str, Any] = board_frames(run.record.run, run.events)
    assert frames["departments"][0]["beds"] == beds
