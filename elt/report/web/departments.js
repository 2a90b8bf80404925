// The table of departments: linked names, a small line of occupancy, and columns that sort.
const sorting = { key: "", direction: 1 };
const SPARK = { width: 120, height: 26 };

/** Returns a line of the occupancy of some days, between the same two values for each department. */
function sparkline(days, low) {
  const rates = days.map((row) => (days.length > 60 ? row.occupancy_rate_7d : row.occupancy_rate));
  const x = (at) => (at / Math.max(1, rates.length - 1)) * (SPARK.width - 4) + 2;
  const y = (rate) => SPARK.height - 2 - ((Math.max(low, rate) - low) / (1 - low)) * (SPARK.height - 4);
  const place = document.createElement("td");
  place.innerHTML = `<svg class="spark" viewBox="0 0 ${SPARK.width} ${SPARK.height}" aria-hidden="true"><path d="${
    rates.map((rate, at) => `${at ? "L" : "M"}${x(at).toFixed(1)} ${y(rate).toFixed(1)}`).join("")}"/></svg>`;
  return place;
}

function linkTo(department, name) {
  const address = addressChoice();
  address.set("department", department);
  const link = document.createElement("a");
  link.href = `#${address}`;
  link.textContent = name;
  return link;
}

/** Returns the departments in the chosen order; one without a value is last in either direction. */
function sorted(lines) {
  if (!sorting.key) return lines;
  const valueOf = ({ name, numbers }) => (sorting.key === "name" ? name : numbers[sorting.key].value);
  const isMissing = (value) => value === undefined || value === null;
  return [...lines].sort((one, other) => {
    const [a, b] = [valueOf(one), valueOf(other)];
    if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b);
    return sorting.direction * (typeof a === "string" ? a.localeCompare(b) : a - b);
  });
}

/** Fills the table of departments with the headline numbers of each. */
function fillDepartments(choice) {
  const card = document.querySelector("[data-table=departments]");
  if (!card) return;
  const { world, period } = choice;
  const keys = card.dataset.numbers.split(" ");
  const days = new Map(world.fullest.map((id) => [id, daysOf(world, id, period)]));
  const low = Math.min(0.8, ...[...days.values()].flat().map((row) => row.occupancy_rate_7d));
  const lines = world.fullest.map((id) => ({ id, name: world.names[id], numbers: numbersOf({ ...choice, department: id }) }));
  const body = document.createElement("tbody");
  for (const { id, name, numbers } of sorted(lines)) {
    const line = body.insertRow();
    if (id === choice.department) line.className = "chosen";
    cell(line, "", false, "th");
    line.lastChild.append(linkTo(id, name));
    line.append(sparkline(days.get(id), low));
    for (const key of keys) cell(line, numbers[key].text, true);
  }
  card.querySelector("tbody").replaceWith(body);
  for (const head of card.querySelectorAll("th[data-sort]")) {
    const isSorted = head.dataset.sort === sorting.key;
    head.setAttribute("aria-sort", !isSorted ? "none" : sorting.direction > 0 ? "ascending" : "descending");
  }
}

/** Sorts by a column, highest first, names from A; the same column again sorts the other way. */
function sortBy(key) {
  sorting.direction = sorting.key === key ? -sorting.direction : key === "name" ? 1 : -1;
  sorting.key = key;
}
