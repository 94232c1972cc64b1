// Where a check's row points: an element or words of the mail, a header, a line of the message, the text part.

import { say } from "./dom.js";
import { mail } from "./mail.js";

let marked = null;

// What the next tab that opens is to point at.
export let target = null;

export function pointAt(kind) {
  target = kind;
}

function unmark() {
  if (!marked) return;
  marked.node.style.outline = marked.outline;
  marked.node.style.outlineOffset = marked.offset;
  marked = null;
}

function point(node) {
  unmark();
  marked = { node, outline: node.style.outline, offset: node.style.outlineOffset };
  node.style.outline = "3px solid #d0342c";
  node.style.outlineOffset = "2px";
  node.scrollIntoView({ block: "center" });
}

// `<img src=a.png>`: the first such element; `<table>`: the first of its kind.
function byTag(inside, place) {
  const tag = place.match(/^<([a-z][a-z0-9]*)((?:\s[^>]*)?)\/?>?/i);
  if (!tag) return null;
  const wanted = [...tag[2].matchAll(/([a-z-]+)=["']?([^"'\s>]+)/gi)];
  const fits = (node) => wanted.every(([, name, value]) => (node.getAttribute(name) ?? "").includes(value));
  return [...inside.getElementsByTagName(tag[1])].find(fits) ?? null;
}

function byAddress(inside, place) {
  const holds = (node) => ["src", "href", "background"].some((name) => node.getAttribute(name) && place && node.getAttribute(name).includes(place));
  return [...inside.querySelectorAll("img, a, td, table")].find(holds) ?? null;
}

function byWords(inside, place) {
  const plain = (text) => text.replace(/\s+/g, " ").trim();
  const sought = plain(place.replace(/…$/, "")).slice(0, 80);
  if (sought.length < 3) return null;
  const walker = inside.createTreeWalker(inside.body, NodeFilter.SHOW_ELEMENT);
  let found = null;
  // The innermost element that has the words.
  while (walker.nextNode()) if (plain(walker.currentNode.textContent).includes(sought)) found = walker.currentNode;
  return found;
}

// Points at a place in the mail; says whether there is one.
export function show(place) {
  const inside = mail();
  if (!inside?.body || !place) return false;
  const found = byTag(inside, place) ?? byAddress(inside, place) ?? byWords(inside, place);
  if (!found) return false;
  point(found);
  say("Shown in the mail");
  return true;
}

// Points at the link to a post.
export function showLink(address) {
  const inside = mail();
  const found = inside && [...inside.querySelectorAll("a[href]")].find((node) => node.getAttribute("href") === address);
  if (found) point(found);
  return Boolean(found);
}

// What kind of place a row names.
export function kind(place) {
  if (!place) return null;
  if (/^\S+\.(mjml|txt|html|css|md|toml|csv|xml)(:\d+)*$/.test(place)) return { tab: null };
  if (place === "text/plain") return { tab: "text" };
  if (/^line \d+$/.test(place)) return { tab: "raw", line: Number(place.slice(5)) };
  if (place === "message" || place === "header") return { tab: "raw" };
  if (/^[A-Z][A-Za-z]*(-[A-Za-z]+)*$/.test(place) && place.length < 40) return { tab: "headers", header: place };
  return { tab: "mail" };
}
