// Asks the server. What is asked again is not waited for any more.

import { query } from "./choices.js";

const running = new Map();

async function get(kind, path) {
  running.get(kind)?.abort();
  const control = new AbortController();
  running.set(kind, control);
  const answer = await fetch(path, { signal: control.signal });
  return answer.json();
}

// Gives `null` where a newer question has taken the place of this one, or nobody answers.
async function askOrNull(kind, path) {
  try {
    return await get(kind, path);
  } catch {
    return null;
  }
}

export const fetchOverview = () => askOrNull("look", `/look?${query()}`);
export const fetchTab = (name, extra) => askOrNull(`part ${name}`, `/part/${name}?${query(extra)}`);

export async function post(path, body) {
  const token = document.querySelector("meta[name=tidings-token]").content;
  const headers = { "content-type": "application/json", "x-tidings-token": token };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return { error: text.trim() || `the server says ${answer.status}` };
  }
}

// Tells of each new version. A page that nobody sees lets go of its connection: browsers open only six to a server.
export function onVersion(tell, lost) {
  let events = null;
  const open = () => {
    events ??= new EventSource("/events");
    events.onmessage = (event) => tell(Number(event.data));
    events.onerror = lost;
  };
  const close = () => {
    events?.close();
    events = null;
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  open();
}
