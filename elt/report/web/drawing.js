// Draws charts: gives Vega-Lite the rows of a choice. Colours are CSS variables, so another theme needs no new drawing.
const drawn = new Map();

const CONFIGURATION = {
  background: null,
  font: getComputedStyle(document.documentElement).getPropertyValue("--text").trim(),
  view: { stroke: null },
  axis: {
    labelColor: "var(--muted)", titleColor: "var(--muted)", labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400,
    gridColor: "var(--grid)", domain: false, ticks: false, labelPadding: 6, titlePadding: 8,
  },
  axisX: { domain: true, domainColor: "var(--line)", ticks: true, tickColor: "var(--line)", tickSize: 4, labelPadding: 4 },
  mark: { aria: false },
  line: { strokeJoin: "round", strokeCap: "round" },
};

function rowsInPeriod(chart, { world, department, period }, rows) {
  switch (chart.time) {
    case "period":
      return rows.filter((row) => row.day >= period.first && row.day <= period.last);
    case "months":
      return rows.filter((row) => row.period_type === "month");
    case "row":
      return rows.filter((row) => row.period_type === period.kind && (period.kind === "whole" || row.day === period.start));
    default:
      return rows;
  }
}

/** Returns the departments by their P90 wait in a period, longest first. */
function byLongestWait(world, period) {
  const p90 = (id) => waitsOf(world, id, period).wait_hours_p90 ?? -1;
  return [...world.fullest].sort((one, other) => p90(other) - p90(one));
}

/** Returns the drawings of a chart for a choice: usually one; for small multiples, one for each department. */
function drawings(chart, choice) {
  const { world, department, period } = choice;
  const rows = rowsInPeriod(chart, choice, decode(world, chart.dataset));
  const ofDepartment = (id) => rows.filter((row) => row.department_id === id);
  const of = chart.key === "process" ? (id) => processRows(choice, ofDepartment(id)) : ofDepartment;
  const order = chart.dataset === "waits" ? byLongestWait(world, chart.time === "row" ? period : world.periods[0]) : world.fullest;
  const chosen = department ? [department] : order;
  switch (chart.scope) {
    case "hospital":
      return [{ rows }];
    case "scope":
      return [{ rows: of(department), name: department ? world.names[department] : "" }];
    case "each":
      return chosen.map((id) => ({ rows: of(id), name: world.names[id], alone: chosen.length === 1 }));
    case "compare":
      return [{ rows: order.flatMap(of).map((row) => ({ ...row, strength: !department || row.department_id === department ? 1 : 0.3 })) }];
    default:
      return [{ rows: chosen.flatMap(of), name: department ? world.names[department] : "" }];
  }
}

/** Returns the parameters of a chart for its rows. Small charts share them, so that they can be compared. */
function limits(parts) {
  const values = (...keys) => parts.flatMap((part) => part.rows.flatMap((row) => keys.map((key) => row[key]))).filter(isNumber);
  const highest = (...keys) => values(...keys).reduce((a, b) => Math.max(a, b), 0);
  const lowest = (...keys) => values(...keys).reduce((a, b) => Math.min(a, b), 1);
  const days = [...new Set(parts.flatMap((part) => part.rows.map((row) => row.day)))];
  return {
    low: Math.min(0.8, Math.floor(lowest("occupancy_rate_7d") * 20) / 20),
    high: Math.max(14, highest("wait_hours_p95", "wait_hours_p90") * 1.1),
    most: Math.max(0.15, highest("share_delayed") * 1.05),
    span: ((far) => [-far, far])(Math.max(1.2, values("deviation").reduce((a, b) => Math.max(a, Math.abs(b)), 0) * 1.05)),
    labels: window.innerWidth < 640 ? 118 : 190,
    wide: window.innerWidth < 640 ? 0 : 1,
    days: Math.max(1, days.length),
    // Of a few weeks each is labelled by its Monday; of many, the axis labels the months.
    starts: days.length <= 14 ? days : null,
  };
}

const ROW_HEIGHTS = { "heat-map": "department", growth: "department", compared: "department", promised: "check" };

function configured(chart, part, parameters, { world, period }) {
  const spec = structuredClone(chart.specification);
  const names = new Set();
  for (const parameter of spec.params ?? []) {
    names.add(parameter.name);
    if (parameter.name in parameters) parameter.value = parameters[parameter.name];
  }
  if (!names.has("days")) spec.params = [...(spec.params ?? []), { name: "days", value: chart.time === "months" ? 366 : parameters.days }];
  if (chart.key === "distribution") {
    spec.params.find((parameter) => parameter.name === "high").value = Math.max(14, ...part.rows.map((row) => row.hours));
  }
  const end = new Date(period.last + DAY);
  const month = Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + (end.getUTCDate() > 1 ? 1 : 0), 1);
  spec.datasets = { ...spec.datasets, rows: part.rows, chosen: [{ from: period.start, to: month }] };
  if (period.kind === "whole") spec.layer = spec.layer?.filter((layer) => layer.data?.name !== "chosen");
  spec.description = `${chart.description} ${part.name || world.name}.`;
  if (part.alone) spec.height = 240;
  if (ROW_HEIGHTS[chart.key]) spec.height *= new Set(part.rows.map((row) => row[ROW_HEIGHTS[chart.key]])).size;
  spec.config = CONFIGURATION;
  return spec;
}

/** Draws a chart; stops as soon as `isCurrent` returns false, because another choice was made. */
async function draw(chart, choice, isCurrent) {
  const place = document.querySelector(`[data-chart="${chart.key}"] .drawing`);
  const parts = drawings(chart, choice);
  for (const result of drawn.get(chart.key) ?? []) result.finalize();
  drawn.set(chart.key, []);
  place.replaceChildren();
  place.classList.toggle("alone", parts.length === 1);
  if (!parts.some((part) => part.rows.length)) {
    say(place, "The marts hold no row for this choice.");
    return;
  }
  const parameters = limits(parts);
  for (const part of parts) {
    await new Promise((resume) => setTimeout(resume));
    if (!isCurrent()) return;
    const box = frame(place, chart, part, choice.world);
    const result = await vegaEmbed(box.firstChild, configured(chart, part, parameters, choice), { actions: false, renderer: "svg", tooltip: { theme: "custom" } });
    if (!isCurrent()) { result.finalize(); return; }
    drawn.get(chart.key).push(result);
  }
}

function say(place, words) {
  const line = document.createElement("p");
  line.className = "nothing";
  line.textContent = words;
  place.append(line);
}
