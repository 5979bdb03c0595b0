"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const timeline = document.getElementById("timeline");
const span = Math.max(data.span, 1), step = data.step;
// So many steps are the least that a view shows.
const least = Math.min(span, step * 16);
let from = 0, to = span, cursor = 0;

const number = new Intl.NumberFormat("en");
const many = (n, one) => `${number.format(n)} ${one}`;
// To a place that is as fine as the grain, rounded before it is taken apart.
function time(us, grain = us) {
  if (us === 0) return "0";
  const places = grain < 1e4 ? 4 : grain < 1e5 ? 2 : grain < 1e7 ? 1 : 0;
  const s = +(us / 1e6).toFixed(us < 120e6 ? Math.max(places, 1) : places);
  if (s < 120) return `${s} s`;
  const m = Math.floor(s / 60), rest = +(s - m * 60).toFixed(places);
  if (s < 7200) return rest ? `${m} min ${rest} s` : `${m} min`;
  const minutes = Math.round(s / 60), h = Math.floor(minutes / 60);
  if (s < 172800) return minutes % 60 ? `${h} h ${minutes % 60} min` : `${h} h`;
  return `${+(s / 86400).toFixed(1)} days`;
}

const NS = "http://www.w3.org/2000/svg";
function svg(name, attributes, parent) {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (parent) parent.append(node);
  return node;
}
function element(name, text, className, parent) {
  const node = document.createElement(name);
  node.textContent = text;
  if (className) node.className = className;
  parent.append(node);
  return node;
}

// How long a bar of the view is: whole steps, wide enough to be seen.
const barLength = (width) => step * Math.max(1, Math.ceil((to - from) / step / (width / 2)));

// Sums of columns of steps, for each bar of the view, the first of which may begin before it.
function cells(columns, width) {
  const length = barLength(width), each = length / step, first = Math.floor(from / length);
  const count = Math.max(1, Math.ceil(to / length) - first);
  const sums = columns.map((column) => Float64Array.from({ length: count }, (_, n) => {
    let sum = 0;
    for (let place = (first + n) * each; place < (first + n + 1) * each; place++) sum += column[place] || 0;
    return sum;
  }));
  return [sums, first * length, length];
}

function bars(parent, className, low, high, [begin, length, width], base, scale, attributes = {}) {
  let path = "";
  const wide = length / (to - from) * width;
  low.forEach((bottom, n) => {
    const height = (high[n] - bottom) * scale;
    if (!height) return;
    // What is there is seen, however little.
    const tall = Math.sign(height) * Math.max(Math.abs(height), 1.5);
    path += `M${x(begin + n * length, width).toFixed(1)} ${(base - bottom * scale).toFixed(1)}h${(wide + .3).toFixed(1)}v${(-tall).toFixed(1)}h${(-wide - .3).toFixed(1)}z`;
  });
  svg("path", { class: className, d: path, ...attributes }, parent);
}

const x = (at, width) => (at - from) / (to - from) * width;

function frame(row, height, label) {
  const width = Math.max(row.box.clientWidth, 50);
  row.box.replaceChildren();
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, "aria-hidden": "true" }, row.box);
  for (const [begin, end] of data.outages) {
    if (end < from || begin > to) continue;
    const left = Math.max(0, x(begin, width));
    svg("rect", { class: "s-outage", x: left, y: 0, width: Math.max(1.5, Math.min(width, x(end, width)) - left), height }, picture);
  }
  return [picture, width];
}

function drawTrace(row) {
  const height = 58, [picture, width] = frame(row, height);
  const [[good, failed, ignored], begin, length] = cells(data.calls, width), place = [begin, length, width];
  const all = good.map((n, at) => n + failed[at] + ignored[at]);
  const most = Math.max(1, ...all), scale = (height - 4) / most, zero = new Float64Array(good.length);
  bars(picture, "s-failed", zero, failed, place, height, scale);
  bars(picture, "s-good", failed, all, place, height, scale);
}

