// The row that a reader sees before opening the mail, cut where clients cut it.

import { byId, element, fill } from "./dom.js";

function row(kind, title, mail) {
  const snippet = element("span", { class: "snippet" }, mail.snippet);
  const subject = element("span", { class: "subject" }, mail.subject || "(no subject)");
  return element(
    "figure",
    { class: `row ${kind}` },
    element("figcaption", {}, title),
    element(
      "div",
      { class: "line" },
      element("span", { class: "from" }, mail.from),
      element("span", { class: "time" }, mail.date),
      kind === "wide" ? element("span", { class: "words" }, subject, element("span", { class: "dash", "aria-hidden": "true" }, " – "), snippet) : [subject, snippet],
    ),
  );
}

export function show({ mail, nothing }) {
  const inbox = byId("inbox");
  if (!mail) {
    fill(inbox, element("p", { class: "nothing" }, nothing ? `Nothing to send: ${nothing}.` : "No mail to show yet."));
    return;
  }
  fill(inbox, row("wide", "Desktop", mail), row("phone", "Phone", mail));
}
