// Drives the page from a file, as a reader with a keyboard would. Usage: node drive.mjs PAGE PICTURE FOLDER
// Leaves screenshots in the folder, and in its `src/main.rs` the code that the page shows for many settings.
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { SETTINGS, program } from "./copied.mjs";

const [page, picture, folder] = process.argv.slice(2);
const address = pathToFileURL(page).href;
// As root, and without the lookups that a browser makes on its own.
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });

const complaints = [];
const contexts = [];
async function open(options = {}, hash = "") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  contexts.push(context);
  const tab = await context.newPage();
  // Time in the page is slower than it says on a machine that is busy.
  tab.setDefaultTimeout(60000);
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(error.message));
  tab.on("request", (request) => /^(file|data):/.test(request.url()) || complaints.push(`asks for ${request.url()}`));
  await tab.goto(address + hash);
  await state(tab, "Closed");
  return tab;
}
const text = (tab, id) => tab.locator(`#${id}`).textContent();
const state = (tab, ...names) => tab.waitForFunction((all) => all.includes(document.getElementById("state").textContent), names);
const number = async (tab, name) => Number(await text(tab, `count-${name}`));
function must(holds, what) {
  if (!holds) throw new Error(what);
}
/** A slider, by the keyboard alone. */
async function press(tab, name, ...keys) {
  await tab.focus(`#set-${name}`);
  for (const key of keys) await tab.keyboard.press(key);
}

