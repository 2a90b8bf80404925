"use strict";
// The page's script: it takes the rows of the chosen hospital and department and hands them to Vega-Lite.
(() => {
  const DAY = 86400000;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const charts = read("charts");
  const hospitals = new Map();
  const drawn = new Map();
  let turn = 0;

  const dayLabel = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const monthLabel = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

  // A hospital's rows are read when it is first chosen: a page of many hospitals opens as fast as a page of one.
  function hospital(index) {
    if (!hospitals.has(index)) hospitals.set(index, read(`hospital-${index}`));
    return hospitals.get(index);
  }

  function column(encoded, row) {
    if (Array.isArray(encoded)) return encoded[row];
    if (encoded.days) return encoded.days[row] === null ? null : encoded.days[row] * DAY;
    return encoded.values[encoded.codes[row]];
  }

  function decode(world, name) {
    world.decoded ??= {};
    if (world.decoded[name]) return world.decoded[name];
    const dataset = world.datasets[name];
    const names = Object.keys(dataset);
    const labels = new Map();
    const label = (day) => {
      if (!labels.has(day)) labels.set(day, [dayLabel.format(day), monthLabel.format(day)]);
      return labels.get(day);
    };
    const length = names.length ? (dataset[names[0]].codes || dataset[names[0]].days || dataset[names[0]]).length : 0;
    const rows = [];
    for (let at = 0; at < length; at += 1) {
      const row = {};
      for (const key of names) row[key] = column(dataset[key], at);
      if (row.day !== undefined && row.day !== null) [row.day_label, row.month_label] = label(row.day);
      if (row.department_id !== undefined) row.department = world.names[row.department_id] ?? (row.department_id || "The whole hospital");
      if (row.most_pressed_department_id !== undefined) row.most_pressed = world.names[row.most_pressed_department_id] ?? row.most_pressed_department_id;
      rows.push(row);
    }
    world.decoded[name] = rows;
    return rows;
  }

  // Which drawings a chart has for a choice: usually one, for small multiples one for each department.
  function drawings(chart, world, department) {
    const rows = decode(world, chart.dataset);
    const of = (id) => rows.filter((row) => row.department_id === id);
    const order = world.orders[chart.dataset] || world.departments;
    const chosen = department ? [department] : order;
    switch (chart.scope) {
      case "hospital":
        return [{ rows }];
      case "scope":
        return [{ rows: of(department), name: department ? world.names[department] : "" }];
      case "each":
        return chosen.map((id) => ({ rows: of(id), name: world.names[id], alone: chosen.length === 1 }));
      default:
        return [{ rows: department ? of(department) : rows.filter((row) => row.department_id !== ""), name: department ? world.names[department] : "" }];
    }
  }

  // Small charts share their scale, so that they can be compared.
  function limits(chart, parts) {
    const values = (keys) => parts.flatMap((part) => part.rows.flatMap((row) => keys.map((key) => row[key]))).filter((value) => value !== null);
    const limit = {};
    for (const parameter of chart.specification.params || []) {
      if (parameter.name === "low") limit.low = Math.min(0.8, Math.floor(values(["occupancy_rate_7d"]).reduce((a, b) => Math.min(a, b), 1) * 10) / 10);
      if (parameter.name === "high") limit.high = Math.max(4, values(["wait_hours_p95", "wait_hours_p90"]).reduce((a, b) => Math.max(a, b), 0) * 1.05);
      if (parameter.name === "labels") limit.labels = window.innerWidth < 640 ? 118 : 190;
    }
    return limit;
  }

  function configured(chart, part, limit, world) {
    const spec = structuredClone(chart.specification);
    for (const parameter of spec.params || []) if (parameter.name in limit) parameter.value = limit[parameter.name];
    spec.datasets = { ...spec.datasets, rows: part.rows };
    spec.description = `${chart.description} ${part.name || world.name}.`;
    if (part.alone) spec.height = 240;
    if (chart.key === "heat-map") arrange(spec, part, world);
    spec.config = CONFIGURATION;
    return spec;
  }

  // A row of the heat map is as high for one department as for twenty.
  function arrange(spec, part, world) {
    spec.encoding.y.sort = world.orders.beds.map((id) => world.names[id]);
    spec.height *= new Set(part.rows.map((row) => row.department_id)).size;
  }

  const FONT = getComputedStyle(document.documentElement).getPropertyValue("--text").trim();
  const CONFIGURATION = {
    background: null,
    font: FONT,
    padding: { left: 0, right: 4, top: 6, bottom: 0 },
    view: { stroke: null },
    axis: {
      labelColor: "var(--muted)", titleColor: "var(--muted)", labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400,
      gridColor: "var(--grid)", domain: false, ticks: false, labelPadding: 6, titlePadding: 8,
    },
    axisX: { domain: true, domainColor: "var(--line)", ticks: true, tickColor: "var(--line)", tickSize: 4, labelPadding: 4 },
    mark: { aria: false },
    line: { strokeJoin: "round", strokeCap: "round" },
  };

  async function draw(chart, world, department, mine) {
    const place = document.querySelector(`[data-chart="${chart.key}"] .drawing`);
    const parts = drawings(chart, world, department);
    for (const result of drawn.get(chart.key) || []) result.finalize();
    drawn.set(chart.key, []);
    place.replaceChildren();
    place.classList.toggle("alone", parts.length === 1);
    if (!parts.some((part) => part.rows.length)) {
      say(place, "The marts hold no row for this choice.");
      return;
    }
    const limit = limits(chart, parts);
    for (const part of parts) {
      await new Promise((resume) => setTimeout(resume));
      if (mine !== turn) return;
      const box = frame(place, chart, part, world);
      const result = await vegaEmbed(box.firstChild, configured(chart, part, limit, world), { actions: false, renderer: "svg", tooltip: { theme: "custom" } });
      if (mine !== turn) { result.finalize(); return; }
      drawn.get(chart.key).push(result);
    }
  }

  function say(place, words) {
    const line = document.createElement("p");
    line.className = "nothing";
    line.textContent = words;
    place.append(line);
  }

  // One chart that fails leaves the others, and its table of figures.
  function sayFailure(chart, error) {
    console.error(chart.key, error);
    say(document.querySelector(`[data-chart="${chart.key}"] .drawing`), "This chart could not be drawn; its figures are below.");
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
    const heading = document.createElement("h4");
    heading.textContent = part.name;
    article.append(heading, box);
    place.append(article);
    return box;
  }

  // The number formats of the tooltips, such as ",d", ".1%" and "+,d", for the tables.
  function numberFormat(format) {
    const [, sign, decimals, kind] = /^(\+?),?(?:\.(\d))?([%df])$/.exec(format);
    const digits = Number(decimals ?? 0);
    return new Intl.NumberFormat("en-GB", {
      style: kind === "%" ? "percent" : "decimal",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: sign ? "exceptZero" : "auto",
    });
  }

  function text(chart, row, key) {
    const value = row[key];
    if (value === null || value === undefined) return "";
    if (!chart.formats[key]) return String(value);
    chart.numbers ??= Object.fromEntries(Object.entries(chart.formats).map(([name, format]) => [name, numberFormat(format)]));
    return chart.numbers[key].format(value);
  }

  // What the pointer reads in a tooltip, the arrow keys read in a line beneath the chart.
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
      const words = Object.entries(chart.columns).map(([key, title]) => `${title} ${text(chart, rows[at], key)}`);
      line.textContent = words.join(" · ");
    });
    box.addEventListener("blur", () => {
      line.textContent = "";
      at = -1;
    });
  }

  // Tables of figures are made when they are opened.
  function fill(details) {
    const chart = charts.find((each) => each.key === details.closest("[data-chart]").dataset.chart);
    const { world, department } = choice();
    const rows = drawings(chart, world, department).flatMap((part) => part.rows);
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    const columns = Object.entries(chart.columns);
    for (const [key, title] of columns) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = title;
      if (rows.length && typeof rows[0][key] === "number") cell.className = "number";
      head.append(cell);
    }
    const body = table.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      for (const [key] of columns) {
        const cell = line.insertCell();
        cell.textContent = text(chart, row, key);
        if (typeof row[key] === "number") cell.className = "number";
      }
    }
    details.querySelector(".scroll").replaceChildren(table);
  }

  const form = document.getElementById("choices");
  function choice() {
    const world = hospital(Number(form.elements.hospital?.value ?? 0));
    const asked = form.elements.department?.value ?? "";
    return { world, department: world.departments.includes(asked) ? asked : "" };
  }

  function offerDepartments(world) {
    const select = form.elements.department;
    if (!select) return;
    const before = select.value;
    select.replaceChildren(new Option("All departments", ""), ...world.departments.map((id) => new Option(world.names[id], id)));
    select.value = world.departments.includes(before) ? before : "";
  }

  function showHeadlines(world, department) {
    document.getElementById("hospital-name").textContent = world.name;
    document.getElementById("period").textContent = world.period;
    document.title = `${world.name}, ${world.period}`;
    const scope = world.headlines[department];
    for (const [key, { text, more, value }] of Object.entries(scope)) {
      const tile = document.querySelector(`[data-number="${key}"]`);
      tile.querySelector(".value").textContent = text;
      tile.querySelector(".value").dataset.value = value ?? "";
      tile.querySelector(".more").textContent = more;
    }
    fillDepartments(world);
    const now = document.querySelector(".now");
    now.dataset.level = world.pressure.level ?? "";
    now.querySelector(".level b").textContent = world.pressure.level ?? "none";
    now.querySelector(".since").textContent = world.pressure.more;
    now.querySelector(".days").textContent = world.pressure.days;
    document.getElementById("announcement").textContent = `Showing ${department ? world.names[department] : "all departments"} of ${world.name}.`;
  }

  function fillDepartments(world) {
    const body = document.querySelector("[data-table=departments] tbody");
    const rows = world.orders.beds.map((id) => {
      const line = document.createElement("tr");
      const name = document.createElement("th");
      name.scope = "row";
      name.textContent = world.names[id];
      line.append(name);
      for (const { text: value } of Object.values(world.headlines[id])) {
        const cell = line.insertCell();
        cell.className = "number";
        cell.textContent = value;
      }
      return line;
    });
    body.replaceChildren(...rows);
  }

  async function show({ first = false } = {}) {
    turn += 1;
    const mine = turn;
    const { world, department } = choice();
    if (!first) showHeadlines(world, department);
    for (const details of document.querySelectorAll("details.figures[open]")) fill(details);
    document.documentElement.dataset.drawn = "no";
    for (const chart of charts) {
      try {
        await draw(chart, world, department, mine);
      } catch (error) {
        sayFailure(chart, error);
      }
      if (mine !== turn) return;
    }
    document.documentElement.dataset.drawn = "yes";
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    if (event.target.name === "hospital") offerDepartments(choice().world);
    show();
  });
  for (const details of document.querySelectorAll("details.figures")) {
    details.addEventListener("toggle", () => { if (details.open) fill(details); });
  }
  show({ first: true });
})();
