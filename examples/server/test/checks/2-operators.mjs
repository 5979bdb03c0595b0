// Who may act, what an action does, and settings that are read again.

import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import net from "node:net";
import { check, Service, settings, sleep, TOKEN, until, upstream } from "../harness.mjs";

const service = await new Service("operators").up();

for (const [what, authorization] of [
  ["no token", null],
  ["a wrong token", `Bearer ${TOKEN}!`],
  ["an empty token", "Bearer "],
  ["the token in another scheme", `Basic ${Buffer.from(`operator:${TOKEN}`).toString("base64")}`],
  ["the token without a scheme", TOKEN],
  ["half of the token", `Bearer ${TOKEN.slice(0, 5)}`],
]) {
  await check(`${what} is refused, and changes nothing`, async () => {
    const answer = await service.act("redis", "force-open", authorization);
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    assert.ok(answer.body.error);
    assert.equal((await service.circuit("redis")).state, "closed");
  });
}

await check("each action does what it says, for whoever shows the token", async () => {
  const states = { trip: "open", "force-open": "forced-open", "force-closed": "forced-closed", reset: "closed" };
  for (const [action, state] of Object.entries(states)) {
    const answer = await service.act("redis", action);
    assert.deepEqual([answer.status, answer.body], [200, { id: "redis", state }]);
    assert.equal((await service.circuit("redis")).state, state);
  }
});

await check("one that is forced open rejects without a time, until it is reset", async () => {
  await service.act("redis", "force-open");
  const answer = await service.get("/visits");
  assert.deepEqual([answer.status, answer.retryAfter], [503, null]);
  assert.equal((await service.circuit("redis")).retry_after_ms, null);
  await service.act("redis", "reset");
  assert.equal((await service.get("/visits")).status, 200);
});

await check("an unknown circuit, an unknown action and another method are told so", async () => {
  assert.equal((await service.act("nobody", "reset")).status, 404);
  assert.equal((await service.act("redis", "destroy")).status, 404);
  assert.equal((await service.act("%00%ff", "reset")).status, 400, "no text");
  assert.equal((await service.get("/circuits/redis/reset")).status, 405);
  assert.equal((await service.act("nobody", "reset", null)).status, 401, "nothing is told without a token");
});

