// Rows of the datasets. Each hospital has a script of its own, loaded when the hospital is first chosen.
const DAY = 86400000;
const { charts, hospitals } = window.report;
const worlds = new Map();
const loading = new Map();

const dayLabel = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const longDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const WEEKDAYS = ["", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const ASSETS = document.currentScript.src.replace(/[^/]*$/, "");

window.reportHospital = (index, world) => {
  for (const period of world.periods) {
    for (const end of ["start", "first", "last"]) period[end] = Date.parse(period[end]);
  }
  world.decoded = {};
  worlds.set(index, world);
};

/** Returns a promise of the rows of a hospital, by its position in the list. */
function load(index) {
  if (worlds.has(index)) return Promise.resolve(worlds.get(index));
  if (!loading.has(index)) loading.set(index, new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${ASSETS}hospital-${index}.js`;
    script.onload = () => resolve(worlds.get(index));
    script.onerror = () => {
      loading.delete(index);
      reject(new Error("The figures of this hospital are not next to the page. If the report was written again, reload the page."));
    };
    document.head.append(script);
  }));
  return loading.get(index);
}

function column(encoded, row) {
  if (Array.isArray(encoded)) return encoded[row];
  if (encoded.days) return encoded.days[row] === null ? null : encoded.days[row] * DAY;
  return encoded.values[encoded.codes[row]];
}

function periodOf(world, kind, start) {
  return world.periods.find((period) => period.kind === kind && (kind === "whole" || period.start === start));
}

const share = (part, whole) => (whole ? part / whole : 0);

/** Adds names, labels and shares to a row of the marts. */
function complete(row, world, label) {
  if (row.day !== undefined && row.day !== null) row.day_label = label(row.day);
  if (row.department_id !== undefined) row.department = world.names[row.department_id] ?? (row.department_id || "The whole hospital");
  if (row.most_pressed_department_id !== undefined) row.most_pressed = world.names[row.most_pressed_department_id] ?? row.most_pressed_department_id;
  if (row.period_type !== undefined) row.period_label = periodOf(world, row.period_type, row.day)?.label ?? row.day_label;
  if (row.beds_7_days !== undefined) {
    row.share_7_days = share(row.beds_7_days, row.occupied_beds);
    row.share_21_days = share(row.beds_21_days, row.occupied_beds);
    row.share_delayed = share(row.beds_delayed, row.occupied_beds);
  }
  if (row.weekday !== undefined) row.weekday_label = WEEKDAYS[row.weekday];
  if (row.hour !== undefined) row.hour_label = `${String(row.hour).padStart(2, "0")}:00 to ${String(row.hour + 1).padStart(2, "0")}:00`;
  return row;
}

function decode(world, name) {
  if (world.decoded[name]) return world.decoded[name];
  const dataset = world.datasets[name] ?? window.reportTrust?.[name] ?? {};
  const names = Object.keys(dataset);
  const labels = new Map();
  const label = (day) => {
    if (!labels.has(day)) labels.set(day, dayLabel.format(day));
    return labels.get(day);
  };
  const length = names.length ? (dataset[names[0]].codes || dataset[names[0]].days || dataset[names[0]]).length : 0;
  const rows = Array.from({ length }, (_, at) => {
    const row = {};
    for (const key of names) row[key] = column(dataset[key], at);
    return complete(row, world, label);
  });
  return (world.decoded[name] = rows);
}

/** Returns the days of a department in a period; of the hospital for an empty identifier. */
const daysOf = (world, department, period) => decode(world, "days").filter(
  (row) => row.department_id === department && row.day >= period.first && row.day <= period.last);

/** Returns the mart's row with the waits of a choice; an empty object if it has none. */
const waitsOf = (world, department, period) => decode(world, "waits").find((row) => row.department_id === department
  && row.period_type === period.kind && (period.kind === "whole" || row.day === period.start)) ?? {};

/** Returns the days of the pressure index of a department in a period; of the hospital for an empty identifier. */
const pressureOf = (world, department, period) => decode(world, "pressure").filter(
  (row) => row.department_id === department && row.day >= period.first && row.day <= period.last);
