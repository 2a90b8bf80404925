"""Each metric has the right value at its boundaries."""

from array import array

import pytest

from hospital_sim.observe import METRICS, Statistics, combined, find_metrics

pytestmark = pytest.mark.unit

HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize(
    ("metric", "field", "times", "share"),
    [
        ("wait_over_4h", "waits", [4 * HOUR - 1, 4 * HOUR, 4 * HOUR + 1], 1 / 3),
        ("wait_over_12h", "waits", [12 * HOUR, 12 * HOUR + 1], 1 / 2),
        ("waited_share", "waits", [0, 0, 0, 1], 1 / 4),
        ("stay_over_7d", "stays", [7 * DAY - 1, 7 * DAY, 7 * DAY + 1], 2 / 3),
        ("stay_over_21d", "stays", [21 * DAY - 1, 21 * DAY], 1 / 2),
    ],
)
def test_a_wait_is_over_a_limit_above_it_and_a_stay_from_it_on(
    metric: str, field: str, times: list[int], share: float
) -> None:
    seen = Statistics(seconds=DAY, **{field: array("q", times)})  # type: ignore[arg-type]

    assert METRICS[metric].of(seen) == pytest.approx(share)


def test_means_over_time_are_integrals_over_the_seconds_of_the_window() -> None:
    seen = Statistics(seconds=DAY, open_bed_seconds=4 * DAY, occupied_bed_seconds=3 * DAY, full_seconds=DAY // 4)

    values = {name: METRICS[name].of(seen) for name in ("open_beds", "occupied_beds", "utilisation", "full_share")}
    assert values == {"open_beds": 4, "occupied_beds": 3, "utilisation": 0.75, "full_share": 0.25}


def test_beds_that_were_never_open_have_no_utilisation() -> None:
    assert METRICS["utilisation"].of(Statistics(seconds=DAY)) is None


def test_all_metrics_are_selected_by_default_and_each_has_a_unit_and_a_meaning() -> None:
    assert [metric.name for metric in find_metrics(None)] == list(METRICS)
    assert all(metric.unit and metric.meaning for metric in METRICS.values())


def test_windows_of_different_length_cannot_be_combined() -> None:
    with pytest.raises(ValueError, match="one or more, of one window"):
        combined([Statistics(seconds=DAY), Statistics(seconds=2 * DAY)])
    with pytest.raises(ValueError, match="one or more, of one window"):
        combined([])
