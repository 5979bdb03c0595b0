// The page in a browser: what a person sees and does. With SHOTS=folder it leaves pictures.

import assert from "node:assert/strict";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { check, dependencies, Service, settings, TOKEN, until, up, upstream } from "../harness.mjs";

const quick = ["recovery.max_wait = \"1m\"", "recovery_timeout = \"3s\"\nrecovery.max_wait = \"1m\""];
const service = await new Service("page", settings(quick)).up();
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const elsewhere = [];
const errors = [];
page.on("request", (request) => request.url().startsWith(service.url) || request.url().startsWith("data:") || elsewhere.push(request.url()));
page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
page.on("pageerror", (error) => errors.push(String(error)));
await page.goto(service.url);

const card = (id) => page.locator(`article[data-id=${id}]`);
const state = (id) => card(id).locator(".state").textContent();
const becomes = (id, word, limit) => until(`${id} is ${word} on the page`, async () => (await state(id)) === word, limit);
const shot = (name) => process.env.SHOTS && page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true });

await check("every breaker is there with its state and counts", async () => {
  for (const id of ["upstream", "redis", "postgres"]) await becomes(id, "Closed");
  assert.equal(await page.locator("#connection").textContent(), "live");
  assert.equal(await page.locator("#ready").textContent(), "Ready");
  for (let time = 0; time < 5; time += 1) await service.get("/visits");
  await until("five", async () => (await card("redis").locator("[data-count=successes]").textContent()) === "5");
  assert.ok(await card("postgres").locator(".required").isVisible());
  assert.ok(!(await card("redis").locator(".required").isVisible()));
});

await check("an opening is seen, its time counts down, and so is the recovery", async () => {
  await dependencies.upstream.kill();
  for (let time = 0; time < 4; time += 1) await service.get("/price");
  await becomes("upstream", "Open");
  const left = async () => Number(/([\d.]+) s$/.exec(await card("upstream").locator(".next").textContent())?.[1]);
  const first = await left();
  assert.ok(first > 1 && first <= 3, `${first} s`);
  await until("less time", async () => (await left()) < first - 0.3);
  assert.match(await page.locator("#said").textContent(), /^upstream is open, next probe in 3 seconds$/);
  assert.match(await page.locator("#changes li").first().textContent(), /upstream is open.*an error, 3 errors counted/);
  assert.equal(await card("upstream").locator("use").getAttribute("href"), "#open", "a shape of its own");
  assert.equal(await page.locator("#ready").textContent(), "Ready", "it is not required");
  await up("upstream");
  await becomes("upstream", "Half open", 4_000);
  await service.get("/price");
  await becomes("upstream", "Closed");
  assert.match(await page.locator("#changes li").first().textContent(), /upstream is closed.*the probes succeeded/);
  assert.equal(await card("upstream").locator("[data-count=openings]").textContent(), "1");
});

await check("what is required makes the service not ready, and says so", async () => {
  await service.act("postgres", "force-open");
  await becomes("postgres", "Forced open");
  await until("the verdict", async () => (await page.locator("#ready").textContent()) === "Not ready without postgres");
  await service.act("postgres", "reset");
  await becomes("postgres", "Closed");
});

await check("an action without a token, and with a wrong one, is refused", async () => {
  await card("redis").getByRole("button", { name: "Force open" }).click();
  await until("the refusal", async () => (await page.locator("#answer").textContent()) === "Refused: an action needs a token.");
  await page.getByLabel("Token for actions").fill("wrong");
  await card("redis").getByRole("button", { name: "Force open" }).click();
  await until("the refusal", async () => (await page.locator("#answer").textContent()) === "Refused: the token is wrong.");
  assert.equal(await state("redis"), "Closed");
});

await check("an action with the token is done, by the keyboard alone", async () => {
  await page.getByLabel("Token for actions").fill(TOKEN);
  // From the top of the page, as somebody without a mouse goes there.
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement.blur());
  const focused = () => page.evaluate(() => ({ text: document.activeElement.textContent, in: document.activeElement.closest("article")?.dataset.id }));
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    const at = await focused();
    if (at.in === "redis" && at.text === "Force closed") break;
  }
  assert.deepEqual(await focused(), { text: "Force closed", in: "redis" });
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
  assert.equal(outline, "3px", "where one is can be seen");
  await page.keyboard.press("Enter");
  await becomes("redis", "Forced closed");
  await until("an answer", async () => (await page.locator("#answer").textContent()) === "redis is forced closed now.");
  assert.deepEqual((await focused()).in, "redis", "the focus stays");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await becomes("redis", "Closed");
});

