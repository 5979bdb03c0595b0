// Opens pages in headless Chromium, uses them by keyboard alone, and takes pictures.
//
//     node page.mjs REPLAY.html SUGGEST.html FOLDER
//
// Prints `ok NAME` or `FAILED NAME` for each thing that must hold.
import { chromium } from "playwright-core";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [replay, suggest, folder] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "tune-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const check = (name, holds, said = "") => console.log(holds ? `ok ${name}` : `FAILED ${name} ${said}`);

const page = await browser.newPage();
const trouble = [];
page.on("pageerror", (error) => trouble.push(String(error)));
page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
page.on("request", (request) => request.url().startsWith("file:") || trouble.push(`asks for ${request.url()}`));
const open = async (file) => page.goto(pathToFileURL(resolve(file)).href);
const timeline = page.locator("#timeline");
const says = () => timeline.getAttribute("aria-valuetext");
const view = () => page.locator("#view").textContent();

for (const [file, name] of [[replay, "replay"], [suggest, "suggest"]]) {
  for (const [width, kind] of [[1280, "wide"], [390, "narrow"]]) {
    for (const scheme of ["light", "dark"]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      await open(file);
      await page.waitForTimeout(200);
      const outside = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      check(`${name}-${kind}-${scheme} fits its window`, outside <= 0, `${outside} px too wide`);
      await page.screenshot({ path: join(folder, `${name}-${kind}-${scheme}.png`), fullPage: true });
      await page.screenshot({ path: join(folder, `${name}-${kind}-${scheme}-top.png`) });
    }
  }
}

// What a reader must tell apart from its ground, by WCAG's ratios.
for (const scheme of ["light", "dark"]) {
  await page.emulateMedia({ colorScheme: scheme });
  await open(replay);
  const low = await page.evaluate(() => {
    const of = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const light = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4))
      .reduce((sum, c, n) => sum + c * [.2126, .7152, .0722][n], 0);
    const ratio = (a, b) => { const [x, y] = [light(of(a)), light(of(b))].sort((p, q) => q - p); return (x + .05) / (y + .05); };
    return [["text", "back", 7], ["text", "card", 7], ["quiet", "back", 4.5], ["quiet", "card", 4.5], ["text", "mark", 7], ["quiet", "mark", 4.5],
      ["failed", "card", 3], ["spared", "card", 3], ["lost", "card", 3], ["open", "card", 3], ["focus", "card", 3], ["focus", "back", 3]]
      .filter(([a, b, least]) => ratio(a, b) < least).map(([a, b]) => `${a} on ${b} ${ratio(a, b).toFixed(2)}`);
  });
  check(`contrast-${scheme}`, low.length === 0, low.join(", "));
}

// By keyboard alone.
await page.setViewportSize({ width: 1280, height: 900 });
await page.emulateMedia({ colorScheme: "light" });
await open(replay);
let reached = false;
for (let presses = 0; presses < 20 && !reached; presses++) {
  await page.keyboard.press("Tab");
  reached = await timeline.evaluate((node) => node === document.activeElement);
}
check("the timeline is reached by the tabulator", reached);
await page.keyboard.press("Home");
const first = await says();
await page.keyboard.press("ArrowRight");
const second = await says();
check("an arrow moves the line, and it is said", first !== second && /Trace: \d+ good/.test(second), second);
await page.keyboard.press("PageDown");
const opened = await says();
check("page down finds an opening", /: open/.test(opened), opened);
const whole = await view();
await page.keyboard.press("+");
await page.keyboard.press("+");
const near = await view();
check("plus zooms in", whole !== near, near);
await page.screenshot({ path: join(folder, "replay-zoomed.png") });
await page.keyboard.press("Shift+ArrowRight");
check("shift and an arrow move the view", (await view()) !== near);
for (let presses = 0; presses < 40; presses++) await page.keyboard.press("+");
check("zooming ends somewhere", !/NaN|Infinity/.test(await view()), await view());
await page.keyboard.press("End");
check("the end is said", !/NaN|undefined/.test(await says()), await says());
await page.keyboard.press("0");
check("nought shows all", (await view()) === whole, await view());
await page.getByRole("button", { name: "Next outage" }).focus();
await page.keyboard.press("Enter");
check("a button goes to an outage", (await view()) !== whole && /in an outage/.test(await says()), await says());
await page.screenshot({ path: join(folder, "replay-outage.png") });

// The state that the page reads is the one that was replayed.
const sums = await page.evaluate(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const sum = (column) => column.reduce((a, b) => a + b, 0);
  return data.settings.map(({ steps, spans }) => [sum(steps[3]), sum(spans.filter((s) => s[2]).map(([a, b]) => b - a))]);
});
check("spans and shares of time agree", sums.every(([steps, spans]) => steps === spans), JSON.stringify(sums));
const headers = await page.locator("tbody th[scope=row]").count();
check("each setting has its row of figures", headers === sums.length);

await open(suggest);
const scatter = page.locator("#scatter");
await scatter.focus();
await page.keyboard.press("Home");
const start = await scatter.getAttribute("aria-valuetext");
await page.keyboard.press("ArrowRight");
check("arrows walk along the frontier", start !== (await scatter.getAttribute("aria-valuetext")));
check("one is picked", (await page.locator("tr.picked").count()) === 1);

// Without the script the figures are there.
const plain = await browser.browser()?.newContext({ javaScriptEnabled: false }).catch(() => null);
if (plain) {
  const still = await plain.newPage();
  await still.goto(pathToFileURL(resolve(replay)).href);
  check("the figures need no script", (await still.locator("tbody tr").count()) > 0);
}
check("no errors, and nothing is fetched", trouble.length === 0, trouble.join("; "));
await browser.close();
rmSync(profile, { recursive: true, force: true });
