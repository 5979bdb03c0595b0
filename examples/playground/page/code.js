// The code for the settings: a static, a service, and a file of settings. The page runs the last one itself.

const rust = (ms) => (ms % 1000 ? `Duration::from_millis(${ms})` : `Duration::from_secs(${ms / 1000})`);
const eachSpans = (v) => v.each.split(",").map((s) => s.trim()).filter(Boolean);
const millis = (text) => {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min)$/.exec(text);
  return found ? Math.round(found[1] * { ms: 1, s: 1000, m: 60000, min: 60000 }[found[2]]) : null;
};

// Of each rate: how the settings name it, the method, the type, and the value for `Choice`.
const RATES = {
  failures_per_period: (v) => ({
    toml: `{ failures = ${v.per_period}, period = "${span(v.period)}" }`,
    method: `failures_per_period(${v.per_period}, ${rust(v.period)})`,
    type: "FailuresPerPeriod",
    choice: `RateChoice::FailuresPerPeriod { n: ${v.per_period}, period: ${rust(v.period)} }`,
  }),
  count_window: (v) => ({
    toml: `{ calls = ${v.calls}, percent = ${v.calls_percent}, minimum = ${v.calls_minimum} }`,
    method: `count_window::<${v.calls}>(${v.calls_percent}, ${v.calls_minimum})`,
    type: `CountWindow<${v.calls}>`,
    choice: `RateChoice::CountWindow { calls: ${v.calls}, percent: ${v.calls_percent}, minimum: ${v.calls_minimum} }`,
  }),
  time_window: (v) => ({
    toml: `{ window = "${span(v.window)}", percent = ${v.window_percent}, minimum = ${v.window_minimum}${v.buckets === 10 ? "" : `, buckets = ${v.buckets}`} }`,
    method: `time_window::<${v.buckets}>(${rust(v.window)}, ${v.window_percent}, ${v.window_minimum})`,
    type: `TimeWindow<${v.buckets}>`,
    choice: `RateChoice::TimeWindow {\n                buckets: ${v.buckets},\n                window: ${rust(v.window)},\n                percent: ${v.window_percent},\n                minimum: ${v.window_minimum},\n            }`,
  }),
};

function count(v) {
  const jumps = v.up_to !== null || v.down_to !== null;
  const [upTo, downTo] = [v.up_to ?? 0, v.down_to ?? 4095];
  switch (v.strategy) {
    case "net_error":
      return { toml: "true", methods: ["strategy(NetError)"], type: "NetError", choice: "CountChoice::NetError" };
    case "debounce": {
      const said = [`up = ${v.up}`, `down = ${v.down}`];
      if (v.up_to !== null) said.push(`up_to = ${v.up_to}`);
      if (v.down_to !== null) said.push(`down_to = ${v.down_to}`);
      return {
        toml: `{ ${said.join(", ")} }`,
        methods: [`debounce(${v.up}, ${v.down})`, ...(jumps ? [`jumps(${upTo}, ${downTo})`] : [])],
        type: "Debounce",
        choice: `CountChoice::Debounce { up: ${v.up}, down: ${v.down}, jumps: ${jumps ? `Some((${upTo}, ${downTo}))` : "None"} }`,
      };
    }
    default:
      return { toml: "true", methods: [], type: "Consecutive", choice: "CountChoice::Consecutive" };
  }
}

