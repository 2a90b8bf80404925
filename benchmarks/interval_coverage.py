"""Measures the coverage of intervals: replications of a hospital with a known mean occupancy, many times over.

With a bed for everyone the number present is Poisson with mean rate times mean stay, whatever the stays (M/G/infinity).
A right program covers it at the stated rate, but for chance. Two faults are planted: one stream that all replications
share, which covers too seldom, and the interval of samples that are not paired for a difference on common random
numbers, which covers too often. Exits 1 if a rate is not the one that is stated, or a fault is not seen.

Run: python benchmarks/interval_coverage.py [experiments]
"""

import math
import sys
from datetime import date

from scipy import stats

from hospital_sim.config import parse_hospital
from hospital_sim.experiments import compare, t_interval
from hospital_sim.hospital import Hospital

TRUTH = 12.0
REPLICATIONS = 5
FIRST, LAST = date(2025, 5, 5), date(2025, 5, 11)


def ward(beds: int, mean_stay: float = 1.0) -> Hospital:
    """Return a ward of twelve requests a day, whose stays are exponential with mean ``mean_stay``."""
    return Hospital(
        parse_hospital(
            {
                "id": "coverage",
                "name": "Coverage",
                "warmup_days": 12,
                "department": [
                    {
                        "id": "ward",
                        "name": "Ward",
                        "treatment_function_code": "300",
                        "beds": beds,
                        "requests_per_day": TRUTH,
                        "stay": {"distribution": "exponential", "mean": mean_stay},
                        "long_stay_share": 0,
                        "delay_share": 0,
                    }
                ],
            }
        )
    )


def covers(values: list[float | None], truth: float, confidence: float) -> bool:
    """Tell whether the interval of values covers the truth."""
    interval = t_interval(values, confidence)
    return interval.low is not None and interval.high is not None and interval.low <= truth <= interval.high


def covers_apart(one: list[float | None], other: list[float | None], truth: float, confidence: float) -> bool:
    """Tell whether the interval of a difference covers the truth when the samples are taken as independent."""
    interval = stats.ttest_ind(other, one).confidence_interval(confidence)
    return bool(interval.low <= truth <= interval.high)


def main(experiments: int = 400) -> None:
    """Print how many intervals cover, and the range in which 999 of 1,000 right programs lie."""
    one, longer = ward(60), ward(60, 1.1)
    found: dict[str, list[int]] = {}
    for seed in range(experiments):
        pair = compare(
            one=one,
            longer=longer,
            start=FIRST,
            end=LAST,
            replications=REPLICATIONS,
            seed=seed,
            metrics=["occupied_beds"],
            workers=1,
        )
        values, others = (each.values("occupied_beds") for each in pair.scenarios.values())
        for confidence in (0.8, 0.95):
            difference = pair.difference("occupied_beds", confidence=confidence)
            cases = {
                f"mean, {confidence:.0%}": covers(values, TRUTH, confidence),
                f"paired difference, {confidence:.0%}": (difference.low or 0) <= 0.1 * TRUTH <= (difference.high or 0),
                f"fault: not paired, {confidence:.0%}": covers_apart(values, others, 0.1 * TRUTH, confidence),
                f"fault: one shared stream, {confidence:.0%}": covers(values[:1] * REPLICATIONS, TRUTH, confidence),
            }
            for name, covered in cases.items():
                found.setdefault(name, []).append(covered)
    wrong = [name for name, covered in found.items() if not _report(name, covered, experiments)]
    sys.exit(1 if wrong else 0)


def _report(name: str, covered: list[int], experiments: int) -> bool:
    confidence = 0.8 if "80%" in name else 0.95
    low, high = stats.binom.interval(0.999, experiments, confidence)
    inside = low <= sum(covered) <= high
    right = inside != name.startswith("fault")
    rate = sum(covered) / experiments
    bounds = f"{math.floor(low) / experiments:.3f} to {math.ceil(high) / experiments:.3f}"
    print(f"{name:<32} {rate:>7.3f}   right: {bounds}   {'as it should be' if right else 'WRONG'}")
    return right


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
