// Everything that is wrong with the edition, the worst first; a click leads there.

import { count, element, fill, say } from "./dom.js";
import * as pointer from "./pointer.js";
import * as tabs from "./tabs.js";

const WORDS = { error: "error", warning: "warning", ok: "holds" };

function go(row, button) {
  if (row.source) {
    // The line of the file, and what it makes of the mail.
    const line = button.parentElement.querySelector(".line-of");
    line.hidden = !line.hidden;
    if (!line.hidden) pointer.show(row.source.trim());
    return;
  }
  const kind = pointer.kind(row.place);
  if (kind?.tab === "mail") {
    if (!pointer.show(row.place)) say("Not in the mail as it is shown");
  } else if (kind?.tab) {
    pointer.pointAt(kind);
    tabs.open(kind.tab);
  }
}

function shown(row, index) {
  const kind = pointer.kind(row.place);
  const title = [element("span", { class: `level ${row.level}` }, WORDS[row.level]), element("span", { class: "message" }, row.message)];
  const leads = row.level !== "ok" && (row.source || kind?.tab);
  return element(
    "li",
    { class: `check ${row.level}` },
    element("span", { class: "rule" }, row.rule),
    leads
      ? element("button", { type: "button", class: "plain", "data-key": `check ${index}`, onclick: (event) => go(row, event.currentTarget) }, title)
      : element("span", { class: "plain" }, title),
    row.place && element("code", { class: "where" }, row.place),
    row.source && element("pre", { class: "line-of", hidden: true, tabindex: "0", role: "group", "aria-label": "The line" }, row.source),
    row.hint && row.level !== "ok" && element("span", { class: "hint" }, row.hint),
  );
}

export function show(panel, { rows }) {
  const bad = rows.filter(({ level }) => level !== "ok");
  bad.sort((a, b) => (a.level === b.level ? 0 : a.level === "error" ? -1 : 1));
  const good = rows.filter(({ level }) => level === "ok");
  badge(rows);
  fill(
    panel,
    bad.length > 0 ? element("ul", { class: "checks" }, bad.map(shown)) : element("p", { class: "good" }, "Nothing is wrong."),
    element("details", {}, element("summary", {}, `${count(good.length, "check")} hold`), element("ul", { class: "checks" }, good.map(shown))),
  );
}

export function badge(rows) {
  const of = (level) => rows.filter((row) => row.level === level).length;
  const [errors, warnings] = [of("error"), of("warning")];
  if (errors) tabs.badge("checks", count(errors, "error"), "error");
  else if (warnings) tabs.badge("checks", count(warnings, "warning"), "warning");
  else tabs.badge("checks", "", "");
}