/** The strategy: as settings say it, as methods, as a type, and as a choice where the methods make no `AnyStrategy`. */
function strategy(v) {
  if (v.strategy === "timed_consecutive") {
    const said = ["quiet", "lump"].filter((name) => v[name] !== null);
    return {
      toml: said.length ? `{ timed_consecutive = { ${said.map((name) => `${name} = "${span(v[name])}"`).join(", ")} } }` : null,
      methods: said.map((name) => `${name}(${rust(v[name])})`),
      type: said.length ? "TimedConsecutive" : "Consecutive",
    };
  }
  if (v.strategy === "decaying_rate") {
    return {
      toml: `{ decaying_rate = { k = ${v.k}, percent = ${v.decaying_percent}, half_life = "${span(v.half_life)}" } }`,
      methods: [`decaying_rate(${v.k}, ${v.decaying_percent}, ${rust(v.half_life)})`],
      type: "DecayingRate",
    };
  }
  if (RATES[v.strategy]) {
    const rate = RATES[v.strategy](v);
    return { toml: `{ ${v.strategy} = ${rate.toml} }`, methods: [rate.method], type: rate.type };
  }
  const first = count(v);
  if (v.beside === "none") {
    const plain = first.toml === "true";
    const toml = v.strategy === "consecutive" ? null : plain ? `"${v.strategy}"` : `{ ${v.strategy} = ${first.toml} }`;
    return { toml, methods: first.methods, type: first.type };
  }
  const rate = RATES[v.beside](v);
  return {
    toml: `{ ${v.strategy} = ${first.toml}, ${v.beside} = ${rate.toml} }`,
    methods: [...first.methods, `or_${rate.method}`],
    type: `Either<${first.type}, ${rate.type}>`,
    chosen: `chosen(Choice::Either(\n            ${first.choice},\n            ${rate.choice},\n        ))`,
  };
}

function recovery(v) {
  const [toml, methods] = [[], []];
  const say = (name, value, method) => { toml.push(`recovery.${name} = ${value}`); methods.push(method); };
  if (v.schedule === "doubling") say("doubling", `"${span(v.cap)}"`, `doubling(${rust(v.cap)})`);
  if (v.schedule === "growing") say("growing", `{ percent = ${v.growth}, cap = "${span(v.cap)}" }`, `growing(${v.growth}, ${rust(v.cap)})`);
  if (v.schedule === "each") {
    const spans = eachSpans(v);
    say("each", `[${spans.map((s) => JSON.stringify(s)).join(", ")}]`, `each(&[${spans.map((s) => rust(millis(s) ?? 0)).join(", ")}])`);
  }
  if (v.jitter) say("jitter", v.jitter, `jitter(${v.jitter})`);
  if (v.reset_time !== null) say("reset_time", `"${span(v.reset_time)}"`, `reset_time(${rust(v.reset_time)})`);
  if (v.lockout !== null) say("lockout", v.lockout, `lockout(${v.lockout})`);
  if (v.max_wait !== null) say("max_wait", `"${span(v.max_wait)}"`, `max_wait(${rust(v.max_wait)})`);
  if (v.start_by_probing) say("start_by_probing", "true", "start_by_probing()");
  return { toml, methods };
}

/** The file of settings. A slow start is no field of it, and told beside it. */
function settingsFile(v) {
  const lines = ["[circuits.db]"];
  if (counts(v)) lines.push(`error_threshold = ${v.error_threshold}`);
  const { toml } = strategy(v);
  if (toml) lines.push(`strategy = ${toml}`);
  if (v.slow_call !== null) lines.push(`slow_call = "${span(v.slow_call)}"`);
  if (v.dropped !== "ignore") lines.push(`dropped = "${v.dropped}"`);
  if (v.observe_only) lines.push("observe_only = true");
  lines.push(`recovery_timeout = "${span(v.recovery_timeout)}"`);
  if (v.recovery_threshold !== 1) lines.push(`recovery_threshold = ${v.recovery_threshold}`);
  if (v.max_probes !== 1) lines.push(`max_probes = ${v.max_probes}`);
  if (v.probe_timeout !== null) lines.push(`probe_timeout = "${span(v.probe_timeout)}"`);
  lines.push(...recovery(v).toml);
  return lines.join("\n") + "\n";
}

