// Figures without a pointer: arrow keys read the rows of a chart in a line below it, and a table lists all of them.

/** Returns the formatter for a number format of the tooltips, such as ",d", ".1%" and "+,d". */
function numberFormat(format) {
  const [, sign, decimals, kind] = /^(\+?),?(?:\.(\d))?([%df])$/.exec(format);
  return plain(Number(decimals ?? 0), kind === "%" ? "percent" : "decimal", sign ? "exceptZero" : "auto");
}

function text(chart, row, key) {
  const value = row[key];
  if (value === null || value === undefined) return "";
  if (!chart.formats[key]) return String(value);
  chart.numbers ??= Object.fromEntries(Object.entries(chart.formats).map(([name, format]) => [name, numberFormat(format)]));
  return chart.numbers[key].format(value);
}

function frame(place, chart, part, world) {
  const box = document.createElement("div");
  box.append(document.createElement("div"));
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", `${chart.title}, ${part.name || world.name}. Arrow keys read its figures.`);
  readByKeys(box, chart, part.rows);
  if (chart.scope !== "each") {
    place.append(box);
    return box;
  }
  const article = document.createElement("article");
  const heading = document.createElement("h3");
  heading.textContent = part.name;
  article.append(heading, box);
  place.append(article);
  return box;
}

function readByKeys(box, chart, rows) {
  const line = document.createElement("p");
  line.className = "reading";
  line.setAttribute("aria-live", "polite");
  let at = -1;
  box.append(line);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    at = Math.max(0, Math.min(rows.length - 1, at + step));
    if (!rows[at]) return;
    line.textContent = Object.entries(chart.columns).map(([key, title]) => `${title} ${text(chart, rows[at], key)}`).join(" · ");
  });
  box.addEventListener("blur", () => {
    line.textContent = "";
    at = -1;
  });
}

function cell(line, words, number, tag = "td") {
  const element = document.createElement(tag);
  if (tag === "th") element.scope = line.parentNode?.tagName === "THEAD" ? "col" : "row";
  element.textContent = words;
  if (number) element.className = "number";
  line.append(element);
}

/** Fills the table of figures of a chart, when a reader opens it. */
function fill(details, choice) {
  const chart = charts.find((candidate) => candidate.key === details.closest("[data-chart]").dataset.chart);
  const rows = drawings(chart, choice).flatMap((part) => part.rows);
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  const columns = Object.entries(chart.columns);
  for (const [key, title] of columns) cell(head, title, Boolean(chart.formats[key]), "th");
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const [key] of columns) cell(line, text(chart, row, key), Boolean(chart.formats[key]));
  }
  details.querySelector(".scroll").replaceChildren(table);
}
