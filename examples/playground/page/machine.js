// The states as a picture: each has a shape of its own, a word, and a colour.

const SVG = "http://www.w3.org/2000/svg";
function draw(parent, tag, attributes = {}, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}
/** Writes only what is new, so that nothing is laid out, or read out, again. */
function tell(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const polygon = (n, r, turn) => "M" + upTo(0, n - 1).map((i) => {
  const a = (turn + (i * 360) / n) * Math.PI / 180;
  return `${(r * Math.cos(a)).toFixed(1)} ${(r * Math.sin(a)).toFixed(1)}`;
}).join("L") + "Z";
const circle = (r) => `M0 ${-r}A${r} ${r} 0 1 1 0 ${r}A${r} ${r} 0 1 1 0 ${-r}Z`;
const SHAPES = {
  closed: circle(41),
  open: polygon(8, 44, -67.5),
  "half-open": "M0 -50L58 0L0 50L-58 0Z",
  "slow-start": "M0 -50L46 -14V38H-46V-14Z",
  "locked-out": "M-38 -38H38V38H-38Z",
  "forced-open": polygon(8, 44, -67.5),
  "forced-closed": circle(41),
};
const WORDS_OF = { closed: "Closed", open: "Open", "half-open": "Half-open", "slow-start": "Slow start", "locked-out": "Locked out", "forced-open": "Forced open", "forced-closed": "Forced closed" };
const PLACES = { closed: [58, 60], open: [258, 60], "half-open": [258, 206], "slow-start": [58, 206], "locked-out": [390, 206], "forced-closed": [58, 328], "forced-open": [258, 328] };

// From, to, its path, the place of its label, and where the label is anchored.
const EDGES = [
  ["closed", "open", "M101 54H214", 158, 44, "middle"],
  ["open", "half-open", "M248 103V160", 240, 147, "end"],
  ["half-open", "open", "M270 163V106", 280, 138, "start"],
  ["half-open", "closed", "M213 189L92 91", 154, 154, "end"],
  ["half-open", "slow-start", "M199 206H108", 164, 236, "middle"],
  ["slow-start", "closed", "M58 153V105", 66, 142, "start"],
  ["slow-start", "open", "M104 186L219 90", 180, 106, "end"],
  ["half-open", "locked-out", "M317 206H348", 434, 264, "end"],
];

/** A small sign of a state, for the headline. */
function mark(parent, state) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "-66 -66 132 132");
  const node = draw(svg, "g", { class: `node now ${state}` });
  draw(node, "path", { class: "shape", d: SHAPES[state], style: "stroke-width: 14" });
  if (state.startsWith("forced")) draw(node, "path", { class: "inner", d: SHAPES[state], transform: "scale(.55)", style: "stroke-width: 14" });
  parent.replaceChildren(svg);
}

function machine(svg) {
  const defs = draw(svg, "defs");
  const tip = draw(defs, "marker", { id: "tip", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 8, markerHeight: 8, orient: "auto" });
  draw(tip, "path", { class: "arrow-tip", d: "M0 0L10 5L0 10Z" });
  const edges = new Map();
  for (const [from, to, d, x, y, anchor] of EDGES) {
    const group = draw(svg, "g");
    const path = draw(group, "path", { class: "edge", d, "marker-end": "url(#tip)" });
    edges.set(`${from} ${to}`, { group, path, label: null, at: { x, y, "text-anchor": anchor } });
  }
  const nodes = new Map();
  for (const [state, [x, y]] of Object.entries(PLACES)) {
    const node = draw(svg, "g", { class: `node ${state}`, transform: `translate(${x} ${y})` });
    draw(node, "path", { class: "shape", d: SHAPES[state] });
    if (state.startsWith("forced") || state === "locked-out") draw(node, "path", { class: "inner", d: SHAPES[state], transform: "scale(.87)" });
    const ring = draw(node, "path", { class: "ring", d: SHAPES[state], pathLength: 100, "stroke-dasharray": "0 100" });
    const words = WORDS_OF[state].split(" ");
    words.forEach((word, i) => draw(node, "text", { y: 5 + (i - (words.length - 1) / 2) * 18 + (state === "slow-start" ? 4 : 0) }, word));
    nodes.set(state, { node, ring });
  }
  // Labels lie above the nodes.
  for (const edge of edges.values()) edge.label = draw(edge.group, "text", { class: "edge-label", ...edge.at }, "");
  const hand = draw(svg, "text", { class: "edge-label", x: 158, y: 333, "text-anchor": "middle" }, "by hand");
  const spark = draw(svg, "circle", { class: "spark", r: 8, visibility: "hidden" });
  const desc = svg.querySelector("desc");

  return {
    /** `labels` by edge, `ring` from 0 to 1 around the present state, and what cannot happen under these settings. */
    update({ state, ring, labels, unused, text }) {
      for (const [name, { node, ring: arc }] of nodes) {
        const now = name === state;
        node.setAttribute("class", `node ${name}${now ? " now" : ""}${unused.includes(name) ? " unused" : ""}`);
        const share = now ? Math.max(0, Math.min(1, ring)) * 100 : 0;
        arc.setAttribute("stroke-dasharray", `${share.toFixed(1)} 200`);
        arc.setAttribute("visibility", share > 0.5 ? "visible" : "hidden");
      }
      for (const [name, { group, label }] of edges) {
        const said = labels[name];
        group.setAttribute("visibility", said === undefined ? "hidden" : "visible");
        tell(label, said ?? "");
        label.setAttribute("class", name.split(" ")[0] === state ? "edge-label now" : "edge-label");
      }
      hand.setAttribute("class", state.startsWith("forced") ? "edge-label now" : "edge-label");
      tell(desc, text);
    },
    /** A spark along the way from one state to the other. */
    move(from, to) {
      const edge = edges.get(`${from} ${to}`);
      const [a, b] = [PLACES[from], PLACES[to]];
      const began = performance.now();
      const step = (now) => {
        const t = Math.min(1, (now - began) / 450);
        const point = edge
          ? edge.path.getPointAtLength(edge.path.getTotalLength() * t)
          : { x: a[0] + (b[0] - a[0]) * t, y: a[1] + (b[1] - a[1]) * t };
        spark.setAttribute("transform", `translate(${point.x} ${point.y})`);
        spark.setAttribute("visibility", t < 1 ? "visible" : "hidden");
        if (t < 1) requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    },
  };
}