let [passed, failed] = [0, 0];
async function check(name, test) {
  try {
    await test();
    passed += 1;
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}: ${error.message.split("\n")[0]}`);
  }
  for (const context of contexts.splice(0)) await context.close();
}

await check("healthy calls pass a closed breaker", async () => {
  const tab = await open({}, "#failures=0");
  await tab.waitForFunction(() => Number(document.getElementById("count-success").textContent) >= 3);
  must((await text(tab, "says")).startsWith("Calls pass."), await text(tab, "says"));
  must((await number(tab, "rejected")) === 0, "some were rejected");
});

await check("by keyboard alone: a slider breaks the dependency, the breaker opens, calls bounce", async () => {
  const tab = await open({}, "#speed=5");
  await press(tab, "failures", "End");
  must((await tab.getAttribute("#set-failures", "aria-valuetext")) === "100 %", "the slider is not at its end");
  await state(tab, "Open");
  must(/Calls are rejected\. The next may pass in \d+\.\d s\./.test(await text(tab, "says")), await text(tab, "says"));
  await tab.waitForFunction(() => Number(document.getElementById("count-rejected").textContent) > 2);
  await tab.waitForFunction(() => document.getElementById("live").textContent.startsWith("Open: failures"));
  must((await number(tab, "openings")) >= 1, "no opening is counted");
});

await check("mended by keyboard, a probe closes it, and the changes are told in words", async () => {
  const tab = await open({}, "#speed=5&failures=100");
  await state(tab, "Open");
  await tab.focus("#break");
  must((await text(tab, "break")) === "Mend the dependency", "the button does not say what it does");
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => /Half-open → Closed: good probes/.test(document.getElementById("log").textContent));
  must(/Closed → Open: failures/.test(await text(tab, "log")), await text(tab, "log"));
});

await check("a recovery with a slow start, of several probes", async () => {
  const tab = await open({}, "#speed=5&failures=100&slow_start=20000&recovery_threshold=3&max_probes=2");
  await state(tab, "Open");
  await tab.click("#break");
  await state(tab, "Slow start");
  await tab.waitForFunction(() => /Slow start → Closed/.test(document.getElementById("log").textContent));
});

await check("locked out until it is reset; forced both ways", async () => {
  const tab = await open({}, "#speed=5&failures=100&lockout=2&recovery_timeout=1000");
  await state(tab, "Locked out");
  must((await text(tab, "count-wait")) === "by hand", await text(tab, "count-wait"));
  // So that no state is over before it was seen.
  await tab.click("#pause");
  for (const [button, then] of [["Reset", "Closed"], ["Force open", "Forced open"], ["Force closed", "Forced closed"], ["Reset", "Closed"], ["Trip", "Open"]]) {
    await tab.getByRole("button", { name: button, exact: true }).click();
    await state(tab, then);
  }
});

await check("other settings leave an open breaker open, and pausing stops time", async () => {
  const tab = await open({}, "#failures=100&rate=20");
  await state(tab, "Open");
  await press(tab, "recovery_timeout", "End");
  must((await text(tab, "state")) === "Open", await text(tab, "state"));
  await tab.click("#pause");
  const before = await text(tab, "count-rejected");
  await tab.waitForTimeout(400);
  must((await text(tab, "count-rejected")) === before, "calls came while it was paused");
});

await check("what the library refuses is told in its words, and the page goes on", async () => {
  const tab = await open({}, "#schedule=doubling");
  await press(tab, "cap", "Home");
  must(/recovery\.doubling is 100ms, must be 10s to/.test(await text(tab, "refused")), await text(tab, "refused"));
  await press(tab, "cap", "End");
  must((await text(tab, "refused")) === "", "it is still refused");
  await tab.selectOption("#set-schedule", "each");
  await tab.fill("#set-each", "soon");
  await tab.keyboard.press("Enter");
  must(/Refused.*recovery\.each/.test(await text(tab, "refused")), await text(tab, "refused"));
  await tab.click("#break");
  await state(tab, "Open");
});

await check("the address keeps the settings", async () => {
  const tab = await open();
  await tab.selectOption("#set-strategy", "time_window");
  await press(tab, "window_percent", "ArrowRight");
  const code = await text(tab, "code");
  await tab.reload();
  await state(tab, "Closed");
  must(code.includes("TimeWindow<10>") && (await text(tab, "code")) === code, await text(tab, "code"));
});

await check("the code can be copied, its tabs changed by arrow keys", async () => {
  const tab = await open();
  await tab.focus("#tab-static");
  await tab.keyboard.press("ArrowRight");
  must((await tab.getAttribute("#tab-service", "aria-selected")) === "true", "the second tab is not chosen");
  await tab.click("#copy");
  await tab.waitForFunction(() => document.getElementById("copy").textContent === "Copied");
});

await check("with reduced motion nothing moves, and the last calls stand in a line", async () => {
  const tab = await open({ reducedMotion: "reduce" }, "#failures=0&rate=20");
  await tab.waitForFunction(() => document.getElementById("recent-calls").textContent.length > 10);
  must(await tab.isVisible("#recent"), "the line is hidden");
  const marks = await tab.locator("#road .dot:not(.down)").evaluateAll((all) => all.filter((dot) => dot.getAttribute("transform")).length);
  must(marks === 0, `${marks} dots move`);
});

await check("everything that can be operated has a name, and no picture lacks a text", async () => {
  const tab = await open();
  const nameless = await tab.evaluate(() => {
    const named = (e) => e.labels?.length || e.textContent.trim() || e.getAttribute("aria-label");
    const operated = [...document.querySelectorAll("input, select, button, summary")].filter((e) => !named(e));
    const pictures = [...document.querySelectorAll("[role=img]")].filter((e) => !e.getAttribute("aria-label") && !e.querySelector("title"));
    return [...operated, ...pictures].map((e) => e.outerHTML.slice(0, 80));
  });
  must(nameless.length === 0, nameless.join(" "));
});

for (const colorScheme of ["light", "dark"]) {
  await check(`colours can be told from their ground, ${colorScheme}`, async () => {
    const tab = await open({ colorScheme });
    const low = await tab.evaluate(() => {
      const of = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
      const light = (hex) => {
        const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ratio = (a, b) => { const [x, y] = [light(of(a)), light(of(b))].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };
      const texts = ["ink", "quiet"].flatMap((ink) => ["ground", "card", "field"].map((on) => [ink, on, 4.5]));
      const shapes = ["closed", "open", "half-open", "slow-start", "locked-out", "forced", "accent"].map((ink) => [ink, "card", 3]);
      return [...texts, ...shapes, ["on-accent", "accent", 4.5], ["on-accent", "closed", 4.5]].filter(([a, b, least]) => ratio(a, b) < least).map(String);
    });
    must(low.length === 0, low.join(" "));
  });
  for (const [name, width, height] of [["narrow", 360, 780], ["wide", 1360, 900]]) {
    await check(`${name} and ${colorScheme}: nothing sticks out`, async () => {
      const tab = await open({ colorScheme, viewport: { width, height } }, "#rate=15&slow_start=20000&lockout=8&beside=count_window");
      await tab.click("#break");
      await state(tab, "Open");
      await tab.waitForTimeout(1500);
      const file = `${folder}/${name}-${colorScheme}.png`;
      await tab.screenshot({ path: file, fullPage: true });
      must(statSync(file).size > 20000, "an empty picture");
      const wide = await tab.evaluate(() => document.documentElement.scrollWidth);
      must(wide <= width, `${wide} wide in ${width}`);
    });
  }
}

for (const colorScheme of ["light", "dark"]) {
  await check(`the picture of the states for the README, ${colorScheme}: no text on another, none sticks out`, async () => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 640, height: 540 }, deviceScaleFactor: 2 });
    contexts.push(context);
    const tab = await context.newPage();
    await tab.goto(pathToFileURL(picture).href);
    await tab.screenshot({ path: `${folder}/states-${colorScheme}.png` });
    const bad = await tab.evaluate(() => {
      const all = [...document.querySelectorAll("text")].map((e) => [e.textContent, e.getBoundingClientRect()]);
      const out = document.querySelector("rect").getBoundingClientRect();
      const bad = all.filter(([, b]) => b.left < out.left || b.right > out.right || b.top < out.top || b.bottom > out.bottom).map(([t]) => `${t} sticks out`);
      // Lines of one label may touch.
      const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
      all.forEach(([t, a], i) => all.slice(i + 1).forEach(([u, b]) => meet(a, b) && bad.push(`${t} on ${u}`)));
      return bad;
    });
    must(bad.length === 0, bad.join("; "));
  });
}

const copied = [];
await check(`the crate takes ${SETTINGS.length} settings, and there is code for each`, async () => {
  const tab = await open();
  for (const values of SETTINGS) {
    const hash = `#${new URLSearchParams(values)}`;
    await tab.evaluate((to) => { location.hash = to; }, hash);
    await tab.waitForFunction((all) => Object.entries(all).every(([k, v]) => { const e = document.getElementById(`set-${k}`); return e && (e.type !== "checkbox" || String(e.checked) === String(v)); }) && decodeURIComponent(location.hash) !== "", values);
    await tab.evaluate(() => new Promise(requestAnimationFrame));
    must((await text(tab, "refused")) === "", `${hash}: ${await text(tab, "refused")}`);
    const code = {};
    for (const kind of ["static", "service", "settings"]) {
      await tab.click(`#tab-${kind}`);
      code[kind] = await text(tab, "code");
    }
    copied.push({ ...code, slowStart: values.slow_start ?? 0 });
  }
  must(new Set(copied.map((code) => code.static)).size === SETTINGS.length, "two of them are the same");
});
mkdirSync(`${folder}/src`, { recursive: true });
writeFileSync(`${folder}/src/main.rs`, program(copied));

await check("no error, and nothing asked of a network", async () => must(complaints.length === 0, complaints.join("; ")));
await browser.close();
console.log(`${passed} ${failed}`);
