"use strict";

// What a reader wants to know about a state, beside its name.
const PASSES = {
  closed: "Calls pass.",
  "half-open": "The next call is the probe.",
  "slow-start": "A growing share of calls passes.",
  "forced-closed": "Every call passes and none is judged, until somebody resets it.",
  "forced-open": "Every call is rejected, until somebody resets it.",
  "locked-out": "Every call is rejected, until somebody resets it.",
};
const REASONS = { success: "the probes succeeded", time: "the first probe passes", "by-hand": "by hand", restored: "restored" };
// Of the failure that opened it.
const CAUSES = {
  error: "an error",
  output: "a bad answer",
  slow: "too slow",
  dropped: "its caller gave up",
  panic: "a panic",
  reported: "a report",
  recovery: "the recovery step failed",
};
const STRIP_MS = 5 * 60_000;
const MOST_CHANGES = 100;

const $ = (id) => document.getElementById(id);
const cards = new Map();
let changes = [];
// What the server's clock is ahead of this one.
let ahead = 0;
let fading;

const words = (state) => state.replace("-", " ");
const shape = (element, state) => element.querySelector("use").setAttribute("href", "#" + state);
const text = (element, value) => {
  if (element.textContent !== String(value)) element.textContent = value;
};

function card(id) {
  if (cards.has(id)) return cards.get(id);
  const element = $("card").content.firstElementChild.cloneNode(true);
  const title = element.querySelector("h2");
  title.textContent = id;
  title.id = "circuit-" + id;
  element.setAttribute("aria-labelledby", title.id);
  element.dataset.id = id;
  const actions = element.querySelector(".actions");
  actions.setAttribute("aria-label", "Actions on " + id);
  for (const button of actions.children) button.addEventListener("click", () => act(id, button));
  $("circuits").append(element);
  const made = { element };
  cards.set(id, made);
  return made;
}

function show({ now, ready, circuits }) {
  ahead = now - Date.now();
  const stopped = circuits.filter((circuit) => circuit.stops).map((circuit) => circuit.id);
  text($("ready"), ready ? "Ready" : "Not ready without " + stopped.join(", "));
  $("ready").classList.toggle("not", !ready);
  for (const [id, { element }] of cards) {
    if (circuits.some((circuit) => circuit.id === id)) continue;
    element.remove();
    cards.delete(id);
  }
  for (const circuit of circuits) {
    const made = card(circuit.id);
    const { element, before } = made;
    const wait = circuit.retry_after_ms;
    if (before && before.state !== circuit.state) say(circuit);
    // The bar is full at the longest wait of this opening that was seen.
    const same = before && before.state === "open" && before.counts.openings === circuit.counts.openings;
    made.longest = circuit.state === "open" ? Math.max(same ? made.longest : 0, wait) : 0;
    made.until = circuit.state === "open" ? performance.now() + wait : null;
    made.before = circuit;
    element.dataset.state = circuit.state;
    shape(element, circuit.state);
    const state = words(circuit.state);
    text(element.querySelector(".state"), state[0].toUpperCase() + state.slice(1));
    element.querySelector(".required").hidden = !circuit.required;
    for (const count of element.querySelectorAll("[data-count]")) {
      text(count, circuit.counts[count.dataset.count].toLocaleString("en"));
    }
  }
  tick();
  strips();
}

// Counts down between two messages.
function tick() {
  for (const { element, until, longest, before } of cards.values()) {
    const next = element.querySelector(".next");
    const bar = element.querySelector(".bar i");
    if (until === null) {
      text(next, PASSES[before.state]);
      bar.style.width = "0";
      continue;
    }
    const left = Math.max(0, until - performance.now());
    text(next, `Next probe in ${(left / 1000).toFixed(1)} s`);
    bar.style.width = `${longest > 0 ? (100 * left) / longest : 0}%`;
  }
}