await check("an id or a token of a megabyte is refused, and the service goes on", async () => {
  const megabyte = "x".repeat(1 << 20);
  const statuses = [];
  for (const [path, token] of [[megabyte, TOKEN], ["redis", megabyte]]) {
    const head = `POST /circuits/${path}/reset HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    statuses.push(await new Promise((done) => {
      const { port } = new URL(service.url);
      let answer = "";
      const socket = net.connect(Number(port), "127.0.0.1", () => socket.write(head));
      socket.on("data", (data) => (answer += data)).on("error", () => {}).on("close", () => done(answer.split("\r\n")[0]));
    }));
  }
  for (const status of statuses) assert.match(status, /^(HTTP\/1\.1 4\d\d .*)?$/);
  assert.equal((await service.get("/ready")).status, 200);
});

await check("good settings are taken over, keep the state, and what changed is told", async () => {
  await service.act("upstream", "trip");
  const before = await service.circuit("upstream");
  service.write(settings(["recovery_threshold = 2", "recovery_threshold = 1"], ["recovery.max_wait = \"1m\"", "recovery.max_wait = \"2m\""], ["[breakers.circuits.redis]", "[breakers.circuits.mail]\n[breakers.circuits.redis]\nerror_threshold = 7"]));
  const said = await service.reload();
  assert.match(said, /: 1 added \(mail\), 0 removed, 3 changed \(postgres, redis, upstream\), 0 unchanged$/);
  const after = await service.circuit("upstream");
  assert.equal(after.state, "open");
  assert.ok(after.retry_after_ms < before.retry_after_ms, "the time left goes on");
  assert.equal((await service.circuit("mail")).state, "closed");
  assert.equal(await service.metric("mcb_state", { name: "mail", state: "closed" }), 1);
  await service.act("upstream", "reset");

  service.write(settings());
  assert.match(await service.reload(), /1 removed \(mail\)/);
  assert.equal(await service.circuit("mail"), undefined);
  assert.equal(await service.metric("mcb_state", { name: "mail", state: "closed" }), 0);
  assert.match(await service.reload(), /0 added, 0 removed, 0 changed, 3 unchanged/);
});

for (const [what, change, why] of [
  ["a percentage of 250", ["[breakers.circuits.redis]", "[breakers.circuits.redis]\nstrategy = { count_window = { calls = 100, percent = 250, minimum = 20 } }"], /circuit redis.*percent.*250/s],
  ["a wrong type", ["error_threshold = 3", "error_threshold = [3]"], /error_threshold/],
  ["an unknown strategy", ["[breakers.circuits.redis]", "[breakers.circuits.redis]\nstrategy = \"luck\""], /circuit redis.*luck/s],
  ["an unknown field", ["error_threshold = 3", "eror_threshold = 3"], /eror_threshold/],
  ["a unit that there is not", ["\"1700ms\"", "\"1700 bananas\""], /bananas/],
  ["two circuits of one id", ["[breakers.circuits.redis]", "[breakers.circuits.redis]\n[breakers.circuits.redis]"], /redis|duplicate/],
  ["a circuit that is in use gone", ["[breakers.circuits.redis]", ""], /circuit redis is needed and missing/],
  ["a required circuit that there is not", ["required = [\"postgres\"]", "required = [\"mail\"]"], /circuit mail is needed and missing/],
  ["another address of Redis", ["/price\"", "/prices\""], /\[service\] is read at the start alone/],
  ["bad values in two circuits beside a good change", ["recovery_threshold = 2", "recovery_threshold = 1\nerror_threshold = 9\nrecovery.doubling = \"1ms\"\n[breakers.circuits.mail]\nrecovery.max_wait = \"1ms\""], /circuit mail.*circuit postgres/s],
]) {
  await check(`${what} is refused, at the start and in a reload, which changes nothing`, async () => {
    const before = (await service.get("/circuits")).body.circuits;
    const bad = settings(change);
    service.write(bad);
    const said = await service.reload();
    assert.match(said, /^settings refused, all stays as it was/);
    assert.match(said, why);
    const strip = ({ id, state, error_count, required }) => ({ id, state, error_count, required });
    assert.deepEqual((await service.get("/circuits")).body.circuits.map(strip), before.map(strip));
    service.write(settings());
    assert.match(await service.reload(), /0 added, 0 removed, 0 changed, 3 unchanged/);

    // At the start of a service nothing has gone before.
    if (String(why).includes("start alone")) return;
    const second = new Service("bad", bad).start();
    assert.equal(await second.ended, 1);
    assert.match(second.said(), why);
  });
}

for (const [what, text] of [["an empty file", ""], ["no TOML", "{]"], ["no text", Buffer.from([0xff, 0xfe, 0x00])]]) {
  await check(`${what} is refused`, async () => {
    service.write(text);
    assert.match(await service.reload(), /^settings refused/);
    const second = new Service("bad", text).start();
    assert.equal(await second.ended, 1);
    service.write(settings());
    await service.reload();
  });
}

await check("a file that is being written is taken whole or not at all", async () => {
  const whole = settings(["error_threshold = 3", "error_threshold = 4"]);
  // It breaks off after a line, which is well-formed.
  const half = whole.slice(0, whole.indexOf("[breakers.circuits.upstream]"));
  writeFileSync(service.path, half);
  const said = service.reload();
  await sleep(20);
  writeFileSync(service.path, whole);
  assert.match(await said, /settings read again: .*3 changed/);

  truncateSync(service.path, whole.indexOf("[breakers.circuits.redis]"));
  assert.match(await service.reload(), /settings refused.*circuit (redis|postgres) is needed/);
  service.write(settings());
  await service.reload();
});

await check("a file that is gone is refused", async () => {
  service.path += ".elsewhere";
  service.write(settings());
  const gone = service.path;
  service.path = gone.replace(".elsewhere", "");
  const { unlinkSync } = await import("node:fs");
  unlinkSync(service.path);
  assert.match(await service.reload(), /settings refused/);
  service.write(settings());
  assert.match(await service.reload(), /0 added, 0 removed, 0 changed, 3 unchanged/);
});

await check("without a token nobody may act, and the environment's goes before the file's", async () => {
  service.write(settings([`token = "${TOKEN}"`, ""]));
  await service.reload();
  assert.equal((await service.act("redis", "reset")).status, 403);
  assert.equal((await service.act("redis", "reset", null)).status, 403);
  service.write(settings([TOKEN, "another"]));
  await service.reload();
  assert.equal((await service.act("redis", "reset")).status, 401);
  assert.equal((await service.act("redis", "reset", "bearer another")).status, 200);

  const second = new Service("environment");
  second.options.env = { ...process.env, OPERATOR_TOKEN: "of the environment" };
  await second.up();
  assert.equal((await second.act("redis", "reset")).status, 401);
  assert.equal((await second.act("redis", "reset", "Bearer of the environment")).status, 200);
  await second.kill();
});

await upstream({});
assert.equal(await service.kill("SIGTERM"), 0);
await until("it is gone", () => service.child.exitCode === 0);
