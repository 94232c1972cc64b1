// Tabs as the ARIA practices have them: one stop for the tab key, arrows between them.

import { byId, element } from "./dom.js";
import { onChange, set, view } from "./choices.js";

const TABS = [
  ["why", "Why"],
  ["checks", "Checks"],
  ["links", "Links"],
  ["text", "Text"],
  ["headers", "Headers"],
  ["mjml", "MJML"],
  ["context", "Context"],
  ["raw", "Message"],
];

let opened = () => {};

export function panel(name) {
  return byId(`panel-${name}`);
}

export function open(name) {
  set({ tab: name });
}

export function badge(name, words, level) {
  const badge = byId(`tab-${name}`).querySelector(".badge");
  badge.textContent = words;
  badge.className = `badge ${level}`;
}

function show() {
  const chosen = TABS.some(([name]) => name === view.tab) ? view.tab : "why";
  for (const [name] of TABS) {
    const tab = byId(`tab-${name}`);
    tab.setAttribute("aria-selected", String(name === chosen));
    tab.tabIndex = name === chosen ? 0 : -1;
    panel(name).hidden = name !== chosen;
  }
  // Only the strip moves: on a phone the page itself would jump to it.
  const [strip, tab] = [byId("tabs"), byId(`tab-${chosen}`)];
  const [left, right] = [tab.offsetLeft - strip.offsetLeft, tab.offsetLeft - strip.offsetLeft + tab.offsetWidth];
  if (left < strip.scrollLeft) strip.scrollLeft = left;
  else if (right > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = right - strip.clientWidth;
  opened(chosen);
}

function press(event) {
  const names = TABS.map(([name]) => name);
  const at = names.findIndex((name) => byId(`tab-${name}`) === event.target);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: names.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  const name = names[(to + names.length) % names.length];
  open(name);
  byId(`tab-${name}`).focus();
}

export function start(whenOpened) {
  byId("tabs").replaceChildren(
    ...TABS.map(([name, words]) =>
      element(
        "button",
        { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, onclick: () => open(name) },
        words,
        element("span", { class: "badge" }),
      ),
    ),
  );
  byId("tabs").addEventListener("keydown", press);
  byId("panels").replaceChildren(
    ...TABS.map(([name]) =>
      element("section", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, tabindex: "0" }),
    ),
  );
  onChange((names) => names.has("tab") && show());
  opened = () => {};
  show();
  opened = whenOpened;
}