/** The methods of a configuration, and the type of its strategy. `byValue` where it is made at run time. */
function config(v, byValue) {
  const { methods, type: inside, chosen } = strategy(v);
  let type = inside;
  const all = [];
  if (counts(v)) all.push(`error_threshold(${v.error_threshold})`);
  all.push(`recovery_timeout(${rust(v.recovery_timeout)})`);
  if (v.recovery_threshold !== 1) all.push(`recovery_threshold(${v.recovery_threshold})`);
  if (v.max_probes !== 1) all.push(`max_probes(${v.max_probes})`);
  if (v.probe_timeout !== null) all.push(`probe_timeout(${rust(v.probe_timeout)})`);
  if (v.dropped !== "ignore") all.push("dropped(Verdict::Failure)");
  const recovers = recovery(v).methods.map((method) => `.${method}`).join("");
  if (recovers) all.push(byValue ? `with_recovery(Recovery::new()${recovers})` : `recovery(&Recovery::new()${recovers})`);
  if (byValue && chosen) all.push(chosen); else all.push(...methods);
  const some = byValue && chosen ? "_if" : "";
  const given = (time) => (some ? `Some(${rust(time)})` : rust(time));
  if (v.slow_call !== null) { all.push(`slow_call${some}(${given(v.slow_call)})`); type = `SlowCalls<${type}>`; }
  if (v.slow_start !== null) { all.push(`slow_start${some}(${given(v.slow_start)})`); type = `SlowStart<${type}>`; }
  if (v.observe_only) { all.push(some ? "observe_only_if(true)" : "observe_only()"); type = `ObserveOnly<${type}>`; }
  return { chain: all.map((method) => `        .${method}`).join("\n"), type };
}

/** Lines of `use` for what the code names. */
function imports(code, fixed) {
  const named = (list) => list.filter((name) => new RegExp(`(?<!::)\\b${name}\\b`).test(code));
  const strategies = named(["AnyStrategy", "Choice", "Consecutive", "CountChoice", "CountWindow", "Debounce", "DecayingRate", "Either", "FailuresPerPeriod", "NetError", "ObserveOnly", "RateChoice", "SlowCalls", "SlowStart", "TimeWindow", "TimedConsecutive"]);
  const words = named(["CircuitBreaker", "Config", "ConfigError", "Recovery", "StdClock", "Verdict"]);
  const list = (names) => (names.length === 1 ? names[0] : `{${names.join(", ")}}`);
  const lines = ["use std::time::Duration;", "", ...fixed];
  if (strategies.length) lines.push(`use mcb::strategy::${list(strategies)};`);
  lines.push(`use mcb::${list(words)};`, "");
  return lines.join("\n") + "\n" + code;
}

function staticCode(v) {
  const { chain, type } = config(v, false);
  const of = type === "Consecutive" ? "StdClock" : `StdClock, ${type}`;
  const body = `CircuitBreaker::new(\n    &Config::new("db")\n${chain},\n    StdClock,\n);\n`;
  const head = `static DB: CircuitBreaker<${of}> =`;
  return imports(head.length < 78 ? `${head} ${body}` : `${head}\n    ${body.trimEnd().replaceAll("\n", "\n    ")}\n`, []);
}

function serviceCode(v) {
  const { chain } = config(v, true);
  return imports(`fn db() -> Result<Breaker, ConfigError> {\n    let config = Config::new("db")\n${chain};\n    Breaker::new(config)\n}\n`, ["use mcb::server::Breaker;"]);
}

const CODE = {
  static: [staticCode, 'Feature std. On a microcontroller the same without it, with your own clock in place of StdClock.'],
  service: [serviceCode, "Feature server: a handle to clone, whose settings may change while it runs."],
  settings: [
    (v) => settingsFile(v) + (v.slow_start === null ? "" : `# The slow start is not in the file: config.slow_start_if(Some(${rust(v.slow_start)})), in the program.\n`),
    "Feature settings: Settings::config(\"db\") makes the configuration of this. It is the text that runs in this page.",
  ],
};
