const CELL = 14, GAP = 2, PITCH = CELL + GAP, ACROSS = 20, DOT = 8, DOTS_ACROSS = 40, DOT_ROWS = 2, MOST_DOTS = DOTS_ACROSS * DOT_ROWS;
const WIDTH = ACROSS * PITCH;
// The bands of the dashboard; a patient is in the last one whose hours are exceeded.
const WAIT_BANDS = [["wait-4", 24], ["wait-3", 12], ["wait-2", 4], ["wait-1", -1]];

/** Draws the beds and the queue of a ward, and describes the one that is pointed at or focused. */
const wardView = (ward, hospital, card, moment) => {
  const figure = document.createElement("figure"), caption = document.createElement("figcaption");
  const name = document.createElement("b"), text = document.createElement("span"), canvas = document.createElement("canvas");
  name.textContent = ward.name;
  caption.append(name, text);
  figure.append(caption, canvas);
  const bedsHigh = Math.ceil(ward.spaces / ACROSS) * PITCH, height = bedsHigh + 4 + DOT_ROWS * DOT;
  const pen = canvas.getContext("2d"), scale = Math.max(devicePixelRatio || 1, 2);
  canvas.width = WIDTH * scale;
  canvas.height = height * scale;
  canvas.style.aspectRatio = `${WIDTH} / ${height}`;
  pen.scale(scale, scale);

  let now = 0, queue = [], pointed = -1, chosen = -1;
  // Places count the beds, then the patients in the queue.
  const box = (place) => {
    if (place < ward.spaces) return [(place % ACROSS) * PITCH, Math.floor(place / ACROSS) * PITCH, CELL];
    const dot = place - ward.spaces;
    return [(dot % DOTS_ACROSS) * DOT + 1, bedsHigh + 5 + Math.floor(dot / DOTS_ACROSS) * DOT, DOT - 2];
  };
  const places = () => ward.spaces + Math.min(queue.length, MOST_DOTS);

  const triangle = (colour, corners) => {
    pen.fillStyle = colour;
    pen.beginPath();
    for (const [x, y] of corners) pen.lineTo(x, y);
    pen.fill();
  };
  const drawBed = (bed, isOpen, colours, seen) => {
    const [x, y] = box(bed), patient = hospital.patient(ward, bed, now);
    if (!patient) {
      pen.strokeStyle = colours.bed;
      pen.setLineDash(isOpen ? [] : [1, 2]);
      pen.strokeRect(x + .75, y + .75, CELL - 1.5, CELL - 1.5);
      pen.setLineDash([]);
      return false;
    }
    const { days, delayed, outlier } = patient;
    seen.occupied += 1;
    seen.days7 += days >= 7;
    seen.days21 += days >= 21;
    seen.delayed += delayed;
    seen.outliers += outlier;
    pen.fillStyle = colours[days >= 21 ? "held-2" : days >= 7 ? "held-1" : "in-bed"];
    pen.fillRect(x, y, CELL, CELL);
    const far = CELL - 3;
    if (delayed) triangle(colours.delayed, [[x + 3, y], [x + CELL, y], [x + CELL, y + far]]);
    if (outlier) triangle(colours.outlier, [[x, y + 5], [x, y + CELL], [x + CELL - 5, y + CELL]]);
    return true;
  };
  const drawQueue = (colours, seen) => {
    queue = hospital.queue(ward, now);
    seen.waiting += queue.length;
    queue.forEach(({ hours }, place) => {
      seen.waiting12 += hours > 12;
      if (place >= MOST_DOTS) return;
      const [x, y, size] = box(ward.spaces + place);
      pen.fillStyle = colours[WAIT_BANDS.find(([, step]) => hours > step)[0]];
      pen.beginPath();
      pen.arc(x + size / 2, y + size / 2, size / 2, 0, 7);
      pen.fill();
    });
  };

  const lines = (place) => (place < ward.spaces
    ? bedLines(ward, place, hospital.patient(ward, place, now), place < hospital.open(ward, now), now, moment)
    : queueLines(ward, place - ward.spaces, queue[place - ward.spaces], moment));
  const show = (place) => {
    if (place < 0 || place >= places()) { card.hide(); return; }
    const [x, y, size] = box(place), frame = canvas.getBoundingClientRect(), shrunk = frame.width / WIDTH;
    card.show(lines(place), { left: frame.left + x * shrunk, top: frame.top + y * shrunk, bottom: frame.top + (y + size) * shrunk });
  };
  /** Says to a screen reader where the keyboard is. */
  const say = () => {
    const place = Math.min(Math.max(chosen, 0), places() - 1);
    canvas.setAttribute("aria-valuemax", places());
    canvas.setAttribute("aria-valuenow", place + 1);
    canvas.setAttribute("aria-valuetext", lines(place).join(". "));
  };

  const draw = (minute, colours, all) => {
    now = minute;
    const seen = { occupied: 0, days7: 0, days21: 0, delayed: 0, outliers: 0, waiting: 0, waiting12: 0 };
    const opened = hospital.open(ward, now);
    // A bed that is to close counts until its patient leaves.
    let beds = opened;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 1.5;
    for (let bed = 0; bed < ward.spaces; bed += 1) {
      if (drawBed(bed, bed < opened, colours, seen) && bed >= opened) beds += 1;
    }
    drawQueue(colours, seen);
    chosen = Math.min(chosen, places() - 1);
    const marked = pointed >= 0 ? pointed : chosen;
    if (marked >= 0) {
      const [x, y, size] = box(marked);
      pen.strokeStyle = colours.focus;
      pen.lineWidth = 2;
      pen.strokeRect(x - 0.5, y - 0.5, size + 1, size + 1);
      show(marked);
    }
    text.textContent = `${seen.occupied} of ${beds}` + (queue.length ? `, ${queue.length} waiting` : "");
    ward.details = `${seen.days7} in for 7 days or more, ${seen.days21} for 21, ${seen.delayed} ready to leave, ${seen.outliers} outliers`;
    for (const key in seen) all[key] += seen[key];
    return beds;
  };
  const announce = () => {
    canvas.setAttribute("aria-label", `${ward.name}: beds ${text.textContent}; ${ward.details}`);
    say();
  };

  const placeAt = (event) => {
    const shrunk = WIDTH / canvas.clientWidth, x = event.offsetX * shrunk, y = event.offsetY * shrunk;
    const place = y < bedsHigh
      ? Math.floor(y / PITCH) * ACROSS + Math.min(Math.floor(x / PITCH), ACROSS - 1)
      : ward.spaces + Math.max(0, Math.floor((y - bedsHigh - 4) / DOT)) * DOTS_ACROSS + Math.floor(x / DOT);
    return (y < bedsHigh ? place < ward.spaces : place < places()) ? place : -1;
  };
  /** Marks what is pointed at or focused; redraw draws the board again at the same time. */
  const listen = (redraw) => {
    const point = (place) => { pointed = place; if (place < 0) card.hide(); redraw(); };
    const choose = (place) => { chosen = place; redraw(); say(); };
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "slider");
    canvas.setAttribute("aria-valuemin", 1);
    canvas.addEventListener("pointermove", (event) => point(placeAt(event)));
    canvas.addEventListener("pointerdown", (event) => point(placeAt(event)));
    canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") point(-1); });
    canvas.addEventListener("focus", () => { if (canvas.matches(":focus-visible")) choose(Math.max(chosen, 0)); });
    canvas.addEventListener("blur", () => { chosen = -1; point(-1); });
    canvas.addEventListener("keydown", (event) => {
      const row = chosen < ward.spaces ? ACROSS : DOTS_ACROSS;
      const next = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, ArrowUp: chosen - row, ArrowDown: chosen + row, Home: 0, End: places() - 1 }[event.key];
      if (event.key === "Escape") { chosen = -1; point(-1); }
      if (next === undefined) return;
      pointed = -1;
      choose(Math.min(Math.max(next, 0), places() - 1));
      event.preventDefault();
    });
  };
  return { figure, draw, announce, listen };
};
