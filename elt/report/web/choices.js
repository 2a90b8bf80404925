// Choices of hospital, department and period. The address holds them, so a link or another page keeps the choice.
const form = document.getElementById("choices");
const GROUPS = { year: "Years", quarter: "Quarters", month: "Months" };

const addressChoice = () => new URLSearchParams(location.hash.slice(1));

const chosenIndex = () => Math.max(0, hospitals.findIndex((hospital) => hospital.id === addressChoice().get("hospital")));

function choiceOf(world) {
  const address = addressChoice();
  const department = address.get("department") ?? "";
  const period = world.periods.find((candidate) => candidate.key === address.get("period")) ?? world.periods[0];
  return { world, department: world.departments.includes(department) ? department : "", period, series: address.get("series") };
}

function setOptions(select, options, value) {
  if (!select) return;
  select.replaceChildren(...options);
  select.value = value;
}

/** Shows the choice in the form, and adds it to the links to the other pages. */
function showChoice(choice, index) {
  const { world, department, period } = choice;
  if (form.elements.series) form.elements.series.value = seriesOf(choice).key;
  if (form.elements.hospital) form.elements.hospital.value = hospitals[index].id;
  setOptions(form.elements.department, [
    new Option("All departments", ""), ...world.departments.map((id) => new Option(world.names[id], id)),
  ], department);
  const groups = new Map();
  const periods = [];
  for (const { key, kind, label } of world.periods) {
    const option = new Option(label, key);
    if (!GROUPS[kind]) { periods.push(option); continue; }
    if (!groups.has(kind)) {
      const group = document.createElement("optgroup");
      group.label = GROUPS[kind];
      groups.set(kind, group);
      periods.push(group);
    }
    groups.get(kind).append(option);
  }
  setOptions(form.elements.period, periods, period.key);
  for (const link of document.querySelectorAll(".pages a, .verdict-line a")) link.hash = location.hash;
}

function choose() {
  const address = addressChoice();
  for (const name of ["hospital", "department", "period", "series"]) {
    const select = form.elements[name];
    if (!select) continue;
    if (select.value && !(name === "period" && select.value === "whole")) address.set(name, select.value);
    else address.delete(name);
  }
  location.replace(`#${address}`);
}