await check("settings that are read again are told on the page", async () => {
  service.write(settings(quick, ["error_threshold = 3", "error_threshold = 300000"]));
  await service.reload();
  await until("the refusal", async () => /settings refused.*error_threshold is 300000/s.test(await page.locator("#changes li").first().textContent()));
  service.write(settings(quick, ["[breakers.circuits.redis]", "[breakers.circuits.mail]\n[breakers.circuits.redis]"]));
  await service.reload();
  await becomes("mail", "Closed");
  service.write(settings(quick));
  await service.reload();
  await until("it is gone", async () => (await card("mail").count()) === 0);
});

await check("it can be used at every width, in light and in dark", async () => {
  await service.act("redis", "force-open");
  await upstream({ status: 429, retry_after: "40" });
  await service.get("/price");
  await becomes("upstream", "Open");
  await becomes("redis", "Forced open");
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const [name, width, height] of [["narrow", 360, 740], ["middle", 768, 1024], ["wide", 1280, 900]]) {
      await page.setViewportSize({ width, height });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${over} px too wide at ${width}`);
      for (const button of await page.getByRole("button").all()) {
        const box = await button.boundingBox();
        assert.ok(box.height >= 44, "large enough for a finger");
      }
      await shot(`${name}-${colorScheme}`);
    }
    // What is read must stand out from what is behind it, by the measure of WCAG.
    const weak = await page.evaluate(() => {
      const rgb = (color) => color.match(/[\d.]+/g).map(Number);
      const light = (color) => {
        const [r, g, b] = rgb(color).slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const behind = (element) => {
        const color = getComputedStyle(element).backgroundColor;
        return rgb(color)[3] === 0 && element.parentElement ? behind(element.parentElement) : color;
      };
      const out = [];
      for (const element of document.querySelectorAll("body *")) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!own || !element.checkVisibility() || element.closest(".unseen, noscript")) continue;
        const [one, other] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
        const contrast = (one + 0.05) / (other + 0.05);
        if (contrast < 4.5) out.push(`${element.tagName}.${element.className}: ${contrast.toFixed(1)}`);
      }
      return out;
    });
    assert.deepEqual(weak, [], `contrast in ${colorScheme}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await upstream({});
});

await check("what has no name, no label or one twice, is nothing to a screen reader", async () => {
  const problems = await page.evaluate(() => {
    const out = [];
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    for (const id of ids) if (ids.filter((other) => other === id).length > 1) out.push(`id ${id} twice`);
    for (const element of document.querySelectorAll("[aria-labelledby], [aria-describedby]")) {
      for (const id of (element.getAttribute("aria-labelledby") ?? element.getAttribute("aria-describedby")).split(" ")) {
        if (!document.getElementById(id)) out.push(`no ${id}`);
      }
    }
    for (const input of document.querySelectorAll("input")) if (!input.labels.length) out.push("an input without a label");
    for (const button of document.querySelectorAll("button")) if (!button.textContent.trim()) out.push("a button without a name");
    return out;
  });
  assert.deepEqual(problems, []);
  for (const id of ["upstream", "redis", "postgres"]) {
    assert.equal(await page.getByRole("article", { name: id }).getByRole("group", { name: `Actions on ${id}` }).count(), 1);
  }
});

await check("a service that goes away and comes back is seen to", async () => {
  const address = new URL(service.url).host;
  const before = errors.length;
  await service.kill();
  await until("lost", async () => (await page.locator("#connection").textContent()).startsWith("connection lost"));
  const again = new Service("again", settings(quick, ["127.0.0.1:0", address]));
  await again.up();
  await until("live", async () => (await page.locator("#connection").textContent()) === "live", 15_000);
  await becomes("redis", "Closed");
  errors.splice(before);
  await again.kill();
});

await check("nothing came from elsewhere, and nothing went wrong in the page", () => {
  assert.deepEqual(elsewhere, []);
  // The browser reports each refused action as one, and, sooner or later, that the service has ended under its watch.
  const expected = ["401", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_REFUSED"];
  assert.deepEqual(errors.filter((error) => !expected.some((text) => error.includes(text))), []);
});

await browser.close();
