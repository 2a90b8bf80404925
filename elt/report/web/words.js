// Text of the headline numbers, and the sentence or two at the top of a page.
const NONE = "none";
const plain = (digits, style = "decimal", sign = "auto") => new Intl.NumberFormat("en-GB", {
  style, minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: sign,
});
const WHOLE = plain(0), TENTH = plain(1), PERCENT = plain(1, "percent"), SIGNED = plain(0, "decimal", "exceptZero");
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
const hours = (value) => (isNumber(value) ? `${TENTH.format(value)}\u00a0h` : NONE);
const percent = (value) => (isNumber(value) ? PERCENT.format(value) : NONE);
const sum = (rows, key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0);
const counted = (number, one, many) => `${WHOLE.format(number)} ${number === 1 ? one : many}`;

/** Returns every headline number of a choice: its text, a note on it, and its value with every digit. */
function numbersOf({ world, department, period }) {
  const days = daysOf(world, department, period);
  const wait = waitsOf(world, department, period);
  const last = days.at(-1);
  const beds = sum(days, "beds"), occupied = sum(days, "occupied_beds");
  const rate = beds ? occupied / beds : null;
  const daily = (key) => (days.length ? sum(days, key) / days.length : 0);
  const over = (step) => days.filter((row) => row.occupancy_rate >= step).length;
  const ofDays = `of ${counted(days.length, "day", "days")}`;
  const held = (key) => ({
    text: TENTH.format(daily(key)), value: daily(key),
    more: `beds, mean of the days: ${percent(share(sum(days, key), occupied))} of occupied beds`,
  });
  const waited = (key, more) => ({ text: hours(wait[key]), value: wait[key], more });
  const beyond = (key, more) => ({ text: percent(wait[key]), value: wait[key], more });
  const flow = (key) => ({ text: WHOLE.format(sum(days, key)), value: sum(days, key), more: `${TENTH.format(daily(key))} a day` });
  const admissions = wait.admissions ?? 0;
  return {
    occupancy: { text: percent(rate), value: rate, more: `of ${WHOLE.format(daily("beds"))} open beds` },
    over_85: { text: WHOLE.format(over(0.85)), value: over(0.85), more: ofDays },
    over_92: { text: WHOLE.format(over(0.92)), value: over(0.92), more: ofDays },
    held_7: held("beds_7_days"),
    held_21: held("beds_21_days"),
    delayed: held("beds_delayed"),
    admissions: { text: WHOLE.format(admissions), value: admissions, more: days.length ? `${TENTH.format(admissions / days.length)} a day` : "" },
    requests: flow("requests"),
    discharges: flow("discharges"),
    queue_growth: { text: SIGNED.format(sum(days, "queue_growth")), value: sum(days, "queue_growth"), more: "patients, from the first day to the last" },
    waiting: { text: last ? WHOLE.format(last.waiting) : NONE, value: last?.waiting, more: last ? `when ${longDay.format(last.day)} ended` : "" },
    at_once: beyond("share_without_wait", "of those admitted, without a wait"),
    wait_p50: waited("wait_hours_p50", "half of the patients waited no longer"),
    wait_p90: waited("wait_hours_p90", `median ${hours(wait.wait_hours_p50)}, P95 ${hours(wait.wait_hours_p95)}`),
    wait_p95: waited("wait_hours_p95", "19 patients in 20 waited no longer"),
    wait_max: waited("wait_hours_max", `of ${counted(admissions, "patient", "patients")}`),
    over_4h: beyond("share_over_4h", "of those admitted"),
    over_12h: beyond("share_over_12h", `over 4 hours: ${percent(wait.share_over_4h)}`),
  };
}

/** Returns a duration in hours as hours, or as minutes if it is shorter than an hour. */
function duration(value) {
  if (value >= 1) return hours(value);
  const minutes = Math.round(value * 60);
  return minutes < 1 ? "a minute" : `${minutes}\u00a0min`;
}

/** Returns a share of the patients in words that stay true where a percentage would be rounded to 0% or 100%. */
function patients(value) {
  if (value === 0) return "no patient";
  if (value === 1) return "every patient";
  if (value < 0.005) return "hardly any patient";
  if (value > 0.995) return "almost every patient";
  return `${PERCENT.format(value)} of the patients`;
}

