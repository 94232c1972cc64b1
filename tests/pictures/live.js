// Photographs the page of `preview --serve`.
//
//     node live.js CHROMIUM ADDRESS OUT
"use strict";

const path = require("node:path");
const { createRequire } = require("node:module");

// What drives the browser stands with the tests.
const { chromium } = createRequire(path.join(__dirname, "../it/looks/open.js"))("playwright-core");

async function main() {
  const [executablePath, address, out] = process.argv.slice(2);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage({ viewport: { width: 1440, height: 940 }, colorScheme: "light" });
  await page.goto(address);
  await page.waitForSelector("#stage[data-done] iframe:not(.coming)");
  await page.locator("#panel-why summary").first().click();
  await page.locator("#panel-why mark").first().waitFor();
  await page.evaluate(() => {
    const { defaultView: inside } = document.querySelector("#stage iframe").contentDocument;
    inside.scrollTo(0, 400);
    document.activeElement.blur();
  });
  await page.screenshot({ path: out });
  await browser.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