function drawSetting(row) {
  const up = 44, down = 22, band = 12, height = up + down + band + 4, [picture, width] = frame(row, height);
  const pattern = svg("pattern", { id: `hatch${row.place}`, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("defs", {}, picture));
  svg("rect", { width: 3.2, height: 5, style: "fill:var(--lost)" }, pattern);
  const [[lost, spared, failed, open, half], first, length] = cells(row.setting.steps, width), place = [first, length, width];
  const zero = new Float64Array(lost.length), both = failed.map((n, at) => n + spared[at]);
  const most = Math.max(1, ...both), mostLost = Math.max(1, ...lost);
  const scale = Math.min(up / most, down / mostLost * 2);
  bars(picture, "s-failed", zero, failed, place, up, scale);
  bars(picture, "s-spared", failed, both, place, up, scale);
  // Downwards, half as high.
  bars(picture, "", zero, lost, place, up, -Math.min(scale, down / mostLost), { style: `fill:url(#hatch${row.place});stroke:var(--lost);stroke-width:.5` });
  svg("line", { class: "s-line", x1: 0, x2: width, y1: up, y2: up }, picture);
  const top = up + down + 2;
  svg("rect", { class: "s-closed", x: 0, y: top + band / 2 - 1, width, height: 2 }, picture);
  const rect = (className, begin, end, opacity = 1) => {
    if (end < from || begin > to) return;
    const left = Math.max(0, x(begin, width)), right = Math.min(width, x(end, width));
    const thin = className === "s-half" ? 3 : 0;
    svg("rect", { class: className, x: left, y: top + thin, width: Math.max(1.5, right - left), height: band - 2 * thin, opacity }, picture);
  };
  // Each by itself where there is room, else shares of time, of which the least is still seen.
  const seen = row.setting.spans.filter(([begin, end]) => end >= from && begin <= to);
  const known = seen.length > width / 6 ? -1 : row.setting.spansEnd ?? Infinity;
  if (known >= 0) for (const [begin, end, isOpen] of seen) rect(isOpen ? "s-open" : "s-half", begin, end);
  open.forEach((share, n) => {
    const begin = first + n * length;
    if (begin < known) return;
    if (half[n]) rect("s-half", begin, begin + length, Math.min(1, half[n] / length + .15));
    if (share) rect("s-open", begin, begin + length, Math.min(1, share / length + .15));
  });
}

function drawAxis(row) {
  const [picture, width] = [svg("svg", { height: 20, "aria-hidden": "true" }), Math.max(row.box.clientWidth, 50)];
  picture.setAttribute("viewBox", `0 0 ${width} 20`);
  row.box.replaceChildren(picture);
  const nice = [1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 3e7, 6e7, 12e7, 3e8, 6e8, 18e8, 36e8, 72e8, 216e8, 432e8, 864e8, 1728e8, 6048e8];
  const length = nice.find((n) => (to - from) / n <= width / 85) || nice[nice.length - 1] * Math.ceil(span / 6048e8 / 8);
  for (let at = Math.ceil(from / length) * length; at <= to; at += length) {
    const place = x(at, width);
    svg("line", { class: "s-line", x1: place, x2: place, y1: 0, y2: 5 }, picture);
    const anchor = place < 20 ? "start" : place > width - 20 ? "end" : "middle";
    svg("text", { x: place, y: 17, "text-anchor": anchor }, picture).textContent = time(at, length);
  }
}

const rows = [];
function addRow(name, said, draw, setting) {
  const row = { setting, draw, place: rows.length };
  const outer = element("div", "", "row", timeline);
  if (name) {
    const head = element("div", "", "head", outer);
    element("strong", name, "", head);
    if (said) element("code", said, "", head);
    row.now = element("span", "", "now", head);
  }
  row.box = element("div", "", "box", outer);
  rows.push(row);
}
addRow("The trace", "", drawTrace, null);
for (const setting of data.settings) addRow(setting.name, setting.said, drawSetting, setting);
addRow("", "", drawAxis, null);
const line = svg("svg", { style: "position:absolute;inset:0;height:100%;pointer-events:none", "aria-hidden": "true" }, timeline);
const mark = svg("line", { class: "s-cursor" }, line);

// What there is at a time: in the bar that shows it.
function readings() {
  const wide = barLength(rows[0].box.clientWidth || 1), each = wide / step, bar = Math.floor(cursor / wide);
  const sum = (column) => {
    let total = 0;
    for (let place = bar * each; place < (bar + 1) * each; place++) total += column[place] || 0;
    return total;
  };
  const [good, failed, ignored] = data.calls.map(sum);
  const inOutage = data.outages.some(([a, b]) => a <= cursor && cursor <= b);
  const texts = [`${good} good, ${failed} failed${ignored ? `, ${ignored} ignored` : ""}${inOutage ? ", in an outage" : ""}`];
  for (const { spans, spansEnd, steps } of data.settings) {
    const at = spans.find(([a, b]) => a <= cursor && cursor < b);
    let state = at ? (at[2] ? "open" : "half-open") : "closed";
    const [lost, spared, left, open] = steps.map(sum);
    if (spansEnd !== null && cursor >= spansEnd) state = `open for ${Math.round(100 * Math.min(1, open / wide))} %`;
    const said = [[lost, "lost"], [spared, "spared"], [left, "failed"]].filter(([n]) => n).map(([n, word]) => many(n, word));
    texts.push([state, ...said].join(", "));
  }
  return texts;
}

function tell() {
  const box = rows[0].box, left = box.offsetLeft, width = box.clientWidth;
  const place = left + x(cursor, width);
  for (const [key, value] of Object.entries({ x1: place, x2: place, y1: 8, y2: timeline.clientHeight - 26 })) mark.setAttribute(key, value);
  mark.style.visibility = cursor < from || cursor > to ? "hidden" : "visible";
  const texts = readings(), at = time(cursor, Math.min(to - from, 9e5));
  rows.forEach((row, n) => { if (row.now) row.now.textContent = n ? texts[n] : `at ${at}: ${texts[0]}`; });
  timeline.setAttribute("aria-valuemin", 0);
  timeline.setAttribute("aria-valuemax", (span / 1e6).toFixed(3));
  timeline.setAttribute("aria-valuenow", (cursor / 1e6).toFixed(3));
  timeline.setAttribute("aria-valuetext", `${at}. Trace: ${texts[0]}. ${data.settings.map((setting, n) => `${setting.name}: ${texts[n + 1]}`).join(". ")}`);
}

function draw() {
  rows.forEach((row) => row.draw(row));
  document.getElementById("view").textContent = `${time(from, to - from)} to ${time(to, to - from)} of ${time(span)}`;
  const button = (name) => document.querySelector(`[data-do=${name}]`);
  button("in").disabled = to - from <= least;
  button("out").disabled = button("all").disabled = to - from >= span;
  button("left").disabled = from <= 0;
  button("right").disabled = to >= span;
  button("previous").disabled = button("next").disabled = !data.outages.length;
  tell();
}

function show(begin, end) {
  const length = Math.min(span, Math.max(least, end - begin));
  const middle = (begin + end) / 2;
  from = Math.min(Math.max(0, middle - length / 2), span - length);
  to = from + length;
  draw();
}
function zoom(factor, around) {
  const share = (around - from) / (to - from), length = Math.min(span, Math.max(least, (to - from) * factor));
  const begin = around - share * length;
  show(begin, begin + length);
}
const pan = (share) => show(from + share * (to - from), to + share * (to - from));
function point(at) {
  cursor = Math.min(span, Math.max(0, at));
  const length = to - from;
  if (cursor < from) show(cursor - length * .1, cursor + length * .9);
  else if (cursor > to) show(cursor - length * .9, cursor + length * .1);
  else tell();
}
function outage(direction) {
  // What is in the middle of the view is the present one.
  const whole = to - from >= span, middle = (from + to) / 2;
  const all = direction > 0 ? data.outages : [...data.outages].reverse();
  const slack = (to - from) * .05;
  let found = whole ? all[0] : all.find(([a, b]) => direction * ((a + b) / 2 - middle) > slack);
  if (!found) found = all[all.length - 1];
  const [a, b] = found, around = Math.max((b - a) * .75, step * 8);
  cursor = a;
  show(a - around, b + around);
}
function change(direction) {
  const all = [...new Set(data.settings.flatMap(({ spans }) => spans.flatMap(([a, b]) => [a, b])))].sort((a, b) => direction * (a - b));
  const next = all.find((at) => direction * (at - cursor) > 0);
  if (next !== undefined) point(next);
}

const middle = () => (cursor >= from && cursor <= to ? cursor : (from + to) / 2);
const acts = {
  in: () => zoom(.5, middle()), out: () => zoom(2, middle()), left: () => pan(-.5), right: () => pan(.5),
  all: () => show(0, span), previous: () => outage(-1), next: () => outage(1),
};
document.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", () => acts[button.dataset.do]()));

timeline.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const small = Math.max((to - from) / 100, barLength(rows[0].box.clientWidth || 1));
  const keys = {
    ArrowLeft: () => (event.shiftKey ? pan(-.5) : point(cursor - small)),
    ArrowRight: () => (event.shiftKey ? pan(.5) : point(cursor + small)),
    ArrowUp: () => zoom(.5, middle()), ArrowDown: () => zoom(2, middle()),
    "+": acts.in, "=": acts.in, "-": acts.out, "0": acts.all,
    PageDown: () => change(1), PageUp: () => change(-1),
    Home: () => point(0), End: () => point(span),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

const timeAt = (event) => {
  const box = rows[0].box.getBoundingClientRect();
  return from + (event.clientX - box.left) / box.width * (to - from);
};
let drag = null;
timeline.addEventListener("pointerdown", (event) => { drag = { at: timeAt(event), x: event.clientX, moved: false }; });
timeline.addEventListener("pointermove", (event) => {
  if (drag && event.buttons) {
    if (Math.abs(event.clientX - drag.x) > 4) drag.moved = true;
    if (drag.moved && to - from < span) {
      timeline.setPointerCapture(event.pointerId);
      const by = drag.at - timeAt(event);
      show(from + by, to + by);
    }
  } else if (event.pointerType === "mouse") {
    const at = timeAt(event);
    if (at >= from && at <= to) point(at);
  }
});
timeline.addEventListener("pointerup", (event) => {
  const at = timeAt(event);
  if (drag && !drag.moved && at >= from && at <= to) point(at);
  drag = null;
});
timeline.addEventListener("pointercancel", () => { drag = null; });
timeline.addEventListener("dblclick", (event) => zoom(.4, timeAt(event)));
timeline.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return;
  event.preventDefault();
  zoom(event.deltaY > 0 ? 1.3 : .77, timeAt(event));
}, { passive: false });

