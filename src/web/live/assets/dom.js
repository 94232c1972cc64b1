// Makes elements. Words of others come in as text and stay text: nothing here reads markup.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "value") made.value = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function byId(id) {
  return document.getElementById(id);
}

// Puts new children in the place of the old ones, and the focus back where it was.
export function fill(parent, ...children) {
  const key = parent.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  parent.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  if (key) [...parent.querySelectorAll("[data-key]")].find((child) => child.dataset.key === key)?.focus();
}

// A link that can be followed, if it leads to the web; its words alone, if it leads anywhere else.
export function link(address, words) {
  let isWeb = false;
  try {
    isWeb = ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    // Not an address at all.
  }
  if (!isWeb) return element("span", { class: "address" }, words);
  return element("a", { href: address, class: "address", target: "_blank", rel: "noopener noreferrer" }, words);
}

export function say(words) {
  byId("status").textContent = words;
}

export function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
