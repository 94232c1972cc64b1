// Sends the mail that is shown to an address.

import { post } from "./api.js";
import { byId } from "./dom.js";
import { view } from "./choices.js";

function body(address) {
  const asked = { address, fresh: Boolean(view.fresh) };
  if (view.digest) asked.digest = view.digest;
  if (view.edition) asked.edition = Number(view.edition);
  return asked;
}

async function send(event) {
  event.preventDefault();
  const [reply, go] = [byId("test-said"), byId("test-go")];
  go.disabled = true;
  reply.className = "reply";
  reply.textContent = "Sending…";
  try {
    const answer = await post("/test", body(byId("test-address").value));
    const tested = answer.tested?.[0];
    reply.textContent = tested ? [`${tested.outcome} to ${tested.email}`, tested.reply].filter(Boolean).join(": ") : answer.error;
    reply.className = `reply ${tested?.outcome === "sent" ? "fine" : "error"}`;
  } catch (error) {
    reply.textContent = `The preview does not answer: ${error.message}`;
    reply.className = "reply error";
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
