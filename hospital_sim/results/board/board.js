"use strict";
(() => {
  const HOUR = 60, DAY = 24 * HOUR;
  const CELL = 13, GAP = 3, PITCH = CELL + GAP, ACROSS = 20, DOT = 8, DOTS_ACROSS = 40, DOT_ROWS = 2;
  const $ = (id) => document.getElementById(id);
  const frames = JSON.parse($("frames").textContent);
  const start = Date.parse(frames.start + "T00:00:00Z");
  const last = frames.minutes - 1;

  // Data: from columns to lookups by minute.

  const running = (deltas) => { let sum = 0; return deltas.map((delta) => (sum += delta)); };
  const stays = frames.stays, requests = frames.requests;
  stays.begin = running(stays.begin);
  requests.begin = running(requests.begin);
  const end = (column, index) => (column[index] < 0 ? Infinity : stays.begin[index] + column[index]);

  /** The number of sorted values that are at most a given value. */
  const upTo = (values, value) => {
    let low = 0, high = values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] <= value) low = middle + 1; else high = middle;
    }
    return low;
  };
  const ascending = (values) => Float64Array.from(values).sort();

  const wards = frames.departments.map((entry, place) => ({
    ...entry, place, stays: Array.from({ length: entry.spaces }, () => []), asked: [], admitted: [],
    hue: Math.round((210 + place * 137.508) % 360),
  }));
  stays.place.forEach((place, index) => (wards[place].stays[stays.bed[index] - 1] ??= []).push(index));
  requests.asked.forEach((place, index) => {
    const wait = requests.wait[index];
    wards[place].asked.push(requests.begin[index]);
    wards[place].admitted.push(wait < 0 ? Infinity : requests.begin[index] + wait);
  });
  for (const ward of wards) {
    ward.changes = ward.beds.map((change) => change[0]);
    ward.begins = ward.stays.map((bed) => bed.map((index) => stays.begin[index]));
    // First come, first served, so the patients waiting are the last who asked.
    ward.admitted = ascending(ward.admitted);
  }
  const admissions = stays.begin;
  const discharges = ascending(stays.begin.map((_, index) => end(stays.left, index)));

  /** The stay in a bed at a minute; -1 if there is none. */
  const stayIn = (ward, bed, now) => {
    const index = ward.stays[bed][upTo(ward.begins[bed], now) - 1];
    return index !== undefined && end(stays.left, index) > now ? index : -1;
  };
  const open = (ward, now) => ward.beds[upTo(ward.changes, now) - 1][1];

  // Drawing.

  const colours = {};
  const readColours = () => {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["bed", "ready", "ink", "long", "wait-1", "wait-2", "wait-3"]) {
      colours[name] = style.getPropertyValue("--" + name).trim();
    }
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    for (const ward of wards) {
      ward.shades = (dark ? ["40% 38%", "55% 56%", "75% 80%"] : ["45% 72%", "55% 48%", "60% 26%"])
        .map((shade) => `hsl(${ward.hue} ${shade})`);
    }
  };
  const at = (bed) => [(bed % ACROSS) * PITCH, Math.floor(bed / ACROSS) * PITCH];

  for (const ward of wards) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const name = document.createElement("b");
    name.textContent = ward.name;
    ward.text = document.createElement("span");
    ward.canvas = document.createElement("canvas");
    ward.canvas.setAttribute("role", "img");
    ward.bedsHigh = Math.ceil(ward.spaces / ACROSS) * PITCH;
    const width = ACROSS * PITCH, height = ward.bedsHigh + 4 + DOT_ROWS * DOT, scale = devicePixelRatio || 1;
    ward.canvas.width = width * scale;
    ward.canvas.height = height * scale;
    ward.canvas.style.width = width + "px";
    ward.canvas.style.aspectRatio = `${width} / ${height}`;
    ward.pen = ward.canvas.getContext("2d");
    ward.pen.scale(scale, scale);
    ward.canvas.addEventListener("mousemove", (event) => {
      const shrunk = width / ward.canvas.clientWidth;
      ward.canvas.title = describe(ward, event.offsetX * shrunk, event.offsetY * shrunk);
    });
    caption.append(name, ward.text);
    figure.append(caption, ward.canvas);
    $("wards").append(figure);
  }

  /** Draw a bed; return true if a patient is in it. */
  const drawBed = (ward, bed, isOpen, seen) => {
    const pen = ward.pen, [x, y] = at(bed), index = stayIn(ward, bed, now);
    if (index < 0) {
      pen.strokeStyle = colours.bed;
      pen.setLineDash(isOpen ? [] : [1, 2]);
      pen.strokeRect(x + .75, y + .75, CELL - 1.5, CELL - 1.5);
      return false;
    }
    const days = (now - stays.begin[index]) / DAY;
    const ready = stays.ready[index] < stays.left[index] && end(stays.ready, index) <= now;
    seen.occupied += 1;
    seen.days7 += days >= 7;
    seen.days21 += days >= 21;
    seen.delayed += ready;
    pen.fillStyle = ward.shades[days >= 21 ? 2 : days >= 7 ? 1 : 0];
    pen.fillRect(x, y, CELL, CELL);
    if (ready) {
      pen.fillStyle = colours.ready;
      pen.beginPath();
      pen.moveTo(x + 3, y);
      pen.lineTo(x + CELL, y);
      pen.lineTo(x + CELL, y + CELL - 3);
      pen.fill();
    }
    return true;
  };

  const drawQueue = (ward, seen) => {
    const first = upTo(ward.admitted, now), after = upTo(ward.asked, now), length = after - first;
    seen.waiting += length;
    for (let place = 0; place < length; place += 1) {
      const hours = (now - ward.asked[first + place]) / HOUR;
      seen.waiting12 += hours > 12;
      if (place >= DOTS_ACROSS * DOT_ROWS) continue;
      ward.pen.fillStyle = colours[hours > 12 ? "wait-3" : hours > 4 ? "wait-2" : "wait-1"];
      ward.pen.beginPath();
      const x = (place % DOTS_ACROSS) * DOT + 4, y = ward.bedsHigh + 4 + Math.floor(place / DOTS_ACROSS) * DOT + 4;
      ward.pen.arc(x, y, 3, 0, 7);
      ward.pen.fill();
    }
    return length;
  };

  const drawWard = (ward, all) => {
    const seen = { occupied: 0, days7: 0, days21: 0, delayed: 0, waiting: 0, waiting12: 0 };
    const opened = open(ward, now);
    // A bed that is to close counts until its patient leaves.
    let beds = opened;
    ward.pen.clearRect(0, 0, ward.canvas.width, ward.canvas.height);
    ward.pen.lineWidth = 1.5;
    for (let bed = 0; bed < ward.spaces; bed += 1) {
      if (drawBed(ward, bed, bed < opened, seen) && bed >= opened) beds += 1;
    }
    const waiting = drawQueue(ward, seen);
    ward.text.textContent = `${seen.occupied} of ${beds}` + (waiting ? `, ${waiting} waiting` : "");
    ward.details = `${seen.days7} in for 7 days or more, ${seen.days21} for 21, ${seen.delayed} ready to leave`;
    for (const name in seen) all[name] += seen[name];
    return beds;
  };

  const describe = (ward, x, y) => {
    const bed = Math.floor(y / PITCH) * ACROSS + Math.floor(x / PITCH);
    if (y >= ward.bedsHigh || bed >= ward.spaces) return "";
    const index = stayIn(ward, bed, now);
    if (index < 0) return `Bed ${bed + 1}: ${bed < open(ward, now) ? "free" : "closed"}`;
    const days = (now - stays.begin[index]) / DAY;
    const ready = stays.ready[index] < stays.left[index] ? (now - end(stays.ready, index)) / DAY : -1;
    return `Bed ${bed + 1}: in for ${days.toFixed(1)} days` + (ready >= 0 ? `, ready for ${ready.toFixed(1)}` : "");
  };

  // Time.

  let now = 0, playing = false, before = 0;
  const clock = new Intl.DateTimeFormat("en-GB", {
    weekday: "short", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC",
  });
  const clockText = () => clock.format(new Date(start + Math.floor(now) * 60000));

  const draw = () => {
    const all = { occupied: 0, days7: 0, days21: 0, delayed: 0, waiting: 0, waiting12: 0 };
    const beds = wards.reduce((sum, ward) => sum + drawWard(ward, all), 0);
    const midnight = Math.floor(now / DAY) * DAY;
    const share = beds ? ` of ${beds} (${Math.round(100 * all.occupied / beds)}%)` : "";
    const since = (moments) => upTo(moments, now) - upTo(moments, midnight - 1);
    for (const name in all) $(name).textContent = all[name] + (name === "occupied" ? share : "");
    $("admitted").textContent = since(admissions);
    $("discharged").textContent = since(discharges);
    $("clock").textContent = clockText();
    strip.draw(now, colours);
    $("time").value = now;
    $("time").setAttribute("aria-valuetext", clockText());
    return all;
  };
  const announce = (all) => {
    $("announcement").textContent = `${clockText()}: ${$("occupied").textContent} beds occupied, ${all.waiting} waiting`;
    for (const ward of wards) ward.canvas.setAttribute("aria-label", `${ward.name}: beds ${ward.text.textContent}; ${ward.details}`);
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

  const strip = queueStrip($("strip"), {
    asked: requests.begin, admitted: ascending(wards.flatMap((ward) => [...ward.admitted])), last, upTo, go: (minute) => go(minute),
  });
  $("most").textContent = `at most ${strip.most} waiting`;
  addEventListener("resize", () => { strip.measure(); draw(); });
  $("time").max = last;
  $("time").addEventListener("input", () => go(Number($("time").value)));
  $("play").addEventListener("click", toggle);
  $("back").addEventListener("click", () => go(now - DAY));
  $("forward").addEventListener("click", () => go(now + DAY));
  document.addEventListener("keydown", (event) => {
    if (["BUTTON", "SELECT", "INPUT"].includes(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === " ") toggle(); else if (way) go(now + way * (event.shiftKey ? DAY : HOUR)); else return;
    event.preventDefault();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); draw(); });

  // A time in the fragment of the address: #2024-01-15T08:00
  const linked = () => (Date.parse(location.hash.slice(1) + "Z") - start) / 60000;
  addEventListener("hashchange", () => { if (!Number.isNaN(linked())) go(linked()); });
  readColours();
  strip.measure();
  go(Number.isNaN(linked()) ? 8 * HOUR : linked());
})();
