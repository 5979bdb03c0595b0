// Puts the parts together.

const $ = (id) => document.getElementById(id);
const still = matchMedia("(prefers-reduced-motion: reduce)");
const time = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
const wait = (ms) => (ms >= 60000 ? `${time(ms)} min` : `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`);
const many = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** What the state means now, in a sentence and on the arrows. */
function story(crate, v, state) {
  const [errors, left, successes] = [crate.errors(), crate.retryAfter(), crate.successes()];
  const labels = { "closed open": counts(v) ? `${v.error_threshold} ${v.strategy === "debounce" || v.strategy === "net_error" ? "counted" : "errors"}` : "too many fail" };
  labels["open half-open"] = "time is over";
  labels["half-open open"] = "a failed probe";
  const done = v.recovery_threshold === 1 ? "a good probe" : `${v.recovery_threshold} good probes`;
  if (v.slow_start === null) labels["half-open closed"] = done;
  else {
    labels["half-open slow-start"] = done;
    labels["slow-start closed"] = `after ${spoken(v.slow_start)}`;
    labels["slow-start open"] = "too many fail";
  }
  if (v.lockout !== null) labels["half-open locked-out"] = `at opening ${v.lockout} in a row`;
  let [ring, says] = [0, ""];
  switch (state) {
    case "closed":
      if (counts(v)) {
        labels["closed open"] = `${errors} of ${v.error_threshold} errors`;
        ring = errors / v.error_threshold;
      }
      says = `Calls pass. ${errors ? `${many(errors, "error")} so far.` : "No errors are counted."}`;
      break;
    case "open": {
      const whole = (crate.sinceOpening() ?? 0) + (left ?? 0);
      ring = whole ? (left ?? 0) / whole : 0;
      labels["open half-open"] = `${wait(left ?? 0)} left`;
      says = v.observe_only ? "Calls would be rejected; they pass, since it only observes." : `Calls are rejected. The next may pass in ${wait(left ?? 0)}.`;
      break;
    }
    case "half-open": {
      const goal = v.slow_start === null ? "half-open closed" : "half-open slow-start";
      labels[goal] = `${successes} of ${v.recovery_threshold} good`;
      ring = successes / v.recovery_threshold;
      const probes = crate.probes();
      says = `At most ${many(v.max_probes, "probe")} at a time; ${probes || "none"} under way${left ? `, the next in ${wait(left)} at the latest` : ""}.`;
      break;
    }
    case "slow-start":
      ring = 1 - crate.slowStartLeft() / v.slow_start;
      labels["slow-start closed"] = `${wait(crate.slowStartLeft())} left`;
      says = `A growing share of the calls passes, for another ${wait(crate.slowStartLeft())}.`;
      break;
    case "locked-out": says = "It opened too often in a row: calls are rejected until it is reset."; break;
    case "forced-open": says = "Every call is rejected until it is reset."; break;
    default: says = "Every call passes and none is judged, until it is reset.";
  }
  const unused = [...(v.slow_start === null ? ["slow-start"] : []), ...(v.lockout === null ? ["locked-out"] : [])];
  return { state, ring, labels, says, unused: unused.filter((name) => name !== state), text: `${WORDS_OF[state]}. ${says}` };
}

const REASONS = ["failures", "good probes", "time is over", "by hand", "restored", "slow calls", "callers who went away"];

