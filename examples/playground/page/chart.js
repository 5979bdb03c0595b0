// Calls over time, by outcome, and the state beneath them.

const BARS = 60;

function chart(canvas, caption) {
  let width = 1000;
  let bars = [];
  const context = canvas.getContext("2d");
  const fresh = (from) => ({ from, success: 0, failure: 0, rejected: 0, state: null });
  const at = (ms) => {
    const from = Math.floor(ms / width) * width;
    if (!bars.length || bars[bars.length - 1].from < from) bars.push(fresh(from));
    if (bars.length > BARS + 1) bars.shift();
    return bars[bars.length - 1];
  };
  return {
    /** So many milliseconds a bar. */
    scale(ms) { if (ms !== width) { width = ms; bars = []; } },
    clear() { bars = []; },
    call(ms, kind) {
      const bar = at(ms);
      if (kind === "rejected" || kind === "success") bar[kind] += 1; else if (kind !== "dropped") bar.failure += 1;
    },
    state(ms, state) {
      const bar = at(ms);
      // What was worst in it.
      const worth = (s) => ["closed", "forced-closed", "slow-start", "half-open", "open", "forced-open", "locked-out"].indexOf(s);
      if (bar.state === null || worth(state) > worth(bar.state)) bar.state = state;
    },
    paint(ms) {
      const ratio = devicePixelRatio || 1;
      const [w, h] = [canvas.clientWidth, canvas.clientHeight];
      if (canvas.width !== Math.round(w * ratio)) canvas.width = Math.round(w * ratio);
      if (canvas.height !== Math.round(h * ratio)) canvas.height = Math.round(h * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, w, h);
      const style = getComputedStyle(document.documentElement);
      const colour = (name) => style.getPropertyValue(`--${name}`).trim();
      const [base, step] = [h - 30, w / BARS];
      const most = Math.max(4, ...bars.map((b) => b.success + b.failure + b.rejected));
      const first = Math.floor(ms / width) * width - (BARS - 1) * width;
      for (const bar of bars) {
        const x = ((bar.from - first) / width) * step;
        if (x < -0.5) continue;
        let y = base;
        for (const [kind, fill] of [["success", "closed"], ["failure", "open"], ["rejected", "forced"]]) {
          const tall = (bar[kind] / most) * (base - 4);
          if (!tall) continue;
          y -= tall;
          context.fillStyle = colour(fill);
          context.strokeStyle = colour(fill);
          // Told apart by more than colour: full, with a gap, and hollow.
          if (kind === "rejected") context.strokeRect(x + 1.5, y + 1, step - 3, Math.max(1, tall - 1.5));
          else if (kind === "success") context.fillRect(x + 0.5, y, step - 1, tall);
          else for (let line = y; line < y + tall - 0.5; line += 4) context.fillRect(x + 0.5, line, step - 1, Math.min(2.5, y + tall - line));
        }
        if (bar.state) {
          context.fillStyle = colour(bar.state.startsWith("forced") ? "forced" : bar.state);
          // The further from closed, the taller.
          const tall = { closed: 3, "forced-closed": 3, "slow-start": 6, "half-open": 9 }[bar.state] ?? 14;
          context.fillRect(x, h - 8 - tall, step + 0.5, tall);
        }
      }
      context.fillStyle = colour("line");
      context.fillRect(0, base, w, 1);
      context.fillRect(0, h - 7, w, 1);
      const sum = (kind) => bars.reduce((n, bar) => n + bar[kind], 0);
      const text = `The last ${spoken(BARS * width)}: ${sum("success")} succeeded (full bars), ${sum("failure")} failed (striped), ${sum("rejected")} rejected (hollow); below, the state: the taller, the further from closed.`;
      tell(caption, text);
      if (canvas.getAttribute("aria-label") !== text) canvas.setAttribute("aria-label", text);
    },
  };
}
