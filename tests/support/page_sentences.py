"""What each sentence of the pages claims, and whether the facts say the same.

The sentences are those of ``elt/report/web/words.js``. A sentence that no pattern here knows is a fault too.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from page_facts import Facts

from elt.report.periods import day_text

Check = Callable[[re.Match[str], Facts], bool]

PATIENTS = r"[\d.]+%(?: of the patients)?|(?:no|every|hardly any|almost every) patient"
TIME = r"a minute|\d+\u00a0min|[\d,.]+\u00a0h"
_ROUNDED = 0.0005 + 1e-9
_FEW = 10


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _is_share(text: str, part: int, whole: int) -> bool:
    """Judge a share in words or per cent."""
    share = part / whole
    words = text.casefold()
    if "%" in words:
        return 0.005 <= share <= 0.995 and abs(float(words.split("%")[0]) / 100 - share) <= _ROUNDED
    limits = {
        "no": part == 0,
        "every": part == whole,
        "hardly any": 0 < share < 0.005,
        "almost every": 0.995 < share < 1,
    }
    return limits[words.removesuffix(" patient")]


def _time(text: str) -> tuple[float, float]:
    """Return the shortest and the longest time, in hours, that are written so."""
    if text == "a minute":
        return 0.0, 0.5 / 60
    amount, unit = text.replace(",", "").split("\u00a0")
    hours, half = (float(amount) / 60, 0.5 / 60) if unit == "min" else (float(amount), 0.05)
    return hours - half - 1e-9, hours + half + 1e-9


def _is_within(text: str, share: float, waits: list[float]) -> bool:
    """Judge whether this share of the patients waited no longer, up to one patient, and no shorter time would do."""
    shortest, longest = _time(text)
    no_longer, shorter = sum(wait <= longest for wait in waits), sum(wait < shortest for wait in waits)
    return len(waits) >= _FEW and no_longer >= share * len(waits) - 1 and shorter <= share * (len(waits) - 1) + 1


def _has_bed_words(match: re.Match[str], facts: Facts) -> bool:
    waits, at_once = facts.waits, facts.waits.count(0)
    if not waits or not _is_share(match["at_once"], at_once, len(waits)):
        return False
    named = {name: match[name] for name in ("half", "nine", "longest")}
    if at_once == len(waits):
        return not any(named.values())
    if len(waits) < _FEW:
        shortest, longest = _time(named["longest"] or "-1\u00a0h")
        return shortest <= waits[-1] <= longest and not (named["half"] or named["nine"])
    wanted = {"half": 0.5 if at_once < 0.5 * len(waits) else None, "nine": 0.9 if at_once < 0.9 * len(waits) else None}
    return not named["longest"] and all(
        bool(named[name]) == (share is not None) and (share is None or _is_within(named[name], share, waits))
        for name, share in wanted.items()
    )


def _over(hours: int, facts: Facts) -> int:
    return sum(wait > hours for wait in facts.waits)


class Sentence(NamedTuple):
    """A sentence: its pattern, and its truth."""

    pattern: re.Pattern[str]
    is_true: Check


def _sentence(pattern: str, is_true: Check) -> Sentence:
    return Sentence(re.compile(pattern.format(patients=PATIENTS, time=TIME), re.IGNORECASE), is_true)


_BED_WORDS = _sentence(
    "(?P<at_once>{patients}) had a bed at once(?:; the longest wait was (?P<longest>{time}))?"
    r"(?:, half within (?P<half>{time}))?(?: and nine in ten within (?P<nine>{time}))?\.",
    _has_bed_words,
)

SENTENCES = {
    "overview": (
        _sentence(r".+ had no open bed in this period\.", lambda _, facts: facts.rate() is None),
        _sentence(
            r"When the day ended, .+ had on average ([\d.]+)% of its beds occupied; "
            r"it was at 92% or more on ([\d,]+) of ([\d,]+) days?\.",
            lambda match, facts: (
                abs(float(match[1]) / 100 - (facts.rate() or 0)) <= _ROUNDED
                and _number(match[2]) == sum((facts.rate(day) or 0) >= 0.92 for day in facts.ends)
                and _number(match[3]) == len(facts.ends)
            ),
        ),
        _BED_WORDS,
        _sentence(
            r"({patients}) waited over 12 hours\.",
            lambda match, facts: _is_share(match[1], _over(12, facts), len(facts.waits)),
        ),
    ),
    "waiting": (
        _sentence(r"Nobody was admitted in this period, so there are no waits\.", lambda _, facts: not facts.waits),
        _BED_WORDS,
        _sentence(
            r"({patients}) waited over 4 hours(?:, ({patients}) over 12)?\.",
            lambda match, facts: (
                _is_share(match[1], _over(4, facts), len(facts.waits))
                and (
                    not _over(12, facts)
                    if match[2] is None
                    else _is_share(match[2], _over(12, facts), len(facts.waits))
                )
            ),
        ),
    ),
    "beds": (
        _sentence(r"No bed was occupied when a day of this period ended\.", lambda _, facts: facts.occupied == 0),
        _sentence(
            r"Of the occupied beds, ([\d.]+)% were held by patients in for 7 days or more\.",
            lambda match, facts: abs(float(match[1]) / 100 - facts.held[0] / facts.occupied) <= _ROUNDED,
        ),
        _sentence(
            r"When the day ended, ([\d,.]+) beds on average were held by patients who were ready to leave, "
            r"counted once they have left\.",
            lambda match, facts: abs(float(match[1].replace(",", "")) - facts.held[1] / len(facts.ends)) <= 0.05 + 1e-9,
        ),
    ),
    "flow": (
        _sentence(
            r"([\d,]+) patients? asked for a bed and ([\d,]+) left one; "
            r"the queue (grew by|shrank by|ended as long as it began)(?: ([\d,]+) patients?)?\.",
            lambda match, facts: (
                (_number(match[1]), _number(match[2])) == (facts.asked, facts.left)
                and facts.growth == _number(match[4] or "0") * {"g": 1, "s": -1, "e": 0}[match[3][0]]
                and (facts.growth == 0) == (match[3][0] == "e")
            ),
        ),
    ),
}
"""The sentences that the top of each page may have, in order."""


def wrong_sentences(page: str, text: str, facts: Facts) -> list[str]:
    """Return the sentences that the facts deny, and what is left if nothing here knows a sentence."""
    wrong = []
    for sentence in SENTENCES[page]:
        match = sentence.pattern.match(text)
        if match:
            if not sentence.is_true(match, facts):
                wrong.append(match[0])
            text = text[match.end() :].lstrip()
    return [*wrong, text] if text else wrong


def wrong_pressure(said: Mapping[str, object], name: str, whole: Facts, departments: Mapping[str, Facts]) -> list[str]:
    """Return the words on pressure that the facts deny.

    Args:
        said: The words, and the level.
        name: The name of the department, or ``the hospital``.
        whole: Facts from the first day of all to the end of the period.
        departments: Facts of each department by name, for the department under most pressure.
    """
    levels = {day: 1 + sum(whole.points(day)) // 2 for day in sorted(whole.ends)}
    *_, last = levels
    since = next((day for day in reversed(levels) if levels[day] != levels[last]), None)
    since = min(day for day in levels if since is None or day > since)
    points = whole.points(last)
    right = {
        "what": f"Pressure of {name} when the period ended",
        "level": levels[last],
        "since": f"Since {day_text(since)}.",
    }
    if any(points):
        components = ("occupancy", "delayed discharges", "waiting over 12 hours")
        right["since"] += f" Weighs most: {components[points.index(max(points))]}."
    if not whole.department:
        ranks = {
            place: (-sum(own.points(last)), -(own.rate(last) or 0.0), place)
            for place, own in departments.items()
            if last in own.ends
        }
        right["since"] += f" Most pressed: {min(ranks, key=lambda place: ranks[place])}."
    return [f"{key}: {said[key]}, not {value}" for key, value in right.items() if said[key] != value]


def wrong_days(text: str, facts: Facts) -> bool:
    """Return whether the number of days at each level is not that of the facts."""
    counts = Counter(1 + sum(facts.points(day)) // 2 for day in facts.ends)
    levels = ", ".join(f"level {level} on {counts[level]}" for level in sorted(counts))
    return text != f"Of {len(facts.ends)} {'day' if len(facts.ends) == 1 else 'days'}: {levels}."
