// What depends on what, and what is told of it while it is away.

import assert from "node:assert/strict";
import { check, dependencies, reached, Service, until, up, upstream } from "../harness.mjs";

const service = await new Service("outages").up();
const paths = { upstream: "/price", redis: "/visits", postgres: "/orders/7" };

await check("all that is asked is answered", async () => {
  assert.deepEqual((await service.get("/price")).body, { price: 42 });
  assert.equal((await service.get("/visits")).body.visits, 1);
  assert.deepEqual((await service.get("/orders/7")).body, { order: "7", total: 700 });
});

await check("/ready tells the state of every circuit", async () => {
  const ready = await service.get("/ready");
  assert.equal(ready.status, 200);
  assert.equal(ready.headers.get("cache-control"), "no-cache");
  assert.deepEqual(ready.body, { circuits: { upstream: "closed", redis: "closed", postgres: "closed" } });
});

await check("a client's own mistake is answered as one, and counts for nothing", async () => {
  for (let time = 0; time < 10; time += 1) assert.equal((await service.get("/orders/seven")).status, 400);
  assert.equal((await service.circuit("postgres")).state, "closed");
  assert.equal((await service.circuit("postgres")).error_count, 0);
});

for (const [id, path] of Object.entries(paths)) {
  await check(`${id} is killed, is found out, and comes back`, async () => {
    await dependencies[id].kill();
    const statuses = [];
    const rejected = await until("a rejection", async () => {
      const answer = await service.get(path);
      statuses.push(answer.status);
      return answer.status === 503 && answer;
    });
    assert.deepEqual(statuses, [502, 502, 502, 503]);
    assert.equal(rejected.retryAfter, "2", "1.7 s, rounded up");
    assert.match(rejected.body.error, new RegExp(`^circuit ${id} is open, retry in \\S+ s \\(3 errors\\)$`));

    const ready = await service.get("/ready");
    assert.equal(ready.status, id === "postgres" ? 503 : 200, "only what is required counts");
    assert.equal(ready.body.circuits[id], "open");
    const circuit = await service.circuit(id);
    assert.ok(circuit.retry_after_ms > 0 && circuit.retry_after_ms <= 1700, `${circuit.retry_after_ms} ms`);
    assert.equal(circuit.counts.openings, 1);
    assert.equal(await service.metric("mcb_state", { name: id, state: "open" }), 1);

    await up(id);
    await until("it is closed", async () => {
      await service.get(path);
      return (await service.circuit(id)).state === "closed";
    });
    assert.equal((await service.get(path)).status, 200);
    assert.equal((await service.get("/ready")).status, 200);
    assert.equal(await service.metric("mcb_transitions_total", { name: id, from: "half-open", to: "closed" }), 1);
  });
}

/** Closed again, and the upstream as it is told. */
async function begin(mode) {
  await upstream(mode);
  await service.act("upstream", "reset");
}

await check("429 with seconds opens at once and for as long, and the client is told", async () => {
  await begin({ status: 429, retry_after: "2" });
  const before = await reached();
  const first = await service.get("/price");
  const opened = Date.now();
  assert.deepEqual([first.status, first.retryAfter], [503, "2"]);
  await upstream({});
  const later = await service.get("/price");
  assert.equal(later.status, 503);
  // A tick more than 2 s, rounded up, where no millisecond has passed yet.
  assert.ok(["2", "3"].includes(later.retryAfter), later.retryAfter);
  await until("the next answer", async () => (await service.get("/price")).status === 200);
  assert.ok(Date.now() - opened >= 1_950, `${Date.now() - opened} ms`);
  assert.equal(await reached(), before + 2, "nothing reached it meanwhile");
});

await check("429 with a date does the same, and one that asks for too long gets the longest wait", async () => {
  await begin({ status: 429, retry_after: new Date(Date.now() + 31_000).toUTCString() });
  await service.get("/price");
  const { retry_after_ms: wait } = await service.circuit("upstream");
  assert.ok(wait > 25_000 && wait <= 31_300, `${wait} ms`);
  await service.act("upstream", "reset");
  await upstream({ status: 429, retry_after: "86400" });
  await service.get("/price");
  const { retry_after_ms: longest } = await service.circuit("upstream");
  // Kept in 12 bits, and rounded up.
  assert.ok(longest > 59_000 && longest <= 60_480, `${longest} ms`);
});

await check("answers of 500 open it", async () => {
  await begin({ status: 500 });
  const statuses = [];
  for (let time = 0; time < 4; time += 1) statuses.push((await service.get("/price")).status);
  assert.deepEqual(statuses, [502, 502, 502, 503]);
});

await check("one that hangs is found out by the time limit", async () => {
  await begin({ delay_ms: 20_000 });
  const begun = Date.now();
  const statuses = [];
  for (let time = 0; time < 4; time += 1) statuses.push((await service.get("/price")).status);
  assert.deepEqual(statuses, [504, 504, 504, 503]);
  assert.ok(Date.now() - begun < 5_000, `${Date.now() - begun} ms`);
});

await check("one that hangs is found out by clients that do not wait for the time limit, too", async () => {
  await begin({ delay_ms: 20_000 });
  for (let time = 0; time < 3; time += 1) {
    await assert.rejects(service.get("/price", { signal: AbortSignal.timeout(60) }));
  }
  await until("it is open", async () => (await service.circuit("upstream")).state === "open", 1_000);
});

await check("a request that is under way is answered when the service is told to stop", async () => {
  await begin({ delay_ms: 200 });
  const before = await reached();
  const answer = service.get("/price");
  await until("it is under way", async () => (await reached()) > before);
  assert.equal(await service.kill("SIGTERM"), 0);
  assert.equal((await answer).status, 200);
  await upstream({});
});

await check("it starts while nothing that it depends on is there", async () => {
  for (const process of Object.values(dependencies)) await process.kill();
  const alone = await new Service("alone").up();
  for (const path of Object.values(paths)) assert.equal((await alone.get(path)).status, 502);
  assert.equal((await alone.get("/ready")).status, 200);
  for (const name of Object.keys(paths)) await up(name);
  for (const path of Object.values(paths)) await until(path, async () => (await alone.get(path)).status === 200);
  await alone.kill("SIGTERM");
});
