"""What one call of ``stage`` did, over all the staging runs that it finished."""

from collections import Counter
from dataclasses import asdict, dataclass, field

from elt.contracts import EVENT_TYPES
from elt.lake.manifests import Commit, Plan
from elt.lake.quarantine import Reason


@dataclass
class StageSummary:
    """What was staged.

    Attributes:
        lake: URL of the lake.
        raw_objects: Raw objects that were staged or quarantined.
        staged: Rows staged, by event type.
        quarantined: Objects quarantined, by reason.
        late: Late events among the rows.
        files: Parquet files written.
        manifests: Numbers of the staging runs that were finished; none if there was nothing new.
    """

    lake: str
    raw_objects: int = 0
    staged: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EVENT_TYPES, 0))
    quarantined: dict[str, int] = field(default_factory=dict)
    late: int = 0
    files: int = 0
    manifests: list[int] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows staged, of all event types."""
        return sum(self.staged.values())

    def add(self, plan: Plan, commit: Commit) -> None:
        """Add what one staging run did."""
        quarantined = Counter(self.quarantined)
        # Commits of earlier versions do not tell foreign objects apart.
        quarantined.update(
            commit.foreign_reasons or ({Reason.FOREIGN_KEY.value: commit.foreign} if commit.foreign else {})
        )
        for output in commit.outputs:
            self.staged[output.event_type] += output.counts.rows
            self.late += sum(output.counts.late.values())
            self.files += output.key is not None
            quarantined.update({reason: sum(days.values()) for reason, days in output.counts.quarantined.items()})
        self.quarantined = dict(sorted(quarantined.items()))
        self.raw_objects += plan.foreign_objects + sum(output.objects for output in plan.outputs)
        self.manifests.append(plan.number)

    def as_json(self) -> dict[str, object]:
        """Return the summary as a JSON object."""
        return asdict(self)
