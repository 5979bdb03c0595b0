// Who watches: events, metrics, and what a board asks of them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import net from "node:net";
import { check, Events, samples, Service, sleep, TOKEN, until, upstream } from "../harness.mjs";

const service = await new Service("watchers").up();
const { port } = new URL(service.url);

/** Many requests over few connections, without waiting for an answer to send the next. */
function burst(requests, connections = 4) {
  const share = Math.ceil(requests.length / connections);
  const run = (part) => new Promise((done, fail) => {
    let answers = 0;
    const socket = net.connect(Number(port), "127.0.0.1", () => socket.write(part.join("")));
    socket.on("data", (data) => {
      answers += data.toString("latin1").split("HTTP/1.1 ").length - 1;
      if (answers >= part.length) socket.destroy();
    });
    socket.once("error", fail).once("close", () => done(answers));
  });
  const parts = Array.from({ length: connections }, (_, at) => requests.slice(at * share, (at + 1) * share));
  return Promise.all(parts.filter((part) => part.length).map(run));
}
const action = (id, name) =>
  `POST /circuits/${id}/${name} HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 0\r\n\r\n`;
/** A watcher that takes nothing of what it is sent. */
async function neverReads() {
  const socket = net.connect(Number(port), "127.0.0.1");
  await new Promise((done) => socket.once("connect", done));
  socket.pause();
  socket.write("GET /events HTTP/1.1\r\nHost: service\r\n\r\n");
  return socket;
}
/** One that stays to the end. */
let stuck;

const storm = (rounds) => Array.from({ length: rounds }, (_, at) => action("redis", at % 2 ? "force-closed" : "force-open"));

await check("a watcher is told all circuits, what was, and each change with its reason", async () => {
  await service.act("redis", "trip");
  await service.act("redis", "reset");
  const events = new Events(service);
  await until("the first two", () => events.of("history").length === 1 && events.of("circuits").length >= 1);
  assert.deepEqual(events.of("history")[0].map(({ id, from, to, reason }) => [id, from, to, reason]), [
    ["redis", "closed", "open", "by-hand"],
    ["redis", "open", "closed", "by-hand"],
  ]);
  assert.deepEqual(events.of("circuits")[0].circuits.map(({ id }) => id).sort(), ["postgres", "redis", "upstream"]);

  await upstream({ status: 500 });
  for (let time = 0; time < 3; time += 1) await service.get("/price");
  const change = await until("the change", () => events.of("change").at(-1));
  assert.deepEqual([change.id, change.from, change.to, change.reason, change.error_count], ["upstream", "closed", "open", { failure: "error" }, 3]);
  assert.ok(Math.abs(change.at - Date.now()) < 5_000);
  await until("the state", () => events.of("circuits").at(-1).circuits.find(({ id }) => id === "upstream").state === "open");
  // Time alone makes it half-open, of which no result tells.
  await until("the time", () => events.of("circuits").at(-1).circuits.find(({ id }) => id === "upstream").state === "half-open", 3_000);

  service.write("");
  await service.reload();
  await until("the refusal", () => events.of("change").at(-1).refused === true);
  events.close();
  await upstream({});
  await service.act("upstream", "reset");
});

await check("a watcher that never reads holds nobody up, costs no memory, and catches up when it reads", async () => {
  const lazy = await neverReads();
  stuck = await neverReads();
  const other = new Events(service);
  await until("the other one watches", () => other.of("history").length);

  const counted = async () => (await service.metric("mcb_transitions_total", { name: "redis", from: "forced-open", to: "forced-closed" })) ?? 0;
  await burst(storm(4_000), 1);
  const before = service.memory();
  const [answers] = await burst(storm(44_000), 1);
  assert.equal(answers, 44_000, "every action was answered");
  const grown = service.memory() - before;
  assert.ok(grown < 8_192, `${grown} kB more`);
  console.log(`        48,000 changes, the service's memory grew by ${grown} kB over the last 44,000`);
  assert.equal(await counted(), 24_000);

  // The other one has the end, whatever it missed.
  await service.act("redis", "reset");
  await until("the other one knows", () => other.of("circuits").at(-1).circuits.find(({ id }) => id === "redis").state === "closed");
  other.close();

  let text = "";
  lazy.on("data", (data) => (text += data.toString("latin1"))).resume();
  await until("it catches up", () => text.split("event: history").length > 2);
  lazy.destroy();
});

