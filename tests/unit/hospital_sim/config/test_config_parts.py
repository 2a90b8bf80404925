"""An error in a part of a configuration names the field and the value before anything runs."""

from pathlib import Path

import pytest
from config_tables import Tables, read_ward

from hospital_sim.config import HospitalConfig, read_hospitals
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError

pytestmark = pytest.mark.unit


def _with(**fields: object) -> Tables:
    return fields


def _with_source(**fields: object) -> Tables:
    return {"requests_per_day": None, "source": [{"id": "list", **fields}]}


FIXED = {"distribution": "fixed", "value": 2}
CHANGE = "department[0] (ward): bed_change"
SOURCE = "department[0] (ward): source[0] (list)"

WRONG: list[tuple[Tables, list[str]]] = [
    (_with(weekday_multipliers=[1] * 6), ["ward): weekday_multipliers", "length >= 7", "[1, 1, 1,"]),
    (_with(weekday_multipliers=[1] * 8), ["ward): weekday_multipliers", "length <= 7"]),
    (_with(hour_multipliers=[1] * 23), ["ward): hour_multipliers", "length >= 24"]),
    (_with(month_multipliers=[1] * 13), ["ward): month_multipliers", "length <= 12"]),
    (_with(discharge_hour_multipliers=[2] * 7), ["ward): discharge_hour_multipliers", "length >= 24"]),
    (_with(discharge_weekday_multipliers=[]), ["ward): discharge_weekday_multipliers", "length >= 7"]),
    (_with(hour_multipliers=[0] * 24), ["ward): hour_multipliers: must not be all 0"]),
    (_with(discharge_hour_multipliers=[0] * 24), ["ward): discharge_hour_multipliers: must not be all 0"]),
    (_with(hour_multipliers=[1] * 23 + [-1]), ["ward): hour_multipliers[23]", ">= 0", "-1"]),
    (_with(hour_multipliers=[1] * 23 + [float("inf")]), ["ward): hour_multipliers: must be finite", "inf"]),
    (_with_source(requests_per_day=1, hour_multipliers=[1] * 5), ["].hour_multipliers", "length >= 24"]),
    (_with_source(requests_per_day=1, hour_multipliers=[0] * 24), [f"{SOURCE}: hour_multipliers: must not be"]),
    (
        _with(overflow={"after_hours": 4, "to": ["surgery"]}),
        ["ward): overflow.to: 'surgery' is not another department", "there are other"],
    ),
    (_with(overflow={"after_hours": 4, "to": ["ward"]}), ["ward): overflow.to: 'ward' is not another department"]),
    (_with(overflow={"after_hours": 4, "to": []}), ["ward): overflow.to", "length >= 1"]),
    (_with(overflow={"after_hours": 0, "to": ["other"]}), ["ward): overflow.after_hours", "> 0.0", "0"]),
    (
        _with(overflow={"after_hour": 4, "to": ["other"]}),
        ["ward): overflow: after_hour: unknown field; did you mean after_hours?"],
    ),
    (
        _with(source=[{"id": "list", "share": 0.5}, {"id": "b", "share": 0.4}]),
        ["ward): source.share: the shares must add up to 1, not 0.9"],
    ),
    (_with(source=[{"id": "list", "share": 1.5}]), ["ward): source[0].share", "<= 1.0", "1.5"]),
    (
        _with(source=[{"id": "list", "share": 0.5}, {"id": "list", "share": 0.5}]),
        ["ward): source[1]: id: 'list' is used twice"],
    ),
    (_with_source(), [f"{SOURCE}: share: give exactly one of share, requests_per_day, interarrival"]),
    (
        _with_source(requests_per_day=1, interarrival=FIXED),
        [f"{SOURCE}: share: give exactly one of", "not requests_per_day and interarrival"],
    ),
    (
        _with_source(interarrival=FIXED, hour_multipliers=[1] * 24),
        [f"{SOURCE}: hour_multipliers: has no effect together with interarrival"],
    ),
    (
        _with_source(interarrival={"distribution": "fixed", "value": 0}),
        [f"{SOURCE}: interarrival: must have a mean above 0"],
    ),
    (
        _with_source(interarrival={"distribution": "gama", "mean": 1, "sd": 1}),
        ["source[0].interarrival", "'gama' is not known; did you mean gamma?"],
    ),
    (_with_source(schedule=[]), [f"{SOURCE}: schedule: must have at least one list"]),
    (
        _with_source(schedule=[{"weekday": "mon", "time": "08:00", "patients": 1}]),
        ["source[0].schedule[0].weekday", "'mon'"],
    ),
    (
        _with_source(schedule=[{"weekday": "monday", "time": "8:00", "patients": 1}]),
        ["source[0].schedule[0].time", "8:00"],
    ),
    (
        _with_source(schedule=[{"weekday": "monday", "time": "24:00", "patients": 1}]),
        ["source[0].schedule[0].time", "24:00"],
    ),
    (
        _with_source(schedule=[{"weekday": "monday", "time": "08:00", "patients": 0}]),
        ["source[0].schedule[0].patients", ">= 1", "0"],
    ),
    (
        _with_source(schedule=[{"weekday": "monday", "time": "08:00", "patient": 2}]),
        ["source[0].schedule[0]: patient: unknown field; did you mean patients?"],
    ),
    (_with_source(arrivals=[]), [f"{SOURCE}: arrivals: must have at least one timestamp"]),
    (
        _with_source(arrivals=["2025-01-02T00:00:00Z", "2025-01-01T00:00:00Z"]),
        [f"{SOURCE}: arrivals[1]: 2025-01-01T00:00:00+00:00 is before the previous one; sort them"],
    ),
    (
        _with_source(arrivals=["2025-01-02T00:00:00+01:00"]),
        [f"{SOURCE}: arrivals[0]: must be UTC, with a Z, not 2025-01-02T00:00:00+01:00"],
    ),
    (_with_source(arrivals=["2025-01-02T00:00:00"]), [f"{SOURCE}: arrivals[0]: must be UTC, with a Z"]),
    (
        _with_source(requests_per_day=1, stay=FIXED | {"value": 1e6}, long_stay_share=0),
        [f"{SOURCE}: stay: must be at most 36,525 days, not 1e+06"],
    ),
    (
        _with_source(requests_per_day=1, stay=FIXED | {"value": 7}, max_stay_days=5),
        [f"{SOURCE}: stay: does not fit max_stay_days: ", "cannot have the mean 7"],
    ),
    (_with_source(arrivals=["yesterday"]), ["source[0].arrivals[0]", "'yesterday'"]),
    (
        _with_source(requests_per_day=1, admision_method="21"),
        ["ward): source[0]: admision_method: unknown field; did you mean admission_method?"],
    ),
    (_with_source(requests_per_day=1, admission_method="99"), ["source[0].admission_method", "'99'"]),
    (_with_source(requests_per_day=-1), ["source[0].requests_per_day", "> 0.0", "-1"]),
    (_with_source(requests_per_day=1, when_full="leave"), ["source[0].when_full", "'leave'"]),
    (
        _with_source(requests_per_day=1, stay=FIXED, long_stay_share=0.1),
        [f"{SOURCE}: long_stay_share: needs max_stay_days"],
    ),
    (
        _with(
            requests_per_day=None,
            max_stay_days=None,
            stay=FIXED,
            long_stay_share=0,
            source=[{"id": "list", "requests_per_day": 1, "long_stay_share": 0.1}],
        ),
        [f"{SOURCE}: long_stay_share: needs max_stay_days"],
    ),
    (
        _with(source=[{"id": "list", "requests_per_day": 1}]),
        ["ward): target_occupancy: no source has a share of this demand"],
    ),
    (
        _with(
            requests_per_day=None,
            target_occupancy=0.5,
            source=[{"id": "list", "share": 1}, {"id": "own", "requests_per_day": 9}],
        ),
        ["ward): target_occupancy: 0.5 leaves no demand to share: other sources exceed it"],
    ),
    (_with(bed_change=[{"beds": -11}]), [f"{CHANGE}: closes 11 beds", "there are 10"]),
    (
        _with(bed_change=[{"beds": -6}, {"beds": -6, "weekdays": ["monday"]}]),
        [f"{CHANGE}: closes 12 beds on one day; there are 10"],
    ),
    (_with(bed_change=[{"beds": 1, "weekdays": ["mon"]}]), ["bed_change[0].weekdays[0]", "'mon'"]),
    (_with(bed_change=[{"beds": 1, "weekdays": []}]), ["bed_change[0].weekdays", "length >= 1"]),
    (_with(bed_change=[{"beds": 1, "first": "1 May"}]), ["bed_change[0].first", "1 May"]),
    (_with(bed_change=[{"beds": 1, "first": "02-30"}]), [f"{CHANGE}[0]: first: '02-30' is not a day"]),
    (_with(bed_change=[{"beds": 1, "last": "2025-02-29"}]), [f"{CHANGE}[0]: last: '2025-02-29' is not"]),
    (
        _with(bed_change=[{"beds": 1, "first": "2025-03-01", "last": "2025-02-01"}]),
        [f"{CHANGE}[0]: last: 2025-02-01 is before the first day, 2025-03-01"],
    ),
    (_with(bed_change=[{"beds": 1, "from": "05-01"}]), ["ward): bed_change[0]: from: unknown field"]),
    (_with(capacity=9), ["ward): capacity: must be at least the 10 beds that can be open, not 9"]),
    (
        _with(capacity=11, bed_change=[{"beds": 2}]),
        ["ward): capacity: must be at least the 12 beds that can be open, not 11"],
    ),
    (
        _with(capacity=12, escalation={"beds": 3}),
        ["ward): capacity: must be at least the 13 beds that can be open, not 12"],
    ),
    (
        _with(escalation={"beds": 3, "open_above": 0.8, "close_below": 0.9}),
        ["ward): escalation.close_below: must not be above open_above, not 0.9"],
    ),
    (_with(escalation={"beds": 0}), ["ward): escalation.beds", ">= 1", "0"]),
    (
        _with(escalation={"beds": 1, "close_bellow": 0.5}),
        ["ward): escalation: close_bellow: unknown field; did you mean close_below?"],
    ),
    (_with(turnaround_hours=2), ["ward): turnaround_hours", "must be a table", "2"]),
    (_with(delay_share=1.1), ["ward): delay_share", "<= 1.0", "1.1"]),
    (_with(delay={"distribution": "fixed", "value": 0}), ["ward): delay: must have a mean above 0"]),
    (_with(when_full="queue"), ["ward): when_full", "'queue'"]),
]


