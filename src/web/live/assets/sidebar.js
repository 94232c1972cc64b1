// What there is to choose from, and when the digest goes out.

import { byId, count, element, fill } from "./element.js";
import { set, view } from "./view.js";

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

function digests(said) {
  const all = said.digests ?? [];
  byId("digests-part").hidden = all.length < 2;
  fill(
    byId("digests"),
    all.map(({ name, title }) =>
      choice(`digest ${name}`, name === said.digest, () => set({ digest: name, edition: "" }), title, name),
    ),
  );
}

function editions(said) {
  const next = said.mail && !view.edition ? `${said.mail.isFrozen ? "being sent" : "as it would go out now"}` : "as it would go out now";
  fill(
    byId("editions"),
    choice("edition", !view.edition, () => set({ edition: "" }), "Next", next),
    (said.editions ?? []).map(({ number, subject, date, state }) =>
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

function readers(said) {
  const known = said.readers ?? [];
  const chosen = said.reader;
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

export function show(said) {
  digests(said);
  editions(said);
  readers(said);
  run(said);
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