const sweep = data.sweep;
if (sweep) {
  document.getElementById("sweep").hidden = false;
  const plot = document.getElementById("scatter"), said = document.getElementById("scatter-said");
  let chosen = Math.max(0, sweep.edge.indexOf(sweep.picked));
  const percent = (share) => `${+(share * 100).toFixed(share < .1 ? 2 : 1)} %`;
  const drawSweep = () => {
    const width = Math.max(plot.clientWidth - 16, 120), height = Math.min(420, Math.max(260, width * .45));
    const left = 52, bottom = 42, right = 14, top = 12;
    const mostX = Math.max(...sweep.points.map((p) => p[1]), 1e-6), mostY = Math.max(...sweep.points.map((p) => p[2]), 1e-6);
    // The root gives room to where few are lost, which is where one looks.
    const px = (share) => left + Math.sqrt(share / mostX) * (width - left - right);
    const py = (share) => height - bottom - share / mostY * (height - bottom - top);
    plot.replaceChildren();
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, "aria-hidden": "true" }, plot);
    for (const part of [0, .25, .5, .75, 1]) {
      const y = py(part * mostY);
      svg("line", { class: "s-line", x1: left, x2: width - right, y1: y, y2: y }, picture);
      svg("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, picture).textContent = percent(part * mostY);
    }
    for (const part of width < 500 ? [0, .1, .4, 1] : [0, .02, .1, .25, .5, 1]) {
      const place = px(part * mostX);
      svg("line", { class: "s-line", x1: place, x2: place, y1: top, y2: height - bottom }, picture);
      svg("text", { x: place, y: height - bottom + 16, "text-anchor": part === 1 ? "end" : "middle" }, picture).textContent = percent(part * mostX);
    }
    svg("text", { x: (left + width) / 2, y: height - 6, "text-anchor": "middle" }, picture).textContent = "good calls lost (scale of roots) →";
    svg("text", { x: left + 6, y: top + 12 }, picture).textContent = "↑ failures spared";
    for (const p of sweep.points) svg("title", {}, svg("circle", { class: "dot", cx: px(p[1]), cy: py(p[2]), r: 3.5 }, picture)).textContent = p[0];
    const edge = sweep.edge.map((place) => sweep.points[place]);
    svg("path", { class: "edge-line", d: edge.map((p, n) => `${n ? "L" : "M"}${px(p[1]).toFixed(1)} ${py(p[2]).toFixed(1)}`).join("") }, picture);
    sweep.edge.forEach((place, n) => {
      const p = sweep.points[place], [cx, cy] = [px(p[1]), py(p[2])];
      const dot = place === sweep.picked
        ? svg("path", { class: "star", d: `M${cx} ${cy - 9}l9 9l-9 9l-9 -9z` }, picture)
        : svg("circle", { class: "edge", cx, cy, r: 5.5 }, picture);
      svg("title", {}, dot).textContent = p[0];
      dot.addEventListener("pointerdown", () => { chosen = n; drawSweep(); });
      if (n === chosen) svg("circle", { class: "chosen", cx, cy, r: 12 }, picture);
    });
    const p = sweep.points[sweep.edge[chosen]];
    const text = `${percent(p[1])} of the good calls lost (${number.format(p[3])}), ${percent(p[2])} of the failures spared (${number.format(p[4])})`;
    const picked = sweep.edge[chosen] === sweep.picked ? ", picked" : "";
    said.replaceChildren(`${chosen + 1} of ${sweep.edge.length} on the frontier${picked}: ${text}: `);
    element("code", p[0], "", said);
    for (const [key, value] of Object.entries({ valuemin: 1, valuemax: sweep.edge.length, valuenow: chosen + 1, valuetext: `${p[0]}: ${text}${picked}` })) plot.setAttribute(`aria-${key}`, value);
  };
  plot.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -1e9, End: 1e9 }[event.key];
    if (!by) return;
    event.preventDefault();
    chosen = Math.min(sweep.edge.length - 1, Math.max(0, chosen + by));
    drawSweep();
  });
  drawSweep();
  new ResizeObserver(drawSweep).observe(document.body);
}

if (data.outages.length) cursor = data.outages[0][0];
let width = 0;
new ResizeObserver(() => {
  if (timeline.clientWidth !== width) { width = timeline.clientWidth; draw(); }
}).observe(timeline);
draw();
