// Opens mails in one Chromium and looks at them as a reader would.
//
//     node open.js < JOB
//
// JOB is {"chromium", "pages": [{"name", "file", "widths", "shots"}]}: each page is opened in each width by
// day and by night, in the first also with the marks that Outlook's apps set at night instead of asking the style.
// A mail brings its pictures along: whatever it asks of the network is refused.
// With "shots" a page is photographed into that folder. Prints one JSON object: {"looked": N, "faults": ["…"]}.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

async function main() {
  const job = JSON.parse(fs.readFileSync(0, "utf8"));
  const browser = await chromium.launch({ executablePath: job.chromium, args: ["--no-sandbox", "--disable-gpu"] });
  const faults = [];
  let looked = 0;
  const context = await browser.newContext();
  await context.route(/^https?:/, (route) => route.abort());
  for (const { name, file, widths, shots } of job.pages) {
    const page = await context.newPage();
    await page.goto(`file://${file}`);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      for (const scheme of width === widths[0] ? ["light", "dark", "outlook"] : ["light", "dark"]) {
        await page.emulateMedia({ colorScheme: scheme === "dark" ? "dark" : "light" });
        await page.evaluate(mark, scheme === "outlook");
        looked += 1;
        const found = await page.evaluate(look);
        faults.push(...found.map((fault) => `${name} at ${width} px, ${scheme}: ${fault}`));
        if (shots) await page.screenshot({ path: path.join(shots, `${name}-${width}-${scheme}.png`), fullPage: true });
      }
    }
    await page.close();
  }
  await browser.close();
  console.log(JSON.stringify({ looked, faults }));
}

// Runs in the page.
function mark(isOutlook) {
  for (const name of ["data-ogsc", "data-ogsb"]) document.documentElement.toggleAttribute(name, isOutlook);
}

// Runs in the page.
function look() {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(`scrolls sideways, ${root.scrollWidth} px wide`);

  const rgba = (text) => {
    const parts = text.match(/[\d.]+/g).map(Number);
    return [parts[0], parts[1], parts[2], parts[3] ?? 1];
  };
  const over = (front, back) => [0, 1, 2].map((part) => front[part] * front[3] + back[part] * (1 - front[3]));
  const base = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
  const ground = (element) => {
    const own = rgba(getComputedStyle(element).backgroundColor);
    if (own[3] === 1) return own.slice(0, 3);
    return over(own, element.parentElement ? ground(element.parentElement) : base);
  };
  const luminance = (color) => {
    const [red, green, blue] = color.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };

  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!words || !element.checkVisibility() || ["STYLE", "SCRIPT"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const short = words.slice(0, 40);
    const size = parseFloat(style.fontSize);
    if (size < 12) faults.push(`“${short}” is ${size} px high`);
    const back = ground(element);
    const ratio = contrast(over(rgba(style.color), back), back);
    if (ratio < 4.5) faults.push(`“${short}” has a contrast of ${ratio.toFixed(2)}`);
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    let block = element;
    while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    for (const { left, right, top, bottom } of range.getClientRects()) {
      // A line box is higher than its letters: what overlaps is measured on their middle.
      const shrunk = (bottom - top) / 4;
      boxes.push({ block, short, left, right, top: top + shrunk, bottom: bottom - shrunk });
      if (left < -1 || right > root.clientWidth + 1) faults.push(`“${short}” leaves the page`);
    }
  }
  for (const image of document.images) {
    const { left, right, top, bottom } = image.getBoundingClientRect();
    if (image.checkVisibility()) boxes.push({ block: image, short: `picture ${image.alt}`, left, right, top, bottom });
  }
  boxes.forEach((a, index) => {
    for (const b of boxes.slice(index + 1)) {
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (a.block !== b.block && width > 1 && height > 1) faults.push(`“${a.short}” and “${b.short}” overlap`);
    }
  });
  return [...new Set(faults)];
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