@pytest.mark.parametrize(("fields", "said"), WRONG, ids=[" ".join(said)[:70] for _, said in WRONG])
def test_an_error_names_the_field_and_the_value(fields: Tables, said: list[str]) -> None:
    with pytest.raises(ConfigurationError) as error:
        read_ward(**fields)

    message = str(error.value)
    assert [part for part in said if part not in message] == [], message
    assert message.count("\n") <= 1
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    "fields", [{"escalation": 3}, {"overflow": "other"}, {"source": {"id": "a"}}, {"bed_change": [{"beds": "two"}]}]
)
def test_a_wrong_type_is_a_type_error(fields: Tables) -> None:
    with pytest.raises(ConfigurationTypeError, match=next(iter(fields))):
        read_ward(**fields)


def test_valid_fields_are_read() -> None:
    read_ward(
        capacity=15,
        bed_change=[{"beds": 2, "first": "11-01", "last": "02-29"}, {"beds": -3, "weekdays": ["saturday", "sunday"]}],
        escalation={"beds": 3, "open_above": 0.9, "close_below": 0.9},
        overflow={"after_hours": 4, "to": ["other"]},
        turnaround_hours={"distribution": "uniform", "low": 1, "high": 3},
        source=[{"id": "one", "share": 1 / 3}, {"id": "two", "share": 2 / 3}, {"id": "three", "interarrival": FIXED}],
    )


