// What can be set, and how it is shown. A value of null says nothing: the library's default holds.

const seconds = (...list) => list.map((s) => s * 1000);
const upTo = (least, most) => Array.from({ length: most - least + 1 }, (_, i) => least + i);
const TIMES = seconds(0.1, 0.2, 0.5, 1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800);
const PERCENT = [1, 2, 5, ...upTo(2, 20).map((n) => n * 5)];

/** A duration as people and humantime read it. */
function span(ms) {
  if (ms === null) return "none";
  if (ms % 1000) return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
  const s = ms / 1000;
  if (s < 60 || s % 60 && s < 120) return `${s}s`;
  return s % 60 ? `${Math.floor(s / 60)}m ${s % 60}s` : `${s / 60}m`;
}
const spoken = (ms) => (ms === null ? "none" : span(ms).replace(/(\d)(ms|s|m)\b/g, "$1 $2").replace(/ m\b/, " min"));
const percent = (n) => `${n} %`;
const orNone = (list) => [null, ...list];

const COUNTS = ["consecutive", "net_error", "debounce", "timed_consecutive"];
const COMBINE = ["consecutive", "net_error", "debounce"];
const uses = (v, name) => v.strategy === name || (COMBINE.includes(v.strategy) && v.beside === name);
const counts = (v) => COUNTS.includes(v.strategy);

const STRATEGIES = [
  ["consecutive", "errors in a row"],
  ["net_error", "errors less successes"],
  ["debounce", "debounced: errors up, successes down"],
  ["timed_consecutive", "errors in a row, not too far apart"],
  ["failures_per_period", "so many failures a period"],
  ["count_window", "a rate of the last calls"],
  ["time_window", "a rate over a window of time"],
  ["decaying_rate", "a rate that decays"],
];

