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
    wait_p50: waited("wait_hours_p50", "half of the patients waited no longer"),
    wait_p90: waited("wait_hours_p90", `median ${hours(wait.wait_hours_p50)}, P95 ${hours(wait.wait_hours_p95)}`),
    wait_p95: waited("wait_hours_p95", "one patient in twenty waited longer"),
    wait_max: waited("wait_hours_max", `of ${counted(admissions, "patient", "patients")}`),
    over_4h: beyond("share_over_4h", "of those admitted"),
    over_12h: beyond("share_over_12h", `over 4 hours: ${percent(wait.share_over_4h)}`),
  };
}

const within = (value) => (value < 0.05 ? "at once" : `within ${hours(value)}`);

/** Returns a share in everyday words. */
function inWords(value) {
  if (value < 0.005) return "hardly anyone";
  if (value > 0.995) return "almost everyone";
  return `${PERCENT.format(value).replace(".0%", "%")} of the patients`;
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const leads = {
  overview: ({ world, department, period }, numbers) => {
    const who = department ? world.names[department] : "the hospital";
    if (!isNumber(numbers.occupancy.value)) return `${sentence(who)} had no open bed in this period.`;
    const waits = isNumber(numbers.wait_p90.value)
      ? ` Nine patients in ten had a bed ${within(numbers.wait_p90.value)}; ${inWords(numbers.over_12h.value)} waited over 12 hours.` : "";
    return `On an average day ${who} had ${numbers.occupancy.text} of its beds occupied, and was at 92% or more on ${numbers.over_92.text} ${numbers.over_92.more}.${waits}`;
  },
  waiting: (choice, numbers) => (isNumber(numbers.wait_p90.value)
    ? `Half of the patients had a bed ${within(numbers.wait_p50.value)}, nine in ten ${within(numbers.wait_p90.value)}. ${sentence(inWords(numbers.over_4h.value))} waited over 4 hours, ${numbers.over_12h.text} over 12.`
    : "Nobody was admitted in this period, so there are no waits."),
  beds: (choice, numbers) => `Of the occupied beds, ${numbers.held_7.more.split(": ")[1].replace(" of occupied beds", "")} were held by patients in for 7 days or more. `
    + `${numbers.delayed.text} beds a day were held by patients who were ready to leave.`,
  flow: (choice, numbers) => {
    const growth = numbers.queue_growth.value;
    const queue = growth > 0 ? `the queue grew by ${counted(growth, "patient", "patients")}`
      : growth < 0 ? `the queue drained by ${counted(-growth, "patient", "patients")}` : "the queue ended as long as it began";
    return `${numbers.requests.text} patients asked for a bed and ${numbers.discharges.text} left one; ${queue}.`;
  },
};

/** Returns the level at the end of the period, and the number of days at each level. */
function pressureWords({ world, period }) {
  const days = pressureOf(world, period);
  const last = days.at(-1);
  if (!last) return { level: "", since: "The marts hold no day of the index.", days: "" };
  const since = [];
  if (isNumber(last.level_since)) since.push(`Since ${longDay.format(last.level_since)}.`);
  if (last.main_component && last.main_component !== "none") since.push(`Weighs most: ${last.main_component}.`);
  if (last.most_pressed) since.push(`Most pressed: ${last.most_pressed}.`);
  const levels = [1, 2, 3, 4].map((level) => [level, days.filter((row) => row.level === level).length]).filter(([, count]) => count);
  return {
    level: last.level,
    since: since.join(" "),
    days: `Of ${counted(days.length, "day", "days")}: ${levels.map(([level, count]) => `level ${level} on ${WHOLE.format(count)}`).join(", ")}.`,
  };
}
