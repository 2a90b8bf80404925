"""Measures the power of the validation: how many seeds pass the correct simulator and catch one with a fault.

Faults are planted in the real simulator. A row says how many seeds of how many are caught by any check of a study, the
lower end of the exact 95% interval of that probability, and by how much: the smallest over the seeds of the distance
between observed and expected in lengths from the expected value to the end of the interval; above 1 is caught. Exact
studies are run with two replications where the command runs 30: what two show, thirty show too.

Run: python benchmarks/validation_power.py [seeds] [seeds of the right simulator] [processes] [studies of a fault]

The defaults, one seed each on two processes and the quickest study that catches a fault, show that it works. A hundred
seeds take an hour of a processor, and as long again for each 30 seeds of the right simulator.
"""

import math
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path

from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import simulator_faults as faults

from hospital_sim.validation import LEVEL, REPLICATIONS, STUDIES, Check, validate

BY_NAME = {study.name: study for study in STUDIES}
EXACT = {"Exact": 2, "Blocks, exact": 2}
"""Replications of exact studies: more of them find more mistakes, never fewer."""

CASES = (
    (faults.last_come_first_served, ("Exact", "Blocks, exact", "Erlang C")),
    (faults.a_bed_leaks, ("Exact", "Blocks, exact", "Erlang B", "Erlang C")),
    (faults.statistics_count_a_stay_twice, ("Exact",)),
    (faults.a_discharge_is_observed_twice, ("Exact",)),
    (faults.departments_share_their_streams, ("Inputs",)),
    (faults.replications_share_their_streams, ("Inputs",)),
    (faults.stay_and_delay_share_a_stream, ("Inputs",)),
    (faults.RATE_HIGH, ("Inputs", "Beds without limit", "Seasonal demand", "Erlang B", "Erlang C")),
    (faults.RATE_LOW, ("Inputs", "Beds without limit", "Seasonal demand", "Erlang B", "Erlang C")),
)
"""Each fault and the studies that catch it, the quickest first."""

ALL_FAULTS = {planted.__name__: planted for planted, _ in CASES}
Task = tuple[str, str, int]


def distance(check: Check) -> float:
    """Return how far the observed value is from the expected one, 1 at the end of the interval."""
    if check.passed:
        reach = check.high - check.expected if check.observed >= check.expected else check.expected - check.low
        return abs(check.observed - check.expected) / reach if reach else 0.0
    reach = check.high - check.expected if check.observed > check.high else check.expected - check.low
    return abs(check.observed - check.expected) / reach if reach else math.inf


def farthest(task: Task) -> tuple[float, int]:
    """Return the largest distance of the checks of a study with a fault and a seed, and the number of checks."""
    fault, study, seed = task
    with ALL_FAULTS[fault]() if fault else nullcontext():
        replications = EXACT.get(study, REPLICATIONS) if fault else REPLICATIONS
        checks = validate(seed=seed, replications=replications, studies=[BY_NAME[study]], workers=1).checks
    return max(math.inf if math.isnan(far := distance(check)) else far for check in checks), len(checks)


def main(seeds: int = 1, right_seeds: int = 1, processes: int = 2, most: int = 1) -> None:
    """Print the rates; exit 1 if a fault escapes or a right simulator fails."""
    cases = [(fault.__name__, study) for fault, studies in CASES for study in studies[:most]]
    rows = [(fault, study, seeds) for fault, study in cases] + [("", study, right_seeds) for study in BY_NAME]
    tasks = [(fault, study, seed) for fault, study, count in rows for seed in range(1, count + 1)]
    failed = 0
    number = 0
    with ProcessPoolExecutor(processes) as pool:
        found = pool.map(farthest, tasks)
        print(f"{'fault':<36} {'study':<38} {'caught':>8} {'at least':>9} {'distance':>9}")
        for fault, study, count in rows:
            seen = [next(found) for _ in range(count)]
            distances = [far for far, _ in seen]
            caught = sum(far > 1 for far in distances)
            if fault:
                lower = stats.beta.ppf(0.05, caught, count - caught + 1) if caught else 0.0
                failed += caught < count
                print(
                    f"{fault:<36} {study:<38} {caught:>4}/{count:<3} {lower:>9.1%} {min(distances):>9.3g}", flush=True
                )
                continue
            upper = stats.beta.ppf(0.95, caught + 1, count - caught)
            failed += caught
            number += seen[0][1] if seen else 0
            print(f"{'right':<36} {study:<38} {caught:>4}/{count:<3} {upper:>9.1%} {max(distances):>9.3g}", flush=True)
    print(f"right: {number} checks at a level of {LEVEL:g}: one fails with probability {number * LEVEL:.1g} at most,")
    print("if means over replications are normal; 'at least' of a right simulator is the upper end of what is seen.")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