// Each state that a circuit was in, over the last minutes.
function strips() {
  const now = Date.now() + ahead;
  for (const [id, { element, before }] of cards) {
    const own = changes.filter((change) => change.id === id && change.at > now - STRIP_MS);
    const parts = own.map((change, at) => [change.from, change.at - (at ? own[at - 1].at : now - STRIP_MS)]);
    parts.push([before.state, now - (own.length ? own.at(-1).at : now - STRIP_MS)]);
    const strip = element.querySelector(".strip");
    strip.replaceChildren(...parts.map(([state, length]) => {
      const part = document.createElement("i");
      part.dataset.state = state;
      part.style.flex = `${Math.max(length, 0)} 0 0`;
      return part;
    }));
    const times = own.length === 1 ? "once" : `${own.length} times`;
    strip.setAttribute("aria-label", own.length ? `Changed ${times} in the last 5 minutes` : "No change in the last 5 minutes");
  }
}

function why({ reason, error_count }) {
  if (typeof reason === "string") return REASONS[reason] ?? reason;
  const errors = error_count === 1 ? "1 error" : `${error_count} errors`;
  const cause = Object.values(reason)[0];
  return `${CAUSES[cause] ?? cause}, ${errors} counted`;
}

// Without the lines that draw where in the file it is, which want a wide screen.
const brief = (message) => message.split("\n").filter((line) => !/^\s*\d*\s*\|/.test(line)).join("\n");

function row(change) {
  const item = document.createElement("li");
  const state = change.to ?? "settings";
  item.dataset.state = state;
  item.innerHTML = '<svg class="shape" aria-hidden="true"><use/></svg><span><time></time><b></b> <em></em><span class="why"></span></span>';
  shape(item, state);
  const at = new Date(change.at);
  item.querySelector("b").textContent = change.id ?? "settings";
  item.querySelector("em").textContent = change.to ? "is " + words(change.to) : change.refused ? "refused" : "read again";
  item.querySelector(".why").textContent = change.to ? why(change) : brief(change.message);
  item.querySelector("time").textContent = at.toLocaleTimeString("en-GB");
  item.querySelector("time").dateTime = at.toISOString();
  return item;
}

function told(change) {
  changes.push(change);
  changes = changes.slice(-MOST_CHANGES);
  $("changes").prepend(row(change));
  while ($("changes").children.length > MOST_CHANGES) $("changes").lastChild.remove();
  $("no-changes").hidden = true;
  if (!change.to) $("said").textContent = "Settings: " + brief(change.message);
}

function history(all) {
  changes = all;
  $("changes").replaceChildren(...all.map(row).reverse());
  $("no-changes").hidden = all.length > 0;
}

function say({ id, state, retry_after_ms }) {
  const wait = state === "open" ? `, next probe in ${Math.ceil(retry_after_ms / 1000)} seconds` : "";
  $("said").textContent = `${id} is ${words(state)}${wait}`;
}

async function act(id, button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  const token = $("token").value;
  const answer = (refused, message) => {
    $("answer").classList.toggle("refused", refused);
    $("answer").textContent = message;
    clearTimeout(fading);
    fading = setTimeout(() => ($("answer").textContent = ""), 10_000);
  };
  button.setAttribute("aria-disabled", "true");
  try {
    const response = await fetch(`/circuits/${encodeURIComponent(id)}/${button.dataset.action}`, {
      method: "POST",
      headers: token ? { authorization: "Bearer " + token } : {},
    });
    const body = await response.json();
    if (response.ok) answer(false, `${id} is ${words(body.state)} now.`);
    else answer(true, `Refused: ${body.error}.`);
  } catch (error) {
    answer(true, `Not done: ${error.message}.`);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

function connected(is) {
  document.body.classList.toggle("lost-sight", !is);
  $("connection").classList.toggle("lost", !is);
  text($("connection"), is ? "live" : "connection lost, trying again");
}

function watch() {
  const events = new EventSource("/events");
  events.onopen = () => connected(true);
  events.onerror = () => {
    connected(false);
    // A browser tries again by itself where a connection broke, and not where it was refused.
    if (events.readyState === EventSource.CLOSED) setTimeout(watch, 3_000);
  };
  events.addEventListener("history", (event) => history(JSON.parse(event.data)));
  events.addEventListener("change", (event) => told(JSON.parse(event.data)));
  events.addEventListener("circuits", (event) => show(JSON.parse(event.data)));
}

watch();

$("operator").addEventListener("submit", (event) => event.preventDefault());
setInterval(tick, 100);
setInterval(strips, 2_000);
