(() => {
  const HOUR = 60, DAY = 24 * HOUR;
  const $ = (id) => document.getElementById(id);
  const frames = JSON.parse($("frames").textContent);
  const start = Date.parse(frames.start + "T00:00:00Z");
  const last = frames.minutes - 1;
  const hospital = hospitalStays(frames);

  // Colours: the variables of the style, as the browser resolves them for light, dark or print.

  const colours = {};
  const readColours = () => {
    const probe = document.createElement("span");
    document.body.append(probe);
    for (const name of ["bed", "in-bed", "held-1", "held-2", "delayed", "outlier", "wait-1", "wait-2", "wait-3", "wait-4", "ink", "line", "rule", "focus"]) {
      probe.style.color = `var(--${name})`;
      colours[name] = getComputedStyle(probe).color;
    }
    probe.remove();
  };

  // Time.

  let now = 0, playing = false, before = 0;
  const time = { hour: "2-digit", minute: "2-digit", timeZone: "UTC" };
  const clock = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "long", year: "numeric", ...time });
  const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", ...time });
  const date = (minute) => new Date(start + Math.floor(minute) * 60000);
  const clockText = () => clock.format(date(now));

  const card = detailsCard($("card"));
  const views = hospital.wards.map((ward) => wardView(ward, hospital, card, (minute) => short.format(date(minute))));
  $("wards").append(...views.map((view) => view.figure));

  const draw = () => {
    const all = { occupied: 0, days7: 0, days21: 0, delayed: 0, outliers: 0, waiting: 0, waiting12: 0 };
    const beds = views.reduce((sum, view) => sum + view.draw(now, colours, all), 0);
    const midnight = Math.floor(now / DAY) * DAY;
    const share = beds ? ` of ${beds} (${Math.round(100 * all.occupied / beds)}%)` : "";
    const since = (moments) => upTo(moments, now) - upTo(moments, midnight - 1);
    for (const name in all) $(name).textContent = all[name] + (name === "occupied" ? share : "");
    $("admitted").textContent = since(hospital.admissions);
    $("discharged").textContent = since(hospital.discharges);
    $("clock").textContent = clockText();
    strip.draw(now, colours);
    $("time").value = now;
    $("time").setAttribute("aria-valuetext", clockText());
    return all;
  };
  const announce = (all) => {
    $("announcement").textContent = `${clockText()}: ${$("occupied").textContent} beds occupied, ${all.waiting} waiting`;
    for (const view of views) view.announce();
  };
  const go = (minute) => {
    now = Math.min(Math.max(minute, 0), last);
    announce(draw());
  };
  const step = (moment) => {
    if (!playing) return;
    now = Math.min(now + Math.min(moment - before, 200) / 1000 * Number($("speed").value), last);
    before = moment;
    const all = draw();
    if (now >= last) { play(false); announce(all); } else requestAnimationFrame(step);
  };
  const play = (on) => {
    playing = on;
    $("play").textContent = on ? "Pause" : "Play";
    $("play").setAttribute("aria-pressed", String(on));
    if (!on) return;
    if (now >= last) now = 0;
    requestAnimationFrame((moment) => { before = moment; step(moment); });
  };
  const toggle = () => { play(!playing); if (!playing) go(now); };

  const strip = queueStrip($("strip"), { asked: hospital.asked, admitted: hospital.admitted, last, upTo, go: (minute) => go(minute) });
  $("most").textContent = `at most ${strip.most} waiting`;
  const redraw = () => { readColours(); strip.measure(); draw(); };
  addEventListener("resize", redraw);
  addEventListener("scroll", () => card.hide(), { passive: true });
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", redraw);
  // Paper is light. This comes before the style of print holds, so it cannot be a media query alone.
  addEventListener("beforeprint", () => { document.documentElement.classList.add("paper"); redraw(); });
  addEventListener("afterprint", () => { document.documentElement.classList.remove("paper"); redraw(); });
  for (const view of views) view.listen(draw);
  $("time").max = last;
  $("time").addEventListener("input", () => go(Number($("time").value)));
  $("play").addEventListener("click", toggle);
  $("back").addEventListener("click", () => go(now - DAY));
  $("forward").addEventListener("click", () => go(now + DAY));
  document.addEventListener("keydown", (event) => {
    const own = event.target.tagName === "CANVAS" ? event.key !== " " : ["BUTTON", "SELECT", "INPUT"].includes(event.target.tagName);
    if (own || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === " ") toggle(); else if (way) go(now + way * (event.shiftKey ? DAY : HOUR)); else return;
    event.preventDefault();
  });

  // A time in the fragment of the address: #2024-01-15T08:00
  const linked = () => (Date.parse(location.hash.slice(1) + "Z") - start) / 60000;
  addEventListener("hashchange", () => { if (!Number.isNaN(linked())) go(linked()); });
  readColours();
  strip.measure();
  go(Number.isNaN(linked()) ? 8 * HOUR : linked());
})();
