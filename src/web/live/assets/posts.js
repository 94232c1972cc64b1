// Each post in or out, and why; its teaser, who made it, and the words of the post that it is made of.

import { fetchTab } from "./api.js";
import { count, element, fill, say } from "./dom.js";
import * as pointer from "./pointer.js";

const MAKERS = {
  editor: "an editor's words",
  description: "the publisher's description",
  extract: "extracted from the body",
  lead: "the first sentences",
  llm: "a language model",
  none: "no teaser",
};

async function source(details, index) {
  if (!details.open || details.dataset.done) return;
  details.dataset.done = "yes";
  const reply = await fetchTab("post", { post: index });
  const passages = reply?.passages ?? [];
  const shown = passages.map((passage) =>
    element(
      "p",
      { class: `passage ${passage.place.replace(" ", "-")}` },
      element("span", { class: "place" }, passage.place),
      passage.spans.map(({ text, taken }) => (taken ? element("mark", {}, text) : text)),
    ),
  );
  const has = passages.some((passage) => passage.spans.some(({ taken }) => taken));
  details.append(
    element(
      "div",
      { class: "source", tabindex: "0", role: "group", "aria-label": "The post's own words" },
      has ? null : element("p", { class: "under" }, "None of these words are in the teaser."),
      shown.length ? shown : element("p", { class: "under" }, "The post has no words of its own."),
    ),
  );
}

function within(row) {
  const details = element(
    "details",
    { ontoggle: () => source(details, row.index) },
    element("summary", { "data-key": `source ${row.index}` }, "Where its teaser comes from"),
  );
  const find = () => (row.url && pointer.showLink(row.url)) || pointer.show(row.title) || say("Not in the mail as it is shown");
  return element(
    "li",
    {},
    element("button", { type: "button", class: "plain title", "data-key": `post ${row.index}`, onclick: find }, row.title || "(no title)"),
    element("p", { class: "under" }, [row.source, row.published, row.reason].filter(Boolean).join(" · ")),
    row.url && element("p", { class: "under" }, row.url),
    row.teaser && element("p", { class: "teaser" }, row.teaser.text || "–"),
    row.teaser && element("p", { class: "under" }, element("span", { class: "maker" }, MAKERS[row.teaser.from] ?? row.teaser.from)),
    row.refused?.length ? element("ul", { class: "refused" }, row.refused.map((words) => element("li", {}, words))) : null,
    details,
  );
}

function without(row) {
  return element(
    "li",
    {},
    element("span", { class: "title" }, row.title || "(no title)"),
    element("p", { class: "under" }, [row.source, row.published].filter(Boolean).join(" · ")),
    element("p", { class: "reason" }, row.reason),
  );
}

export function show(panel, reply) {
  const opened = new Set([...panel.querySelectorAll("details[open] > summary")].map((summary) => summary.dataset.key));
  fill(
    panel,
    element("h3", {}, `In: ${count(reply.in.length, "post")}`),
    element("ol", { class: "posts" }, reply.in.map(within)),
    reply.out.length > 0 && element("h3", {}, `Out: ${count(reply.out.length, "post")}`),
    reply.out.length > 0 && element("ul", { class: "posts" }, reply.out.map(without)),
    (reply.passedOver ?? []).map((words) => element("p", { class: "under" }, words)),
  );
  for (const summary of panel.querySelectorAll("summary")) if (opened.has(summary.dataset.key)) summary.parentElement.open = true;
}
