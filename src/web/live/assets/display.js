// How the mail is shown: its width, its colours, its pictures, and with whose eyes.

import { byId, element } from "./dom.js";
import { onChange, set, view } from "./choices.js";

const TOOLS = [
  ["width", "Width", [["320", "320"], ["375", "375"], ["600", "600"], ["800", "800"]]],
  ["scheme", "Colours", [["light", "Light"], ["dark", "Dark"]]],
  ["images", "Pictures", [["on", "On"], ["off", "Off"]]],
  ["client", "Seen in", [["any", "As it is"], ["gmail", "Gmail"], ["outlook", "Outlook"]]],
];

const HINTS = {
  gmail: "What Gmail in a browser takes away: styles it does not know, questions after the night, what is over 16 KB",
  outlook: "What Outlook for Windows takes: no media queries, no rounded corners, its own conditional comments",
};

export function start() {
  const tools = TOOLS.map(([name, title, choices]) =>
    element(
      "fieldset",
      { class: "tool" },
      element("legend", {}, title),
      element(
        "div",
        { class: "segments" },
        choices.map(([value, words]) =>
          element(
            "label",
            { title: HINTS[value] ?? null },
            element("input", { type: "radio", name, value, onchange: () => set({ [name]: value }) }),
            element("span", {}, words),
          ),
        ),
      ),
    ),
  );
  const own = element("output", { id: "width-now", for: "grip" });
  tools[0].append(own);
  byId("tools").replaceChildren(...tools);
  const show = () => {
    for (const input of byId("tools").querySelectorAll("input")) input.checked = view[input.name] === input.value;
    own.textContent = `${view.width} px`;
  };
  onChange(show);
  show();
}