function page(crate) {
  const v = fromHash(location.hash);
  const parts = { machine: machine($("machine")), road: road($("road")), chart: chart($("chart"), $("chart-text")) };
  const totals = {};
  let [running, owed, last, shown, spokenAt, unsaid, recent, openTime, lastPaint] = [true, 0, null, "", 0, "", [], 0, 0];

  const COUNTED = [["success", "Succeeded"], ["failure", "Failed"], ["slow", "Too slow"], ["dropped", "Went away"], ["rejected", "Rejected"]];
  const figures = {};
  for (const [name, label] of [...COUNTED, ["way", "Under way"], ["openings", "Openings"], ["row", "In a row"], ["open", "Time open"], ["wait", "Next call"]]) {
    const row = document.createElement("div");
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    if (MARKS[name]) dt.append(sign(name));
    dt.append(label);
    row.append(dt, dd);
    $("counts").append(row);
    figures[name] = dd;
    dd.id = `count-${name}`;
  }

  function clear() {
    for (const [name] of COUNTED) totals[name] = 0;
    totals.openings = 0;
    [recent, openTime, unsaid] = [[], 0, ""];
    parts.road.clear();
    parts.chart.clear();
    $("log").replaceChildren();
  }

  /** Gives the crate the settings; it says what is wrong with them. */
  function settle(fresh) {
    crate.traffic(v);
    parts.chart.scale(v.speed > 1 ? 1000 * v.speed : 1000);
    const refusal = crate.apply(settingsFile(v), v.slow_start, fresh);
    tell($("refused"), refusal && `Refused, and not in use: ${refusal}`);
    if (!refusal && fresh) clear();
    const hash = toHash(v);
    try { history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search); } catch { /* not from here */ }
    code.show();
    tell($("speed-now"), v.speed === 1 ? "" : `at ${v.speed} ×`);
    const broken = v.failures === 100;
    $("break").setAttribute("aria-pressed", broken);
    tell($("break"), broken ? "Mend the dependency" : "Break the dependency");
    paint(true);
    return refusal;
  }
  const code = codePanel(v);
  const controls = controlPanel($("controls"), v, () => settle(false), () => settle(true));

  function happened(words) {
    for (let i = 0; i < words.length; i += WORDS) {
      const [kind, at, call, a, b] = words.subarray(i, i + WORDS);
      if (kind === 0) parts.road.admitted(call, a === 1);
      if (kind === 1) { parts.road.rejected(call); came(at, call, "rejected"); }
      if (kind === 2) { parts.road.ended(call, ENDS[a]); came(at, call, ENDS[a]); }
      if (kind === 3) changed(at, STATES[call], STATES[a], b);
    }
  }
  function came(at, call, kind) {
    totals[kind] += 1;
    parts.chart.call(at, kind);
    recent.unshift(SIGNS[kind]);
    recent.length = Math.min(recent.length, 30);
  }
  function changed(at, from, to, reason) {
    if (to === "open" || to === "locked-out") totals.openings += 1;
    if (!still.matches) parts.machine.move(from, to);
    const item = document.createElement("li");
    item.textContent = `${time(at)} ${WORDS_OF[from]} → ${WORDS_OF[to]}: ${REASONS[reason]}`;
    $("log").prepend(item);
    if ($("log").children.length > 12) $("log").lastChild.remove();
    parts.chart.state(at, to);
    unsaid = `${WORDS_OF[to]}: ${REASONS[reason]}.`;
  }

  function paint(all) {
    const state = crate.state();
    const told = story(crate, v, state);
    parts.machine.update(told);
    parts.road.update(state, v.failures);
    const now = performance.now();
    const other = shown !== state;
    if (other) {
      mark($("state-mark"), state);
      tell($("state"), WORDS_OF[state]);
      shown = state;
    }
    // Text changes at a pace that can be read.
    if (!all && !other && now - lastPaint < (still.matches ? 500 : 100)) return;
    lastPaint = now;
    tell($("says"), told.says);
    tell($("time"), time(crate.now()));
    for (const [name] of COUNTED) tell(figures[name], String(totals[name]));
    tell(figures.way, String(crate.underWay()));
    tell(figures.openings, String(totals.openings));
    tell(figures.row, String(crate.openings()));
    tell(figures.open, crate.now() ? `${Math.round((100 * openTime) / crate.now())} %` : "0 %");
    const left = crate.retryAfter();
    tell(figures.wait, left === null ? "by hand" : left === 0 ? "now" : `in ${wait(left)}`);
    tell($("recent-calls"), recent.join(""));
    parts.chart.paint(crate.now());
    if (unsaid && now - spokenAt > 1500) { tell($("live"), unsaid); [unsaid, spokenAt] = ["", now]; }
  }

  function frame(now) {
    const ms = last === null ? 0 : Math.min(100, now - last);
    last = now;
    if (running) {
      owed += ms * v.speed;
      const whole = Math.floor(owed);
      owed -= whole;
      const before = crate.state();
      happened(crate.advance(whole));
      if (["open", "locked-out", "forced-open"].includes(before)) openTime += whole;
      parts.chart.state(crate.now(), crate.state());
      if (!still.matches) parts.road.step(ms);
      paint(false);
    }
    requestAnimationFrame(frame);
  }

  let before = 5;
  $("break").addEventListener("click", () => {
    if (v.failures === 100) v.failures = before; else [before, v.failures] = [v.failures, 100];
    controls.refresh();
    settle(false);
  });
  $("pause").addEventListener("click", () => {
    running = !running;
    $("pause").setAttribute("aria-pressed", !running);
    tell($("pause"), running ? "Pause" : "Go on");
  });
  $("restart").addEventListener("click", () => settle(true));
  for (const button of document.querySelectorAll("[data-hand]")) {
    button.addEventListener("click", () => { crate.byHand(Number(button.dataset.hand)); happened(crate.advance(0)); paint(true); });
  }
  addEventListener("hashchange", () => { Object.assign(v, fromHash(location.hash)); controls.refresh(); settle(true); });
  if (settle(true)) { Object.assign(v, DEFAULTS); controls.refresh(); settle(true); }
  requestAnimationFrame(frame);
}

load().then(page, (error) => { tell($("says"), `This page could not start: ${error.message}`); });