const ofThem = (value) => patients(value).replace(" of the patients", "");
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// A percentile of fewer patients says little: half of two patients is one of them, and nine tenths of them is nobody.
const FEWEST_FOR_PERCENTILES = 10;

/** Returns how soon the patients of a row of the mart had a bed. */
function bedWords(wait) {
  const atOnce = wait.share_without_wait;
  const first = `${patients(atOnce)} had a bed at once`;
  if (atOnce === 1) return first;
  if (wait.admissions < FEWEST_FOR_PERCENTILES) return `${first}; the longest wait was ${duration(wait.wait_hours_max)}`;
  const half = atOnce < 0.5 ? `, half within ${duration(wait.wait_hours_p50)}` : "";
  const nine = atOnce < 0.9 ? ` and nine in ten within ${duration(wait.wait_hours_p90)}` : "";
  return `${first}${half}${nine}`;
}

const leads = {
  overview: ({ world, department, period }, numbers) => {
    const who = department ? world.names[department] : "the hospital";
    if (!isNumber(numbers.occupancy.value)) return `${sentence(who)} had no open bed in this period.`;
    const wait = waitsOf(world, department, period);
    const waits = wait.admissions ? ` ${sentence(bedWords(wait))}. ${sentence(patients(wait.share_over_12h))} waited over 12 hours.` : "";
    return `When the day ended, ${who} had on average ${numbers.occupancy.text} of its beds occupied; it was at 92% or more on ${numbers.over_92.text} ${numbers.over_92.more}.${waits}`;
  },
  waiting: ({ world, department, period }) => {
    const wait = waitsOf(world, department, period);
    if (!wait.admissions) return "Nobody was admitted in this period, so there are no waits.";
    const over12 = wait.share_over_4h ? `, ${ofThem(wait.share_over_12h)} over 12` : "";
    return `${sentence(bedWords(wait))}. ${sentence(patients(wait.share_over_4h))} waited over 4 hours${over12}.`;
  },
  beds: ({ world, department, period }, numbers) => {
    const days = daysOf(world, department, period);
    const occupied = sum(days, "occupied_beds");
    if (!occupied) return "No bed was occupied when a day of this period ended.";
    return `Of the occupied beds, ${percent(share(sum(days, "beds_7_days"), occupied))} were held by patients in for 7 days or more. `
      + `When the day ended, ${numbers.delayed.text} beds on average were held by patients who were ready to leave, counted once they have left.`;
  },
  flow: (choice, numbers) => {
    const growth = numbers.queue_growth.value;
    const queue = growth > 0 ? `the queue grew by ${counted(growth, "patient", "patients")}`
      : growth < 0 ? `the queue shrank by ${counted(-growth, "patient", "patients")}` : "the queue ended as long as it began";
    return `${counted(numbers.requests.value, "patient", "patients")} asked for a bed and ${numbers.discharges.text} left one; ${queue}.`;
  },
};

/** Returns the level at the end of the period, and the number of days at each level. */
function pressureWords({ world, department, period }) {
  const days = pressureOf(world, department, period);
  const last = days.at(-1);
  const what = `Pressure of ${department ? world.names[department] : "the hospital"} when the period ended`;
  if (!last) return { what, level: "", since: "The marts hold no day of the index.", days: "" };
  const since = [];
  if (isNumber(last.level_since)) since.push(`Since ${longDay.format(last.level_since)}.`);
  if (last.main_component && last.main_component !== "none") since.push(`Weighs most: ${last.main_component}.`);
  if (last.most_pressed) since.push(`Most pressed: ${last.most_pressed}.`);
  const levels = [1, 2, 3, 4].map((level) => [level, days.filter((row) => row.level === level).length]).filter(([, count]) => count);
  return {
    what,
    level: last.level,
    since: since.join(" "),
    days: `Of ${counted(days.length, "day", "days")}: ${levels.map(([level, count]) => `level ${level} on ${WHOLE.format(count)}`).join(", ")}.`,
  };
}
