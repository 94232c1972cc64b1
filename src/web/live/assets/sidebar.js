// What there is to choose from, and when the digest goes out.

import { byId, count, element, fill } from "./dom.js";
import { set, view } from "./choices.js";

function choice(key, isChosen, choose, words, under) {
  return element(
    "li",
    {},
    element(
      "button",
      { type: "button", "data-key": key, "aria-current": isChosen ? "true" : null, onclick: choose },
      element("span", { class: "name" }, words),
      under && element("span", { class: "under" }, under),
    ),
  );
}

function digests(reply) {
  const all = reply.digests ?? [];
  byId("digests-part").hidden = all.length < 2;
  fill(
    byId("digests"),
    all.map(({ name, title }) =>
      choice(`digest ${name}`, name === reply.digest, () => set({ digest: name, edition: "" }), title, name),
    ),
  );
}

function editions(reply) {
  const next = reply.mail && !view.edition ? `${reply.mail.isFrozen ? "being sent" : "as it would go out now"}` : "as it would go out now";
  fill(
    byId("editions"),
    choice("edition", !view.edition, () => set({ edition: "" }), "Next", next),
    (reply.editions ?? []).map(({ number, subject, date, state }) =>
      choice(
        `edition ${number}`,
        view.edition === String(number),
        () => set({ edition: number }),
        `${number} · ${subject}`,
        state === "sent" ? `sent ${date}` : `being sent since ${date}`,
      ),
    ),
  );
}

function readers(reply) {
  const known = reply.readers ?? [];
  const chosen = reply.reader;
  const row = ({ address, name, language }) =>
    choice(
      `reader ${address}`,
      view.reader === address,
      () => set({ reader: address }),
      name || address,
      [name ? address : null, language].filter(Boolean).join(" · "),
    );
  const isListed = !view.reader || known.some(({ address }) => address === view.reader);
  const other = isListed || !chosen || chosen.isSample ? null : row(chosen);
  other?.querySelector("button").setAttribute("aria-current", "true");
  fill(
    byId("readers"),
    choice("reader", !view.reader, () => set({ reader: "" }), "A sample reader", "in the publication's language"),
    known.map(row),
    other,
  );
}

function run({ run }) {
  const rows = [];
  const fact = (term, ...words) => rows.push(element("dt", {}, term), element("dd", {}, ...words));
  if (run?.next) {
    fact("When", element("time", { datetime: run.next.utc }, run.next.local), element("span", { class: "under" }, `${run.next.zone} · ${run.next.in}`));
  }
  if (run) fact("Schedule", element("code", {}, run.schedule));
  if (typeof run?.recipients === "number") fact("Recipients", count(run.recipients, "subscriber"));
  fill(byId("run"), rows);
}

export function show(reply) {
  digests(reply);
  editions(reply);
  readers(reply);
  run(reply);
}

export function start() {
  byId("reader-form").addEventListener("submit", (event) => {
    event.preventDefault();
    set({ reader: byId("reader-address").value.trim() });
    byId("reader-address").value = "";
  });
  // On a small screen the mail comes first.
  const narrow = matchMedia("(max-width: 760px)");
  const fold = () => (byId("choose").open = !narrow.matches);
  narrow.addEventListener("change", fold);
  fold();
}
