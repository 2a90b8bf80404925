/** Returns what is known of a bed and its patient as lines of text; the first is the heading. */
const bedLines = (ward, bed, patient, isOpen, now, moment) => {
  const heading = `${ward.name}, bed ${bed + 1}`;
  if (!patient) return [heading, isOpen ? "Free" : "Closed"];
  const { days, waited, delayed, outlier } = patient;
  const lines = [heading, `In since ${moment(patient.since)}: ${durationWords(days * 24)}`, `Aged ${patient.age}`, patient.method];
  lines.push(waited < 1 / 60 ? "Had a bed at once" : `Waited ${durationWords(waited)} for a bed`);
  if (outlier) lines.push(`An outlier, who asked for ${patient.asked}`);
  if (delayed) lines.push(`Ready to leave for ${durationWords((now - patient.ready) / 60)}; waits for ${patient.reason ?? "a reason not recorded"}`);
  if (!isOpen) lines.push("The bed closes when the patient leaves");
  return lines;
};

/** Returns what is known of a patient in the queue as lines of text; the first is the heading. */
const queueLines = (ward, place, patient, moment) => [
  `${ward.name}, number ${place + 1} in the queue`,
  `Waits for a bed since ${moment(patient.since)}: ${durationWords(patient.hours)}`,
  `Aged ${patient.age}`,
];

const durationWords = (hours) => {
  const [value, unit] = hours >= 48 ? [hours / 24, "days"] : hours >= 1 ? [hours, "hours"] : [Math.round(hours * 60), "minutes"];
  return `${unit === "minutes" ? value : value.toFixed(1)} ${unit}`;
};

/** A card beside the bed or patient that is pointed at or focused. */
const detailsCard = (card) => ({
  show: (lines, box) => {
    const parts = lines.map((line, place) => {
      const part = document.createElement(place ? "span" : "b");
      part.textContent = line;
      return part;
    });
    card.replaceChildren(...parts);
    card.hidden = false;
    // Its width depends on its place, so it is measured in a place with room.
    card.style.left = card.style.top = "0";
    const { width, height } = card.getBoundingClientRect();
    const below = box.bottom + 8;
    card.style.left = `${Math.max(8, Math.min(box.left, document.documentElement.clientWidth - width - 8))}px`;
    card.style.top = `${below + height > innerHeight ? Math.max(8, box.top - height - 8) : below}px`;
  },
  hide: () => { card.hidden = true; },
});