// name: [default, values or options, what it is called, how it is shown, when it is used, a hint]
const GROUPS = [
  ["Callers and dependency", [
    ["rate", 4, [0, 0.2, 0.5, 1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 50], "Calls", (n) => `${n} a second`],
    ["failures", 5, [0, 1, 2, 5, ...upTo(1, 10).map((n) => n * 10)].sort((a, b) => a - b), "Failing calls", percent],
    ["latency", 300, [5, 20, 50, 100, 200, 300, 500, 800, 1000, 1500, 2000, 3000, 5000, 10000, 20000], "Latency", spoken],
    ["gone", 0, upTo(0, 10).map((n) => n * 10), "Callers who go away half-way", percent],
    ["speed", 1, [0.25, 0.5, 1, 2, 5, 10, 20, 60], "Speed", (n) => `${n} ×`],
  ]],
  ["When it opens", [
    ["strategy", "consecutive", STRATEGIES, "Opens by"],
    ["beside", "none", [["none", "nothing else"], ...STRATEGIES.slice(4, 7)], "Or by", null, (v) => COMBINE.includes(v.strategy)],
    ["error_threshold", 5, upTo(1, 50), "Errors that open it", String, counts],
    ["up", 2, upTo(1, 20), "A failure counts", String, (v) => uses(v, "debounce")],
    ["down", 1, upTo(0, 20), "A success takes off", String, (v) => uses(v, "debounce")],
    ["up_to", null, orNone(upTo(0, 50)), "A failure first raises to", (n) => n ?? "nothing", (v) => uses(v, "debounce")],
    ["down_to", null, orNone(upTo(0, 50)), "A success first lowers to", (n) => n ?? "nothing", (v) => uses(v, "debounce")],
    ["quiet", 10000, orNone(TIMES), "Errors further apart do not add up", spoken, (v) => uses(v, "timed_consecutive")],
    ["lump", null, orNone(TIMES), "Errors closer together are one", spoken, (v) => uses(v, "timed_consecutive")],
    ["per_period", 3, upTo(1, 50), "Failures", String, (v) => uses(v, "failures_per_period")],
    ["period", 10000, TIMES, "In a period of", spoken, (v) => uses(v, "failures_per_period")],
    ["calls", 50, [5, 10, 20, 32, 50, 100, 200, 500, 1000], "Of the last calls", String, (v) => uses(v, "count_window")],
    ["calls_percent", 50, PERCENT, "Failed", percent, (v) => uses(v, "count_window")],
    ["calls_minimum", 10, [1, 2, 3, 5, 10, 20, 50, 100, 500], "Of at least", (n) => `${n} calls`, (v) => uses(v, "count_window")],
    ["window", 10000, TIMES, "In the last", spoken, (v) => uses(v, "time_window")],
    ["window_percent", 50, PERCENT, "Failed", percent, (v) => uses(v, "time_window")],
    ["window_minimum", 10, [1, 2, 3, 5, 10, 20, 50, 100, 500], "Of at least", (n) => `${n} calls`, (v) => uses(v, "time_window")],
    ["buckets", 10, [1, 2, 5, 10, 20, 30, 60], "Buckets", String, (v) => uses(v, "time_window")],
    ["k", 4, upTo(1, 11), "Over about", (k) => `${2 ** k} calls`, (v) => uses(v, "decaying_rate")],
    ["decaying_percent", 50, PERCENT.slice(0, -1), "Failed", percent, (v) => uses(v, "decaying_rate")],
    ["half_life", 10000, TIMES, "Half of it forgotten in", spoken, (v) => uses(v, "decaying_rate")],
    ["slow_call", null, orNone(TIMES), "Slower calls are failures", spoken],
    ["dropped", "ignore", [["ignore", "is ignored"], ["failure", "is a failure"]], "A caller who goes away"],
    ["observe_only", false, null, "Only observe: reject nothing"],
  ]],
  ["How it recovers", [
    ["recovery_timeout", 10000, TIMES, "Open for", spoken, (v) => v.schedule !== "each"],
    ["schedule", "constant", [["constant", "is as long"], ["doubling", "is twice as long"], ["growing", "grows by a factor"], ["each", "has its own length"]], "Each further opening"],
    ["growth", 150, [110, 125, 150, 200, 300, 500, 1000], "Factor", percent, (v) => v.schedule === "growing"],
    ["cap", 120000, TIMES, "Up to", spoken, (v) => ["doubling", "growing"].includes(v.schedule)],
    ["each", "500ms, 5s, 20s", "text", "One to eight lengths", null, (v) => v.schedule === "each"],
    ["jitter", 0, [...upTo(0, 19).map((n) => n * 5), 99], "Jitter on top, up to", percent],
    ["recovery_threshold", 1, upTo(1, 32), "Successful probes that close it", String],
    ["max_probes", 1, upTo(1, 15), "Probes at a time", String],
    ["probe_timeout", null, orNone(TIMES), "A probe keeps its place for", (ms) => (ms === null ? "as long as it was open" : spoken(ms))],
    ["slow_start", null, orNone(TIMES.slice(3)), "Slow start over", spoken],
    ["reset_time", null, orNone(TIMES.slice(3)), "An opening is forgotten after", (ms) => (ms === null ? "each closing" : spoken(ms))],
    ["lockout", null, orNone(upTo(1, 15)), "Locked out at opening", (n) => (n === null ? "never" : `number ${n} in a row`)],
    ["max_wait", null, orNone(TIMES.slice(8)), "May be opened for up to", (ms) => (ms === null ? "the usual time" : spoken(ms))],
    ["start_by_probing", false, null, "Begin with a probe (on “Start over”)"],
  ]],
];
const WORLD = GROUPS[0][1].map(([name]) => name);
const CONTROLS = GROUPS.flatMap(([, controls]) => controls);
const DEFAULTS = Object.fromEntries(CONTROLS.map(([name, value]) => [name, value]));

const PRESETS = [
  ["", "to begin with", {}],
  ["sensor", "a sensor on a bus", { rate: 2, failures: 2, latency: 20, error_threshold: 3, recovery_timeout: 2000, schedule: "doubling", cap: 60000, recovery_threshold: 2 }],
  ["service", "a busy service", { rate: 20, failures: 10, latency: 200, beside: "count_window", calls: 100, calls_minimum: 20, slow_call: 2000, recovery_threshold: 3, max_probes: 2, slow_start: 20000, jitter: 20 }],
  ["flapping", "a link that flaps", { rate: 4, failures: 40, error_threshold: 3, recovery_timeout: 3000, schedule: "doubling", cap: 60000, reset_time: 60000, lockout: 8, speed: 5 }],
  ["slow", "a dependency that grows slow", { rate: 6, failures: 1, latency: 1500, strategy: "time_window", slow_call: 1000, slow_start: 10000 }],
];

/** The values that the address of the page keeps. */
function fromHash(hash) {
  const v = { ...DEFAULTS };
  for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    const control = CONTROLS.find((c) => c[0] === name);
    if (!control) continue;
    const values = control[2];
    const all = values === null ? [true, false] : values === "text" ? [text] : values.map((x) => (Array.isArray(x) ? x[0] : x));
    const value = all.find((x) => String(x) === text);
    if (value !== undefined) v[name] = value;
  }
  return v;
}
const toHash = (v) => new URLSearchParams(CONTROLS.filter(([n, d]) => v[n] !== d).map(([n]) => [n, v[n]])).toString();
