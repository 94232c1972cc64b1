// What is shown and how: kept in the address, so that a reload, a bookmark and a colleague see the same.

const USUAL = {
  digest: "",
  edition: "",
  reader: "",
  fresh: "",
  width: "600",
  scheme: "light",
  images: "on",
  client: "any",
  tab: "why",
};

const listeners = [];
const now = { ...USUAL };
for (const [key, value] of new URLSearchParams(location.search)) if (key in USUAL) now[key] = value;

export const view = now;

// Sets some of it; `change` is told to whoever listens as the set of names that are new.
export function set(changes) {
  const names = new Set(Object.keys(changes).filter((name) => now[name] !== String(changes[name])));
  if (names.size === 0) return;
  for (const name of names) now[name] = String(changes[name]);
  const kept = Object.entries(now).filter(([name, value]) => value !== USUAL[name]);
  const query = new URLSearchParams(kept).toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
  for (const listener of listeners) listener(names);
}

export function onChange(listener) {
  listeners.push(listener);
}

// What the server has to know.
export function query(extra = {}) {
  const asked = ["digest", "edition", "reader"].map((name) => [name, now[name]]).filter(([, value]) => value);
  if (now.fresh) asked.push(["fresh", "true"]);
  return new URLSearchParams([...asked, ...Object.entries(extra)]).toString();
}
