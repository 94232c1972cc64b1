// What is wrong, over the last mail that was right.

import { byId, element, fill, say } from "./dom.js";
import { set, view } from "./choices.js";

let last = "";
let isHidden = false;

function place({ file, line, column }) {
  return [file, line, column].filter((part) => part !== null && part !== undefined).join(":");
}

function draw({ fault, isStale, canSkip }) {
  const acts = [element("button", { type: "button", "data-key": "hide", onclick: hide }, "Hide")];
  if (canSkip && !view.fresh) {
    acts.unshift(element("button", { type: "button", "data-key": "skip", onclick: () => set({ fresh: "1" }) }, "Show the edition without it"));
  }
  const caret = fault.column ? `${" ".repeat(fault.column - 1)}^` : null;
  fill(
    byId("fault"),
    element("p", { class: "kind" }, isStale ? "Not as it stands: this is the last mail that could be made" : "Something is wrong"),
    fault.file && element("p", { class: "place" }, element("code", {}, place(fault))),
    element("p", { class: "what" }, fault.what),
    fault.source !== null &&
      fault.source !== undefined &&
      element("pre", { tabindex: "0", "aria-label": "The line" }, `${fault.line ?? ""} │ ${fault.source}`, caret && `\n${" ".repeat(String(fault.line ?? "").length)} │ ${caret}`),
    fault.hint && element("p", { class: "hint" }, element("strong", {}, "Hint: "), fault.hint),
    element("div", { class: "acts" }, acts),
  );
}

function hide() {
  isHidden = true;
  byId("fault").hidden = true;
  byId("state").focus();
}

export function show(reply) {
  const { fault } = reply;
  const state = byId("state");
  const words = fault ? `${place(fault)} ${fault.what}` : "";
  if (words !== last) isHidden = false;
  state.className = `state ${fault ? "error" : "fine"}`;
  state.textContent = fault ? "Error" : "Live";
  state.disabled = !fault;
  if (fault) draw(reply);
  else fill(byId("fault"));
  byId("fault").hidden = !fault || isHidden;
  if (words && words !== last) say(`Error: ${words}`);
  if (!words && last) say("The error is mended");
  last = words;
  // Whoever wanted to see it as it is has no need to once nothing is wrong.
  if (!fault && view.fresh) set({ fresh: "" });
}

export function lost() {
  const state = byId("state");
  state.className = "state lost";
  state.textContent = "Not connected";
}

export function start() {
  byId("fault").setAttribute("role", "alert");
  byId("state").addEventListener("click", () => {
    isHidden = false;
    byId("fault").hidden = !last;
  });
}
