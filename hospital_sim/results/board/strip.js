/**
 * Draws the length of the queue over the whole run as a strip, with a line at the time shown.
 * asked and admitted are sorted minutes; upTo(values, minute) counts the values up to a minute.
 */
const queueStrip = (canvas, { asked, admitted, last, upTo, go }) => {
  const pen = canvas.getContext("2d");
  // The queue is longest just after a patient joins it.
  const most = asked.reduce((longest, minute, place) => Math.max(longest, place + 1 - upTo(admitted, minute)), 0);
  let lengths = [], width = 0, height = 0;

  const measure = () => {
    const scale = devicePixelRatio || 1;
    [width, height] = [canvas.clientWidth, canvas.clientHeight];
    [canvas.width, canvas.height] = [width * scale, height * scale];
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    lengths = Array.from({ length: Math.max(width, 1) }, (_, at) => {
      const minute = (at / Math.max(width - 1, 1)) * last;
      return upTo(asked, minute) - upTo(admitted, minute);
    });
    canvas.setAttribute("aria-label", `Patients waiting for a bed over the whole run: at most ${most}`);
  };

  const draw = (now, colours) => {
    pen.clearRect(0, 0, width, height);
    const here = (now / last) * (width - 1);
    const fill = (from, to, colour) => {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.moveTo(from, height);
      for (let at = from; at <= to; at += 1) pen.lineTo(at, height - (lengths[at] / Math.max(most, 1)) * (height - 4));
      pen.lineTo(to, height);
      pen.fill();
    };
    fill(0, Math.floor(here), colours.rule);
    fill(Math.floor(here), width - 1, colours.line);
    pen.fillStyle = colours.ink;
    pen.fillRect(Math.min(Math.max(here - .75, 0), width - 1.5), 0, 1.5, height);
  };

  canvas.addEventListener("click", (event) => go(Math.round((event.offsetX / Math.max(width - 1, 1)) * last)));
  return { measure, draw, most };
};
