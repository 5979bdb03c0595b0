// What the checks are made of: processes, requests, waiting for a condition, and the count of what passed.

import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, chownSync, mkdirSync, openSync, readFileSync, readdirSync, chmodSync, writeFileSync, renameSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";

const [folder, binaries] = process.argv.slice(2);
export const TOKEN = "a token of the test";
chmodSync(folder, 0o755);

let passed = 0;
let failed = 0;
export const counts = () => ({ passed, failed });

/** One check, by a sentence that says what holds. */
export async function check(sentence, body) {
  const begun = performance.now();
  let failure;
  try {
    await body();
  } catch (error) {
    failure = error;
  }
  const took = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  if (failure) {
    failed += 1;
    console.log(`FAILED  ${sentence} (${took})\n        ${String(failure.stack ?? failure).replaceAll("\n", "\n        ")}`);
  } else {
    passed += 1;
    console.log(`ok      ${sentence} (${took})`);
  }
}

/** What `probe` gives, once it is truthy; polled, for so long at most. */
export async function until(what, probe, limit = 10_000) {
  const end = Date.now() + limit;
  let last;
  while (Date.now() < end) {
    try {
      const value = await probe();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await sleep(20);
  }
  throw new Error(`not within ${limit} ms: ${what} (last: ${last})`);
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** A process that is started, killed and started again. */
export class Process {
  constructor(name, command, args, options = {}) {
    Object.assign(this, { name, command, args, options, log: join(folder, `${name}.log`) });
  }

  start() {
    const log = openSync(this.log, "a");
    this.child = spawn(this.command, this.args, { stdio: ["ignore", log, log], ...this.options });
    appendFileSync(join(folder, "pids"), `${this.child.pid}\n`);
    this.ended = new Promise((done) => this.child.once("exit", (code, signal) => done(code ?? signal)));
    return this;
  }

  async kill(signal = "SIGKILL") {
    this.child.kill(signal);
    return this.ended;
  }

  said() {
    return readFileSync(this.log, "utf8");
  }

  /** Kilobytes of memory in use. */
  memory() {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.child.pid}/status`, "utf8"))[1]);
  }
}

/** Whether something listens there. */
export const listens = (port) =>
  new Promise((done) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => (socket.destroy(), done(true)));
    socket.once("error", () => done(false));
  });

const ports = { upstream: await freePort(), redis: await freePort(), postgres: await freePort() };

function redis() {
  const args = ["--port", ports.redis, "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  return new Process("redis", "redis-server", args.map(String));
}

/** Postgres refuses to be root's. */
function postgres() {
  const root = process.getuid() === 0;
  const number = (flag) => Number(execFileSync("id", [flag, "postgres"]));
  const user = root ? { uid: number("-u"), gid: number("-g") } : {};
  const base = "/usr/lib/postgresql";
  const bin = join(base, readdirSync(base).sort((a, b) => b - a)[0], "bin");
  const data = join(folder, "postgres");
  mkdirSync(data);
  if (root) chownSync(data, user.uid, user.gid);
  const options = { ...user, cwd: data };
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"], { ...options, stdio: "pipe" });
  const args = ["-D", data, "-p", ports.postgres, "-h", "127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"];
  return new Process("postgres", join(bin, "postgres"), args.map(String), options);
}

export const dependencies = {
  upstream: new Process("upstream", join(binaries, "upstream"), [`127.0.0.1:${ports.upstream}`]),
  redis: redis(),
  postgres: postgres(),
};

/** Starts one of them and waits until it listens. */
export async function up(name) {
  dependencies[name].start();
  await until(`${name} listens`, () => listens(ports[name]));
  if (name === "postgres") {
    await until("postgres takes queries", () => dependencies.postgres.said().includes("ready to accept connections"));
  }
}

/** The settings file, with some of its text replaced. */
export function settings(...changes) {
  let text = `
[service]
listen = "127.0.0.1:0"
upstream = { url = "http://127.0.0.1:${ports.upstream}/price", time_limit = "500ms" }
redis = { url = "redis://127.0.0.1:${ports.redis}", time_limit = "300ms" }
postgres = { url = "host=127.0.0.1 port=${ports.postgres} user=postgres", time_limit = "1s" }

[operator]
required = ["postgres"]
token = "${TOKEN}"

[breakers.defaults]
error_threshold = 3
recovery_timeout = "1700ms"
dropped = "failure"

[breakers.circuits.upstream]
recovery.max_wait = "1m"

[breakers.circuits.redis]

[breakers.circuits.postgres]
recovery_threshold = 2
`;
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`the settings have no ${from}`);
    text = text.replace(from, to);
  }
  return text;
}

/** The service under test. */
export class Service extends Process {
  constructor(name, text = settings()) {
    const path = join(folder, `${name}.toml`);
    writeFileSync(path, text);
    super(name, join(binaries, "server"), [path]);
    this.path = path;
  }

  async up() {
    this.start();
    this.url = await until(`${this.name} listens: ${this.log}`, () => /listening on (\S+)/.exec(this.said())?.[1]);
    return this;
  }

  /** Puts another file into its place, as whole. */
  write(text) {
    writeFileSync(`${this.path}.new`, text);
    renameSync(`${this.path}.new`, this.path);
  }

  /** Has the settings read again, and gives what the service says of that. */
  async reload() {
    const before = this.said().length;
    this.child.kill("SIGHUP");
    return until("an answer to the signal", () => /settings (read again|refused)[^]*\n$/.exec(this.said().slice(before))?.[0].trim());
  }

  async get(path, options = {}) {
    const response = await fetch(this.url + path, { signal: AbortSignal.timeout(10_000), ...options });
    const text = await response.text();
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      body = undefined;
    }
    const retryAfter = response.headers.get("retry-after");
    return { status: response.status, headers: response.headers, text, body, retryAfter };
  }

  act(id, action, authorization = `Bearer ${TOKEN}`) {
    const headers = authorization === null ? {} : { authorization };
    return this.get(`/circuits/${id}/${action}`, { method: "POST", headers });
  }

  async circuit(id) {
    return (await this.get("/circuits")).body.circuits.find((circuit) => circuit.id === id);
  }

  /** A number of `/metrics`, by its name and labels in any order. */
  async metric(name, labels = {}) {
    const line = samples((await this.get("/metrics")).text).find(
      (sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    return line?.value;
  }
}

/** The lines of an exposition, each of which must be one. */
export function samples(text) {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const parts = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/i.exec(line);
      if (!parts || Number.isNaN(Number(parts[3]))) throw new Error(`no sample: ${line}`);
      const labels = Object.fromEntries([...(parts[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((pair) => [pair[1], pair[2]]));
      return { name: parts[1], labels, value: Number(parts[3]) };
    });
}

/** How the upstream behaves from now on. */
export async function upstream(mode) {
  await fetch(`http://127.0.0.1:${ports.upstream}/mode`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(mode),
  });
}

export const reached = async () => Number(await (await fetch(`http://127.0.0.1:${ports.upstream}/reached`)).text());

/** Server-sent events, as they come. */
export class Events {
  constructor(service) {
    this.seen = [];
    this.stop = new AbortController();
    this.done = this.read(service).catch(() => "cut");
  }

  async read(service) {
    const response = await fetch(`${service.url}/events`, { signal: this.stop.signal });
    this.status = response.status;
    let text = "";
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const field = (name) => new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1];
        if (field("event")) this.seen.push({ event: field("event"), data: JSON.parse(field("data")) });
      }
    }
    return "ended";
  }

  of(event) {
    return this.seen.filter((one) => one.event === event).map((one) => one.data);
  }

  close() {
    this.stop.abort();
  }
}
