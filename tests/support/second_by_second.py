"""A naive hospital: a loop over seconds, the phases of each written out in order. No SimPy, no priorities, no heap.

It says in what order things happen within a second, which ``naive_hospital`` does not; that one knows every rule.
"""

from collections.abc import Iterable, Sequence

from hand_made import Asked, Seen

from hospital_sim.clock import DAY
from hospital_sim.config import DepartmentConfig


class _Ward:
    def __init__(self, config: DepartmentConfig, asked: Sequence[Asked]) -> None:
        self.name, self.diverts = config.id, config.when_full == "divert"
        self.asked = asked
        self.beds: dict[int, int | None] = dict.fromkeys(range(1, config.beds + 1))
        self.admitted_at: dict[int, int] = {}
        self.queue: list[int] = []

    @property
    def present(self) -> tuple[int, int]:
        return sum(who is not None for who in self.beds.values()), len(self.queue)

    def lowest_free(self) -> int | None:
        return next((bed for bed, who in self.beds.items() if who is None), None)

    def leaving(self, second: int) -> list[tuple[int, int]]:
        """Return the beds and patients whose time is over, those admitted first at the head."""
        over = [
            (bed, who)
            for bed, who in self.beds.items()
            if who is not None and self.admitted_at[who] + self.asked[who].stay + self.asked[who].delay == second
        ]
        return sorted(over, key=lambda pair: (self.admitted_at[pair[1]], pair[1]))

    def admit(self, who: int, bed: int, second: int) -> Seen:
        self.beds[bed], self.admitted_at[who] = who, second
        return Seen(second, "admitted", self.name, who, bed)


def live_through(wards: Iterable[tuple[DepartmentConfig, Sequence[Asked]]], seconds: Iterable[int]) -> list[Seen]:
    """Return what happens in departments in each of some seconds, which must hold every one that matters."""
    places = [_Ward(config, asked) for config, asked in wards]
    seen: list[Seen] = []
    for second in seconds:
        if second % DAY == 0:
            seen.append(Seen(second, "SOD", "", tuple(place.present for place in places)))
        for place in places:
            for bed, who in place.leaving(second):
                place.beds[bed] = None
                seen.append(Seen(second, "discharged", place.name, who, bed))
        for place in places:
            while place.queue and (bed := place.lowest_free()):
                seen.append(place.admit(place.queue.pop(0), bed, second))
        for place in places:
            for who in [who for who, asked in enumerate(place.asked) if asked.second == second]:
                bed = place.lowest_free()
                if bed and not place.queue:
                    seen.append(place.admit(who, bed, second))
                elif place.diverts:
                    seen.append(Seen(second, "diverted", place.name, who))
                else:
                    place.queue.append(who)
        if second % DAY == DAY - 1:
            seen.append(Seen(second, "EOD", "", tuple(place.present for place in places)))
    return seen
