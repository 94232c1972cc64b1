// Puts the page together: whatever changes, on the disk or by a click, what it touches is asked for again.

import { fetchOverview, onVersion, post } from "./api.js";
import { onChange, view } from "./choices.js";
import * as contents from "./contents.js";
import * as dialog from "./dialog.js";
import * as display from "./display.js";
import { byId, element, fill, say } from "./dom.js";
import * as fault from "./fault.js";
import * as inbox from "./inbox.js";
import * as mail from "./mail.js";
import * as pointer from "./pointer.js";
import * as sidebar from "./sidebar.js";
import * as size from "./size.js";
import * as tabs from "./tabs.js";
import * as width from "./width.js";

const MAIL = ["digest", "edition", "reader", "fresh"];
const FRAME = ["scheme", "images", "client"];

let version = 0;
let isLost = false;

function show(reply) {
  byId("publication").textContent = reply.publication ?? "Tidings";
  const subject = reply.mail?.subject ?? reply.publication;
  document.title = subject ? `${subject} – Tidings` : "Preview – Tidings";
  const problems = reply.mail?.problems ?? [];
  fill(byId("notice"), problems.length > 0 && element("ul", {}, problems.map((words) => element("li", {}, words))));
  byId("notice").hidden = problems.length === 0 || Boolean(reply.fault);
  byId("paper").hidden = !reply.mail;
  for (const section of [sidebar, inbox, size, fault]) section.show(reply);
}

async function refresh() {
  const asked = fetchOverview();
  const loaded = mail.load(version);
  const reply = await asked;
  if (reply) show(reply);
  if (!(await loaded)) return;
  await contents.load();
  await contents.countChecks();
  byId("stage").dataset.done = version;
}

for (const section of [fault, sidebar, display, width, dialog]) section.start();
tabs.start(() => contents.load());
mail.whenLinkIsClicked((href) => {
  pointer.pointAt({ href });
  if (view.tab === "links") contents.load();
  else tabs.open("links");
});
onChange((names) => {
  if (MAIL.some((name) => names.has(name))) refresh();
  else if (FRAME.some((name) => names.has(name))) mail.load(version);
});
byId("fetch").addEventListener("click", async () => {
  say("Asking the sources");
  await post("/fetch", {});
});
onVersion((number) => {
  // A page that was hidden for a while hears the number it knows.
  if (number === version && !isLost) return;
  isLost = false;
  const isFirst = version === 0;
  version = number;
  if (!isFirst) say("Updated");
  refresh();
}, () => {
  isLost = true;
  fault.lost();
});
