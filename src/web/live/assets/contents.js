// The tabs' contents, asked for when a tab is opened and when what it shows has changed.

import { fetchTab } from "./api.js";
import * as checks from "./checks.js";
import { count, element, fill, link } from "./dom.js";
import * as pointer from "./pointer.js";
import { panel } from "./tabs.js";
import { view } from "./choices.js";
import * as posts from "./posts.js";

function pre(text, name) {
  const lines = String(text ?? "").split("\n");
  const at = pointer.target?.line && pointer.target.line <= lines.length ? pointer.target.line - 1 : null;
  const children = at === null ? [lines.join("\n")] : [lines.slice(0, at).join("\n") + (at ? "\n" : ""), element("mark", {}, lines[at]), `\n${lines.slice(at + 1).join("\n")}`];
  return element("pre", { class: name, tabindex: "0", role: "group", "aria-label": name }, children);
}

const TABS = {
  why: posts.show,
  checks: checks.show,
  text: (at, reply) => fill(at, pre(reply.text, "text part")),
  mjml: (at, reply) => fill(at, pre(reply.text, "MJML")),
  raw: (at, reply) => fill(at, element("p", { class: "under" }, `${count(reply.octets ?? 0, "octet")} as they go over the wire`), pre(reply.text, "message")),
  context: (at, reply) => fill(at, pre(JSON.stringify(reply.context ?? {}, null, 2), "context")),
  headers: (at, reply) =>
    fill(
      at,
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Field"), element("th", { scope: "col" }, "Says"))),
        element(
          "tbody",
          {},
          (reply.headers ?? []).map(({ name, says }) =>
            element("tr", { class: pointer.target?.header === name ? "pointed" : null }, element("th", { scope: "row" }, name), element("td", {}, says)),
          ),
        ),
      ),
    ),
  links: (at, reply) =>
    fill(
      at,
      element(
        "ul",
        { class: "links" },
        (reply.links ?? []).map((one) =>
          element(
            "li",
            { class: pointer.target?.href === one.href ? "pointed" : null },
            element("button", { type: "button", class: "plain", "data-key": `link ${one.href} ${one.text}`, onclick: () => pointer.showLink(one.href) }, one.text || "(no words)"),
            link(one.href, one.href),
            element("span", { class: "under" }, one.title ? `post: ${one.title}` : one.leaves ? "unsubscribes; here it changes nothing" : "of the layout"),
          ),
        ),
      ),
    ),
};

// Asks for what the open tab shows.
export async function load() {
  const name = TABS[view.tab] ? view.tab : "why";
  const at = panel(name);
  const reply = await fetchTab(name);
  if (!reply) return;
  if (reply.fault) fill(at, element("p", { class: "nothing" }, reply.fault.what));
  else if (Object.keys(reply).length === 0) fill(at, element("p", { class: "nothing" }, "There is no edition to show."));
  else TABS[name](at, reply);
  at.dataset.loaded = "yes";
  at.querySelector("mark, .pointed")?.scrollIntoView({ block: "center" });
  if (name === view.tab) pointer.pointAt(null);
}

// Keeps the number beside the checks up to date, whichever tab is open.
export async function countChecks() {
  if (view.tab === "checks") return;
  const reply = await fetchTab("checks");
  if (reply?.rows) checks.badge(reply.rows);
}
