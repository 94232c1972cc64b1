// Puts the page together: whatever changes, on the disk or by a click, what it touches is asked for again.

import { look, onVersion, post } from "./ask.js";
import * as dialog from "./dialog.js";
import { byId, element, fill, say } from "./element.js";
import * as fault from "./fault.js";
import * as frame from "./frame.js";
import * as inbox from "./inbox.js";
import * as meter from "./meter.js";
import * as parts from "./parts.js";
import * as sidebar from "./sidebar.js";
import * as tabs from "./tabs.js";
import * as tools from "./tools.js";
import { onChange, view } from "./view.js";
import * as width from "./width.js";

const MAIL = ["digest", "edition", "reader", "fresh"];
const FRAME = ["scheme", "images", "client"];

let version = 0;
let isLost = false;

function show(said) {
  byId("publication").textContent = said.publication ?? "Tidings";
  const subject = said.mail?.subject ?? said.publication;
  document.title = subject ? `${subject} – Tidings` : "Preview – Tidings";
  const problems = said.mail?.problems ?? [];
  fill(byId("notice"), problems.length > 0 && element("ul", {}, problems.map((words) => element("li", {}, words))));
  byId("notice").hidden = problems.length === 0 || Boolean(said.fault);
  byId("paper").hidden = !said.mail;
  for (const room of [sidebar, inbox, meter, fault]) room.show(said);
}

async function refresh() {
  const asked = look();
  const loaded = frame.load(version);
  const said = await asked;
  if (said) show(said);
  if (!(await loaded)) return;
  await parts.load();
  await parts.count_checks();
  byId("stage").dataset.done = version;
}

for (const room of [fault, sidebar, tools, width, dialog]) room.start();
tabs.start(() => parts.load());
frame.whenLinkIsClicked((href) => {
  parts.pointAt({ href });
  if (view.tab === "links") parts.load();
  else tabs.open("links");
});
onChange((names) => {
  if (MAIL.some((name) => names.has(name))) refresh();
  else if (FRAME.some((name) => names.has(name))) frame.load(version);
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
