// How large the page is, and where Gmail cuts it off.

import { byId, count, element, fill } from "./dom.js";

const kilobytes = (octets) => `${(octets / 1024).toFixed(octets < 10240 ? 1 : 0)} KB`;

export function show({ mail }) {
  if (!mail) {
    fill(byId("meter"));
    return;
  }
  const most = Math.max(mail.clipped * 1.15, mail.size);
  const level = mail.size >= mail.clipped ? "error" : mail.size >= mail.wanted ? "warning" : "fine";
  const words = { error: "Gmail cuts it off", warning: "more than wanted", fine: "fits" }[level];
  const at = (octets) => `${((octets / most) * 100).toFixed(2)}%`;
  const bar = element("div", { class: "fill" });
  bar.style.width = at(mail.size);
  const line = (octets, name) => {
    const made = element("div", { class: `mark ${name}`, "aria-hidden": "true" }, element("span", {}, kilobytes(octets)));
    made.style.insetInlineStart = at(octets);
    return made;
  };
  const track = element(
    "div",
    {
      class: `track ${level}`,
      role: "meter",
      "aria-label": "Size of the HTML part",
      "aria-valuemin": 0,
      "aria-valuemax": Math.round(most),
      "aria-valuenow": mail.size,
      "aria-valuetext": `${kilobytes(mail.size)} of ${kilobytes(mail.clipped)}, ${words}`,
    },
    bar,
    line(mail.wanted, "wanted"),
    line(mail.clipped, "clipped"),
  );
  fill(byId("meter"), element("span", { class: "size" }, `${kilobytes(mail.size)} · ${count(mail.posts, "post")} · ${words}`), track);
}
