// Calls as dots: they pass the gate and come back as a tick or a cross, or they bounce.

const MARKS = {
  call: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
  probe: "M0 -7L7 0L0 7L-7 0Z",
  success: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
  failure: "M-5 -5L5 5M5 -5L-5 5",
  slow: "M-6 -6H6L-6 6H6Z",
  dropped: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
  rejected: "M6 -5H-2A5 5 0 0 0 -2 5H2M-1 2L2 5L-1 8",
};
const ENDS = ["success", "failure", "slow", "dropped"];
const SIGNS = { success: "●", failure: "✕", slow: "⧖", dropped: "◌", rejected: "↩" };

function sign(kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "-9 -9 18 18");
  svg.setAttribute("aria-hidden", "true");
  draw(svg, "path", { class: `dot ${kind}`, d: MARKS[kind] });
  return svg;
}

const GATE = 222;
// The edges of the boxes.
const LEFT = 82, RIGHT = 374;
const MOST_DOTS = 90;
// Milliseconds on the screen, whatever the speed of time.
const TO_GATE = 450, TO_SERVICE = 380, BACK = 800;

function road(svg) {
  for (const y of [34, 94]) draw(svg, "path", { class: "road-line", d: `M${LEFT} ${y}H${RIGHT}` });
  draw(svg, "rect", { class: "road-box", x: 4, y: 14, width: LEFT - 4, height: 100, rx: 10 });
  draw(svg, "text", { class: "road-label", x: 43, y: 69 }, "callers");
  draw(svg, "rect", { class: "road-box", x: RIGHT, y: 14, width: 102, height: 100, rx: 10 });
  draw(svg, "text", { class: "road-label", x: 425, y: 60 }, "dependency");
  const health = draw(svg, "text", { class: "road-label quiet", x: 425, y: 80 }, "");
  const cracks = draw(svg, "path", { class: "down dot", d: "M382 22L468 106M468 22L382 106", visibility: "hidden", opacity: 0.3 });
  const gate = draw(svg, "g", { class: "node now closed" });
  const arm = draw(gate, "path", { class: "gate-arm", d: `M${GATE} 64V14` });
  arm.style.stroke = "var(--c)";
  draw(svg, "circle", { class: "post", cx: GATE, cy: 64, r: 6 });
  const layer = draw(svg, "g");
  const dots = new Map();
  let time = 0;

  const shape = (dot, kind) => {
    dot.element.setAttribute("class", `dot ${kind}`);
    dot.element.setAttribute("d", MARKS[kind]);
  };
  function begin(call, kind, rejected) {
    if (dots.size >= MOST_DOTS) return;
    const element = draw(layer, "path", {});
    const dot = { element, began: time, lane: ((call * 7) % 5) * 4 - 8, rejected, end: null, shown: false };
    shape(dot, kind);
    dots.set(call, dot);
  }
  /** Where a dot is by now, and how visible; nothing once it has arrived. */
  function place(dot) {
    const age = time - dot.began;
    const y = 34 + dot.lane;
    if (age < TO_GATE) return [LEFT + ((GATE - 12 - LEFT) * age) / TO_GATE, y, 1];
    if (dot.rejected) {
      if (!dot.shown) { shape(dot, "rejected"); dot.shown = true; }
      const t = (age - TO_GATE) / BACK;
      return t < 1 ? [GATE - 12 - (GATE - LEFT - 18) * t, y + 60 * t - 30 * Math.sin(Math.PI * t), 1.6 - t * 1.5] : null;
    }
    const inside = RIGHT + 14 + (Math.abs(dot.lane) % 3) * 8;
    const ride = age - TO_GATE;
    if (ride < TO_SERVICE) return [GATE - 12 + ((inside - GATE + 12) * ride) / TO_SERVICE, y, 1];
    if (dot.end === null) return [inside, y, 1];
    if (!dot.shown) { shape(dot, dot.end); dot.shown = true; dot.back = time; }
    const t = (time - dot.back) / BACK;
    return t < 1 ? [inside - (inside - LEFT - 6) * t, Math.min(94 + dot.lane, y + 240 * t), Math.min(1, 3 - t * 3)] : null;
  }

  return {
    admitted: (call, probe) => begin(call, probe ? "probe" : "call", false),
    rejected: (call) => begin(call, "call", true),
    ended(call, kind) { const dot = dots.get(call); if (dot) dot.end = kind; },
    clear() { dots.forEach((dot) => dot.element.remove()); dots.clear(); },
    /** Moves the dots on by milliseconds on the screen. */
    step(ms) {
      time += ms;
      for (const [call, dot] of dots) {
        const at = place(dot);
        if (!at) { dot.element.remove(); dots.delete(call); continue; }
        dot.element.setAttribute("transform", `translate(${at[0].toFixed(1)} ${at[1].toFixed(1)})`);
        dot.element.setAttribute("opacity", Math.max(0, at[2]).toFixed(2));
      }
    },
    update(state, failures) {
      gate.setAttribute("class", `node now ${state}`);
      const shut = ["open", "locked-out", "forced-open"].includes(state);
      const turn = shut ? 0 : ["half-open", "slow-start"].includes(state) ? 45 : 90;
      arm.style.transform = `rotate(${turn}deg)`;
      tell(health, failures === 0 ? "healthy" : failures === 100 ? "down" : `${failures} % fail`);
      cracks.setAttribute("visibility", failures === 100 ? "visible" : "hidden");
    },
  };
}
