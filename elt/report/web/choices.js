// Choices: hospital, department and period, kept in the address, so that a choice can be sent and goes from page to page.
const form = document.getElementById("choices");
const GROUPS = { year: "Years", quarter: "Quarters", month: "Months" };

const asked = () => new URLSearchParams(location.hash.slice(1));

const indexAsked = () => Math.max(0, hospitals.findIndex((hospital) => hospital.id === asked().get("hospital")));

function choiceOf(world) {
  const wanted = asked();
  const department = wanted.get("department") ?? "";
  const period = world.periods.find((each) => each.key === wanted.get("period")) ?? world.periods[0];
  return { world, department: world.departments.includes(department) ? department : "", period };
}

function setOptions(select, options, value) {
  if (!select) return;
  select.replaceChildren(...options);
  select.value = value;
}

/** Show in the form what is chosen, and carry it along to the other pages. */
function offer({ world, department, period }, index) {
  if (form.elements.hospital) form.elements.hospital.value = hospitals[index].id;
  setOptions(form.elements.department, [
    new Option("All departments", ""), ...world.departments.map((id) => new Option(world.names[id], id)),
  ], department);
  const groups = new Map();
  const periods = [];
  for (const each of world.periods) {
    const option = new Option(each.label, each.key);
    if (!GROUPS[each.kind]) { periods.push(option); continue; }
    if (!groups.has(each.kind)) {
      const group = document.createElement("optgroup");
      group.label = GROUPS[each.kind];
      groups.set(each.kind, group);
      periods.push(group);
    }
    groups.get(each.kind).append(option);
  }
  setOptions(form.elements.period, periods, period.key);
  for (const link of document.querySelectorAll(".pages a, .verdict-line a")) link.hash = location.hash;
}

function choose() {
  const wanted = asked();
  for (const name of ["hospital", "department", "period"]) {
    const select = form.elements[name];
    if (!select) continue;
    if (select.value && !(name === "period" && select.value === "whole")) wanted.set(name, select.value);
    else wanted.delete(name);
  }
  location.replace(`#${wanted}`);
}
