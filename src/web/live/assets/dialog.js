// Sends the mail that is shown to an address.

import { post } from "./ask.js";
import { byId } from "./element.js";
import { view } from "./view.js";

function body(address) {
  const asked = { address, fresh: Boolean(view.fresh) };
  if (view.digest) asked.digest = view.digest;
  if (view.edition) asked.edition = Number(view.edition);
  return asked;
}

async function send(event) {
  event.preventDefault();
  const [said, go] = [byId("test-said"), byId("test-go")];
  go.disabled = true;
  said.className = "said";
  said.textContent = "Sending…";
  try {
    const answer = await post("/test", body(byId("test-address").value));
    const tested = answer.tested?.[0];
    said.textContent = tested ? [`${tested.outcome} to ${tested.email}`, tested.reply].filter(Boolean).join(": ") : answer.error;
    said.className = `said ${tested?.outcome === "sent" ? "fine" : "error"}`;
  } catch (error) {
    said.textContent = `The preview does not answer: ${error.message}`;
    said.className = "said error";
  }
  go.disabled = false;
}

export function start() {
  const dialog = byId("test");
  byId("send").addEventListener("click", () => {
    byId("test-said").textContent = "";
    dialog.showModal();
  });
  byId("test-close").addEventListener("click", () => dialog.close());
  byId("test-form").addEventListener("submit", send);
}