class TestArrivalsFile:
    def _read(self, folder: Path, csv: str | bytes | None) -> HospitalConfig:
        if csv is not None:
            (folder / "arrivals.csv").write_bytes(csv if isinstance(csv, bytes) else csv.encode())
        (folder / "h.toml").write_text(
            """
            id = "h"
            name = "H"
            [[department]]
            id = "ward"
            name = "Ward"
            treatment_function_code = "300"
            beds = 1
            max_stay_days = 2
            when_full = "divert"
            [[department.source]]
            id = "real"
            arrivals = "arrivals.csv"
            """
        )
        return read_hospitals(folder / "h.toml")[0]

    def test_is_found_beside_the_configuration(self, tmp_path: Path) -> None:
        config = self._read(tmp_path, "who,request_date\na,2025-01-01T08:00:00Z\nb,2025-01-01T09:30:00Z\n")

        arrivals = config.department[0].source[0].arrivals
        assert arrivals is not None
        assert [moment.isoformat() for moment in arrivals] == ["2025-01-01T08:00:00+00:00", "2025-01-01T09:30:00+00:00"]

    @pytest.mark.parametrize(
        ("csv", "said"),
        [
            (None, "arrivals.csv: cannot be read: No such file"),
            ("when\n2025-01-01T08:00:00Z\n", "arrivals.csv: has no column 'request_date'"),
            ("", "arrivals.csv: has no column 'request_date'"),
            ("request_date\n", "arrivals: must have at least one timestamp"),
            ("request_date\n2025-01-01T08:00:00Z\nlater\n", "arrivals.csv, line 3: 'later' is not a timestamp"),
            ("request_date\n2025-01-01T08:00:00\n", "arrivals.csv, line 2: '2025-01-01T08:00:00' must be UTC"),
            (
                "request_date\n2025-01-01T08:00:00+02:00\n",
                "line 2: '2025-01-01T08:00:00+02:00' must be UTC",
            ),
            (
                "request_date\n2025-01-02T08:00:00Z\n2025-01-01T08:00:00Z\n",
                "arrivals[1]: 2025-01-01T08:00:00+00:00 is before",
            ),
            ("who,request_date\na\n", "arrivals.csv, line 2: '' is not a timestamp"),
            (b"request_date\n\xff\n", "arrivals.csv: cannot be read"),
        ],
    )
    def test_that_cannot_be_replayed_is_refused_by_name_and_line(
        self, tmp_path: Path, csv: str | bytes | None, said: str
    ) -> None:
        with pytest.raises(ConfigurationError) as error:
            self._read(tmp_path, csv)

        assert said in str(error.value)
        assert str(error.value).startswith("h.toml: ")