await check("only so many watch at a time, and their places become free", async () => {
  const events = Array.from({ length: 70 }, () => new Events(service));
  await until("answers", () => events.every((one) => one.status));
  assert.equal(events.filter((one) => one.status === 503).length, 7);
  for (const one of events) one.close();
  await until("a place", async () => {
    const one = new Events(service);
    await until("an answer", () => one.status);
    one.close();
    return one.status === 200;
  });
});

await check("scrapes during a storm are quick and whole, and no call is lost from the counts", async () => {
  const calls = async () => {
    const all = samples((await service.get("/metrics")).text).filter(({ name, labels }) => name === "mcb_calls_total" && labels.name === "upstream");
    return Object.fromEntries(all.map(({ labels, value }) => [labels.outcome, value]));
  };
  const before = await calls();
  let storming = true;
  const answered = {};
  const client = async () => {
    while (storming) {
      const { status } = await service.get("/price");
      answered[status] = (answered[status] ?? 0) + 1;
    }
  };
  const clients = Array.from({ length: 32 }, client);
  let last = before;
  let slowest = 0;
  for (let scrape = 0; scrape < 20; scrape += 1) {
    if (scrape === 7) await upstream({ status: 500 });
    if (scrape === 14) await upstream({});
    await sleep(80);
    const begun = performance.now();
    const now = await calls();
    slowest = Math.max(slowest, performance.now() - begun);
    for (const outcome of Object.keys(last)) assert.ok(now[outcome] >= last[outcome], `${outcome} went back`);
    last = now;
  }
  storming = false;
  await Promise.all(clients);
  const after = await calls();
  const differences = Object.fromEntries(Object.keys(after).map((outcome) => [outcome, after[outcome] - before[outcome]]));
  assert.ok(slowest < 2_000, `${slowest} ms`);
  assert.deepEqual(
    [differences.success, differences.failure, differences.rejected],
    [answered[200] ?? 0, answered[502] ?? 0, answered[503] ?? 0],
  );
  console.log(`        ${JSON.stringify(answered)}, slowest scrape ${Math.round(slowest)} ms`);
  await service.act("upstream", "reset");
});

await check("the board asks for what /metrics has", async () => {
  const exposed = samples((await service.get("/metrics")).text);
  const names = new Set(exposed.map(({ name }) => name));
  const labels = (name) => new Set(exposed.filter((sample) => sample.name === name).flatMap((sample) => Object.keys(sample.labels)));
  const board = JSON.parse(readFileSync(new URL("../../grafana.json", import.meta.url), "utf8"));
  const queries = [];
  JSON.stringify(board, (key, value) => {
    if (["expr", "query", "definition"].includes(key) && typeof value === "string") queries.push(value);
    return value;
  });
  const used = new Set();
  for (const query of queries) {
    const found = [...query.matchAll(/\b(mcb_\w+)(?:\{([^}]*)\})?/g)];
    if (!found.length && query !== "prometheus") throw new Error(`no metric in ${query}`);
    for (const [, name, matchers] of found) {
      assert.ok(names.has(name), `${name} is not in /metrics`);
      used.add(name);
      for (const [, label] of (matchers ?? "").matchAll(/(\w+)\s*[=!]/g)) assert.ok(labels(name).has(label), `${name} has no ${label}`);
    }
  }
  assert.ok(used.size >= 5, [...used].join(", "));
  const own = [...names].filter((name) => name.startsWith("mcb_"));
  assert.deepEqual(own.filter((name) => !used.has(name)), [], "each metric is on the board");
});

await check("watchers do not keep it from stopping, even those that never read", async () => {
  const reads = new Events(service);
  await until("it watches", () => reads.of("history").length);
  const begun = Date.now();
  assert.equal(await service.kill("SIGTERM"), 0);
  const took = Date.now() - begun;
  assert.ok(took > 4_500 && took < 7_000, `${took} ms, since one of them has not taken what it was sent`);
  assert.match(service.said(), /some clients did not go/);
  assert.equal(await reads.done, "ended");
  stuck.destroy();
});
