// The width of the mail: chosen, dragged, or moved with the arrow keys.

import { byId, say } from "./dom.js";
import { onChange, set, view } from "./choices.js";

const LEAST = 280;
const MOST = 1000;

export function width() {
  const asked = Number.parseInt(view.width, 10);
  return Math.min(MOST, Math.max(LEAST, Number.isFinite(asked) ? asked : 600));
}

function show() {
  byId("paper").style.setProperty("--width", `${width()}px`);
  const grip = byId("grip");
  grip.setAttribute("aria-valuemin", LEAST);
  grip.setAttribute("aria-valuemax", MOST);
  grip.setAttribute("aria-valuenow", width());
  grip.setAttribute("aria-valuetext", `${width()} pixels`);
}

function drag(down) {
  const grip = byId("grip");
  const start = down.clientX;
  const before = width();
  // The sheet stands in the middle or at the left edge: it grows to both sides, or to one.
  const paper = byId("paper");
  const both = paper.scrollWidth <= paper.clientWidth ? 2 : 1;
  grip.setPointerCapture(down.pointerId);
  document.body.classList.add("dragging");
  const move = (event) => set({ width: Math.round(Math.min(MOST, Math.max(LEAST, before + (event.clientX - start) * both))) });
  const end = () => {
    document.body.classList.remove("dragging");
    grip.removeEventListener("pointermove", move);
    say(`${width()} pixels wide`);
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end, { once: true });
  grip.addEventListener("pointercancel", end, { once: true });
  down.preventDefault();
  grip.focus();
}

function press(event) {
  const step = event.shiftKey ? 50 : 10;
  const next = { ArrowLeft: width() - step, ArrowRight: width() + step, Home: LEAST, End: MOST }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  set({ width: Math.min(MOST, Math.max(LEAST, next)) });
}

export function start() {
  byId("grip").addEventListener("pointerdown", drag);
  byId("grip").addEventListener("keydown", press);
  onChange((names) => names.has("width") && show());
  show();
}
