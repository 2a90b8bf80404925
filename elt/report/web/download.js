// The figures of a chart as a CSV file (RFC 4180), made in the page, so that it works from disk.

/** Returns a field of a CSV file. Text that a spreadsheet would run as a formula begins with an apostrophe. */
function csvField(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const words = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
}

/** Returns the figures of a chart as CSV: columns by their names in the marts, and days as ISO dates. */
function csvOf(chart, choice) {
  const rows = drawings(chart, choice).flatMap((part) => part.rows);
  const keys = Object.keys(chart.columns);
  const head = keys.map((key) => key.replace(/_label$/, ""));
  const value = (row, key) => (key === "day_label" && isNumber(row.day) ? new Date(row.day).toISOString().slice(0, 10) : row[key]);
  return [head, ...rows.map((row) => keys.map((key) => value(row, key)))].map((line) => `${line.map(csvField).join(",")}\r\n`).join("");
}

/** Returns the name of the file: page, chart, series, hospital, department and period. */
function csvName(chart, { world, department, period, ...choice }) {
  const series = chart.key === "process" ? [seriesOf(choice).key] : [];
  const parts = [chart.page, chart.key, ...series, world.id, department || "all-departments", period.key];
  return `${parts.map((part) => part.replace(/[^\w-]+/g, "-").slice(0, 60)).join("_")}.csv`;
}

function download(chart, choice) {
  const link = document.createElement("a");
  // With a byte-order mark, because Excel reads UTF-8 only if it begins with one.
  link.href = URL.createObjectURL(new Blob(["\ufeff", csvOf(chart, choice)], { type: "text/csv;charset=utf-8" }));
  link.download = csvName(chart, choice);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
