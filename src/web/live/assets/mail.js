// The mail in its frame. A new one is loaded behind the old one and takes its place with its scroll, so that nothing
// flashes. No script runs in it: the sandbox allows none, and neither does the policy that it comes with. It is of our
// origin so that this page may read where it is scrolled to and point at what a check is about.

import { byId, element } from "./dom.js";
import { query, view } from "./choices.js";

let shown = null;
let coming = null;
let onLink = () => {};

export function whenLinkIsClicked(tell) {
  onLink = tell;
}

export function mail() {
  return shown?.contentDocument ?? null;
}

// Loads the mail; resolves when it is shown, to `false` where a newer one took its place.
export function load(version) {
  const { client, scheme, images } = view;
  const frame = element("iframe", {
    title: "The mail as its reader sees it",
    sandbox: "allow-same-origin",
    referrerpolicy: "no-referrer",
    class: "coming",
    src: `/frame?${query({ client, scheme, images, version })}`,
  });
  frame.style.colorScheme = scheme;
  coming?.remove();
  coming = frame;
  return new Promise((done) => {
    frame.addEventListener("load", () => done(swap(frame, version)), { once: true });
    byId("stage").append(frame);
  });
}

function swap(frame, version) {
  if (coming !== frame) return false;
  const inside = frame.contentDocument;
  const before = shown?.contentWindow;
  if (before) frame.contentWindow.scrollTo(before.scrollX, before.scrollY);
  inside?.addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    if (!link) return;
    event.preventDefault();
    onLink(link.getAttribute("href") ?? "");
  });
  frame.classList.remove("coming");
  shown?.remove();
  shown = frame;
  coming = null;
  byId("stage").dataset.version = version;
  return true;
}
