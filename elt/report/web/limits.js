// Process behaviour charts (XmR) of a daily series: mean, process limits and special causes. Definitions and sources
// are in docs/concepts/variation.md.
const LIMIT = 2.66, RUN = 7, FEWEST_DAYS = 12;
// A difference below this is rounding, so a constant series is neither above nor below its mean.
const ROUNDING = 1e-9;

/** Returns the sign of a difference; 0 if it is rounding. */
const signOf = (difference) => (Math.abs(difference) < ROUNDING ? 0 : Math.sign(difference));

/** Returns the mean of some values and how far the process limits are from it; no distance for fewer than 12 values. */
function processOf(values) {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const ranges = values.slice(1).map((value, at) => Math.abs(value - values[at]));
  const distance = values.length < FEWEST_DAYS ? null : LIMIT * ranges.reduce((total, range) => total + range, 0) / ranges.length;
  return { mean, distance };
}

/** Returns the runs of equal signs other than 0, each with its first place, its length and its sign. */
function runsOf(signs) {
  const runs = [];
  signs.forEach((sign, at) => {
    const last = runs.at(-1);
    if (last && last.sign === sign && last.from + last.length === at) last.length += 1;
    else if (sign) runs.push({ from: at, length: 1, sign });
  });
  return runs;
}

/** Returns the names of the special causes of each value; an empty list if only chance is at work. */
function specialCauses(values, { mean, distance }) {
  const causes = values.map(() => []);
  if (distance === null) return causes;
  const sides = values.map((value) => signOf(value - mean));
  const outside = values.map((value) => signOf(Math.abs(value - mean) - distance) > 0);
  const near = values.map((value, at) => !outside[at] && signOf(Math.abs(value - mean) - distance * 2 / 3) > 0);
  outside.forEach((isOutside, at) => {
    if (isOutside) causes[at].push(sides[at] > 0 ? "above the upper limit" : "below the lower limit");
  });
  for (const { from, length, sign } of runsOf(sides)) {
    if (length < RUN) continue;
    for (let at = from; at < from + length; at += 1) causes[at].push(`${length} days in a row ${sign > 0 ? "above" : "below"} the mean`);
  }
  // A run of rises has one day more than it has rises: the day from which the first one begins.
  for (const { from, length, sign } of runsOf(values.slice(1).map((value, at) => signOf(value - values[at])))) {
    if (length + 1 < RUN) continue;
    for (let at = from; at <= from + length; at += 1) causes[at].push(`${length + 1} days in a row ${sign > 0 ? "rising" : "falling"}`);
  }
  values.forEach((_, at) => {
    const windows = [at - 2, at - 1, at].map((from) => [from, from + 1, from + 2]).filter((places) => sides[places[0]] !== undefined && sides[places[2]] !== undefined);
    const isOne = (places) => places.every((place) => sides[place] === sides[at]) && places.filter((place) => near[place]).length >= 2;
    if (near[at] && windows.some(isOne)) causes[at].push(`two of three days near the ${sides[at] > 0 ? "upper" : "lower"} limit`);
  });
  return causes;
}

/** Returns the series of a choice: that of the address, or the first. */
const seriesOf = (choice) => window.report.series.find((series) => series.key === choice.series) ?? window.report.series[0];

/** Returns the rows of days with the value of the chosen series, its limits and its special causes. */
function processRows(choice, rows) {
  const series = seriesOf(choice);
  const values = rows.map((row) => row[series.column] * series.factor);
  if (!values.length) return [];
  const process = processOf(values);
  const causes = specialCauses(values, process);
  // A limit that the series cannot reach says nothing.
  const reachable = (limit) => (process.distance === null || limit < 0 || limit > (series.highest ?? Infinity) ? null : limit);
  const kinds = { higher: ["better", "worse"], neither: ["neither", "neither"] }[series.worse];
  return rows.map((row, at) => ({
    day: row.day, day_label: row.day_label, department: row.department, series: series.label, value: values[at],
    mean: process.mean, lower: reachable(process.mean - process.distance), upper: reachable(process.mean + process.distance),
    signal: causes[at].join("; "),
    cause: !causes[at].length ? "chance" : kinds[values[at] > process.mean ? 1 : 0],
  }));
}

/** Returns the headline numbers of the chosen series. */
function processNumbers(choice) {
  const rows = processRows(choice, daysOf(choice.world, choice.department, choice.period));
  const last = rows.at(-1) ?? {};
  const special = rows.filter((row) => row.signal).length;
  const tenth = (value) => (isNumber(value) ? (Number.isInteger(value) ? WHOLE : TENTH).format(value) : NONE);
  return {
    process_last: { text: tenth(last.value), value: last.value, more: last.day_label ? `${last.day_label}: ${last.signal || "chance"}` : "" },
    process_mean: { text: tenth(last.mean), value: last.mean, more: seriesOf(choice).label },
    process_limits: {
      text: isNumber(last.lower) || isNumber(last.upper) ? `${tenth(last.lower)} to ${tenth(last.upper)}` : NONE,
      value: last.upper, more: rows.length < FEWEST_DAYS ? `from ${FEWEST_DAYS} days on` : "mean ± 2.66 mean moving ranges",
    },
    process_special: { text: WHOLE.format(special), value: special, more: `of ${counted(rows.length, "day", "days")}` },
  };
}
