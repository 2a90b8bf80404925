// The difference of a headline number from the period before.
const MONTHS = { month: 1, quarter: 3, year: 12 };
const SIGNED_TENTH = plain(1, "decimal", "exceptZero");
const inHours = (difference) => `${SIGNED_TENTH.format(difference)}\u00a0h`;
const inPoints = (difference) => `${SIGNED_TENTH.format(difference * 100)}\u00a0points`;
const UNITS = {
  occupancy: inPoints, at_once: inPoints, over_4h: inPoints, over_12h: inPoints,
  wait_p50: inHours, wait_p90: inHours, wait_p95: inHours, wait_max: inHours,
  held_7: SIGNED_TENTH.format, held_21: SIGNED_TENTH.format, delayed: SIGNED_TENTH.format,
};

/** Returns true if a month, quarter or year has figures from its first to its last day. */
function isComplete({ kind, start, first, last }) {
  const begin = new Date(start);
  return first === start && last + DAY === Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + MONTHS[kind], 1);
}

/** Returns the month, quarter or year before a period, if both are complete: a part cannot be compared with a whole. */
function periodBefore(world, period) {
  const before = world.periods[world.periods.indexOf(period) - 1];
  return before?.kind === period.kind && isComplete(before) && isComplete(period) ? before : undefined;
}

/** Returns the change of a headline number against the period before; a dash without one, and nothing for the whole period. */
function changeWords(choice, key, number) {
  const { world, period } = choice;
  if (!MONTHS[period.kind]) return "";
  const before = periodBefore(world, period);
  const earlier = before && numbersOf({ ...choice, period: before })[key].value;
  if (!isNumber(earlier) || !isNumber(number.value)) return "\u2014";
  return `${(UNITS[key] ?? SIGNED.format)(number.value - earlier)} against ${before.label}`;
}
