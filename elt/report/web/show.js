// Shows a page when it opens, and again after each choice.
const page = document.documentElement.dataset.page;
const shown = charts.filter((chart) => document.querySelector(`[data-chart="${chart.key}"]`));
const trouble = document.getElementById("trouble");
let turn = 0;
let current = null;

function showNumbers(choice) {
  const numbers = page === "variation" ? processNumbers(choice) : numbersOf(choice);
  for (const tile of document.querySelectorAll("#main [data-number]")) {
    const number = numbers[tile.dataset.number];
    if (!number) continue;
    tile.querySelector(".value").textContent = number.text;
    tile.querySelector(".value").dataset.value = isNumber(number.value) ? number.value : "";
    tile.querySelector(".more").textContent = number.more;
    tile.querySelector(".change").textContent = page === "variation" ? "" : changeWords(choice, tile.dataset.number, number);
  }
  if (leads[page]) document.getElementById("lead").textContent = leads[page](choice, numbers);
  const now = document.querySelector(".now");
  if (!now) return;
  const pressure = pressureWords(choice);
  now.dataset.level = pressure.level;
  now.querySelector(".what").textContent = pressure.what;
  now.querySelector(".level b").textContent = pressure.level || NONE;
  now.querySelector(".since").textContent = pressure.since;
  now.querySelector(".days").textContent = pressure.days;
}

function showNames({ world, department, period }) {
  const from = longDay.format(period.first), to = longDay.format(period.last);
  const days = from === to ? from : `${from} to ${to}`;
  const heading = document.querySelector("h1").textContent;
  const whose = department && page !== "trust" ? `${world.names[department]}, ${world.name}` : world.name;
  document.getElementById("hospital-name").textContent = world.name;
  document.getElementById("period").textContent = department && page !== "trust" ? `${world.names[department]} · ${days}` : days;
  document.title = `${heading}: ${whose}`;
  document.getElementById("announcement").textContent = `Showing ${department ? world.names[department] : "all departments"} of ${world.name}, ${days}.`;
}

async function show() {
  turn += 1;
  const mine = turn;
  document.documentElement.dataset.drawn = "no";
  const index = chosenIndex();
  let world;
  try {
    world = await load(index);
  } catch (error) {
    trouble.textContent = error.message;
    trouble.hidden = false;
    return;
  }
  if (mine !== turn) return;
  trouble.hidden = true;
  const choice = choiceOf(world);
  current = choice;
  showChoice(choice, index);
  showNames(choice);
  showNumbers(choice);
  fillDepartments(choice);
  for (const details of document.querySelectorAll("details.figures[open]")) fill(details, choice);
  for (const chart of shown) {
    try {
      await draw(chart, choice, () => mine === turn);
    } catch (error) {
      // If one chart fails, the other charts and its table of figures still work.
      console.error(chart.key, error);
      say(document.querySelector(`[data-chart="${chart.key}"] .drawing`), "This chart could not be drawn; its figures are below.");
    }
    if (mine !== turn) return;
  }
  document.documentElement.dataset.drawn = "yes";
}

for (const head of document.querySelectorAll("[data-table=departments] th[data-sort]")) {
  head.querySelector("button").addEventListener("click", () => {
    sortBy(head.dataset.sort);
    if (current) fillDepartments(current);
  });
}
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", choose);
addEventListener("hashchange", show);
document.querySelector(".skip").addEventListener("click", (event) => {
  // The link only moves the focus, because the address holds the choice.
  event.preventDefault();
  document.getElementById("main").focus();
});
for (const details of document.querySelectorAll("details.figures")) {
  const chart = charts.find((candidate) => candidate.key === details.closest("[data-chart]").dataset.chart);
  details.querySelector(".download").addEventListener("click", () => { if (current) download(chart, current); });
  details.addEventListener("toggle", () => { if (details.open && current) fill(details, current); });
}
show();
