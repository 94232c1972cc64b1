// Opens the pages behind a mail's links in one Chromium, looks at them and presses their buttons.
//
//     node web.js < JOB
//
// JOB is {"chromium", "shots", "pages": [{"name", "url", "press"}]}: each page is opened 320 px wide, by
// day and by night, with the text twice as large too, and judged by axe-core; then its first button is pressed, and
// what comes is looked at the same way, as often as "press" says. With "shots" all are photographed into that folder.
// Prints one JSON object: {"looked": N, "titles": ["…"], "faults": ["…"]}.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

async function main() {
  const job = JSON.parse(fs.readFileSync(0, "utf8"));
  const browser = await chromium.launch({ executablePath: job.chromium, args: ["--no-sandbox", "--disable-gpu"] });
  const faults = [];
  const titles = [];
  let looked = 0;
  for (const { name, url, press } of job.pages) {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
    await context.route(/^https:/, (route) => route.abort());
    const page = await context.newPage();
    let where = name;
    page.on("console", (said) => {
      if (["error", "warning"].includes(said.type())) faults.push(`${where}: the console says ${said.text()}`);
    });
    page.on("response", (answer) => {
      if (answer.status() >= 400) faults.push(`${where}: ${answer.status()} for ${answer.url()}`);
    });
    page.on("pageerror", (error) => faults.push(`${where}: ${error}`));
    await page.goto(url);
    for (let step = 0; step <= press; step += 1) {
      if (step > 0) await Promise.all([page.waitForNavigation(), page.locator("button").first().click()]);
      titles.push(await page.title());
      for (const scheme of ["light", "dark"]) {
        where = `${name}, step ${step}, ${scheme}`;
        await page.emulateMedia({ colorScheme: scheme });
        looked += 1;
        const found = await page.evaluate(look);
        faults.push(...found.map((fault) => `${where}: ${fault}`));
        await page.evaluate(axe);
        const judged = await page.evaluate(() => globalThis.axe.run());
        for (const { id, help, nodes } of judged.violations) {
          faults.push(`${where}: ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" ")}`);
        }
        if (job.shots) {
          await page.screenshot({ path: path.join(job.shots, `${name}-${step}-${scheme}.png`), fullPage: true });
        }
      }
    }
    if ((await context.cookies()).length > 0) faults.push(`${name}: a cookie`);
    await context.close();
  }
  await browser.close();
  console.log(JSON.stringify({ looked, titles, faults }));
}

// Runs in the page.
function look() {
  const faults = [];
  const root = document.documentElement;
  const scrolls = () => root.scrollWidth > root.clientWidth;
  if (scrolls()) faults.push(`scrolls sideways, ${root.scrollWidth} px wide`);
  for (const button of document.querySelectorAll("button")) {
    if (button.getBoundingClientRect().height < 44) faults.push(`“${button.textContent}” is hard to hit`);
  }
  const words = [...document.querySelectorAll("p, h1, h2, li, a, button")].filter((one) => one.checkVisibility());
  const size = (one) => parseFloat(getComputedStyle(one).fontSize);
  for (const one of words) {
    if (one.textContent.trim() && size(one) > 0 && size(one) < 12) faults.push(`“${one.textContent.slice(0, 40)}” is ${size(one)} px high`);
  }
  const before = words.map(size);
  root.style.fontSize = "200%";
  words.forEach((one, at) => {
    const grown = size(one) / before[at];
    if (before[at] > 0 && Math.abs(grown - 2) > 0.05) faults.push(`“${one.textContent.slice(0, 40)}” does not grow with the reader's size`);
  });
  root.style.fontSize = "";
  return faults;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
