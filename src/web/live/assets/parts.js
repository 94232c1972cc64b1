// The tabs' contents, asked for when a tab is opened and when what it shows has changed.

import { part } from "./ask.js";
import * as checks from "./checks.js";
import { count, element, fill, link } from "./element.js";
import * as place from "./place.js";
import { panel } from "./tabs.js";
import { view } from "./view.js";
import * as why from "./why.js";

let pointed = null;

// Says what the next tab that opens is to point at.
export function pointAt(kind) {
  pointed = kind;
}

function pre(text, name) {
  const lines = String(text ?? "").split("\n");
  const at = pointed?.line && pointed.line <= lines.length ? pointed.line - 1 : null;
  const children = at === null ? [lines.join("\n")] : [lines.slice(0, at).join("\n") + (at ? "\n" : ""), element("mark", {}, lines[at]), `\n${lines.slice(at + 1).join("\n")}`];
  return element("pre", { class: name, tabindex: "0", role: "group", "aria-label": name }, children);
}

const PARTS = {
  why: why.show,
  checks: checks.show,
  text: (at, said) => fill(at, pre(said.text, "text part")),
  mjml: (at, said) => fill(at, pre(said.text, "MJML")),
  raw: (at, said) => fill(at, element("p", { class: "under" }, `${count(said.octets ?? 0, "octet")} as they go over the wire`), pre(said.text, "message")),
  context: (at, said) => fill(at, pre(JSON.stringify(said.context ?? {}, null, 2), "context")),
  headers: (at, said) =>
    fill(
      at,
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Field"), element("th", { scope: "col" }, "Says"))),
        element(
          "tbody",
          {},
          (said.headers ?? []).map(({ name, says }) =>
            element("tr", { class: pointed?.header === name ? "pointed" : null }, element("th", { scope: "row" }, name), element("td", {}, says)),
          ),
        ),
      ),
    ),
  links: (at, said) =>
    fill(
      at,
      element(
        "ul",
        { class: "links" },
        (said.links ?? []).map((one) =>
          element(
            "li",
            { class: pointed?.href === one.href ? "pointed" : null },
            element("button", { type: "button", class: "plain", "data-key": `link ${one.href} ${one.text}`, onclick: () => place.showLink(one.href) }, one.text || "(no words)"),
            link(one.href, one.href),
            element("span", { class: "under" }, one.title ? `post: ${one.title}` : one.leaves ? "unsubscribes; here it changes nothing" : "of the layout"),
          ),
        ),
      ),
    ),
};

// Asks for what the open tab shows.
export async function load() {
  const name = PARTS[view.tab] ? view.tab : "why";
  const at = panel(name);
  const said = await part(name);
  if (!said) return;
  if (said.fault) fill(at, element("p", { class: "nothing" }, said.fault.what));
  else if (Object.keys(said).length === 0) fill(at, element("p", { class: "nothing" }, "There is no edition to show."));
  else PARTS[name](at, said);
  at.dataset.loaded = "yes";
  at.querySelector("mark, .pointed")?.scrollIntoView({ block: "center" });
  if (name === view.tab) pointed = null;
}

// Keeps the number beside the checks up to date, whichever tab is open.
export async function count_checks() {
  if (view.tab === "checks") return;
  const said = await part("checks");
  if (said?.rows) checks.badge(said.rows);
}
