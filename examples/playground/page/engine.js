// The crate: WebAssembly, in this page as base64.

const WASM = "@@WASM@@";
const STATES = { 0: "closed", 1: "open", 2: "half-open", 4: "forced-closed", 5: "slow-start", 6: "locked-out", 7: "forced-open" };
const NEVER = 0xffffffff;
const WORDS = 5;

async function load() {
  const bytes = Uint8Array.from(atob(WASM), (c) => c.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const crate = instance.exports;
  const text = () => new TextDecoder().decode(new Uint8Array(crate.memory.buffer, crate.output(), crate.output_len()));
  return {
    /** Takes settings over; what is wrong with them, or nothing. */
    apply(toml, slowStart, fresh) {
      const bytes = new TextEncoder().encode(toml);
      const at = crate.input(bytes.length);
      new Uint8Array(crate.memory.buffer, at, bytes.length).set(bytes);
      return crate.apply(slowStart ?? 0, fresh ? 1 : 0, 7) ? "" : text();
    },
    traffic: (v) => crate.traffic(v.rate, v.failures / 100, v.latency, v.gone / 100),
    /** Moves time on; what happened, each as five numbers. */
    advance(ms) {
      const many = crate.advance(ms);
      return new Uint32Array(crate.memory.buffer, crate.events(), many * WORDS).slice();
    },
    byHand: (what) => (what === 9 ? crate.open_for(60000) : crate.by_hand(what)),
    now: () => crate.now(),
    state: () => STATES[crate.state()],
    errors: () => crate.errors(),
    successes: () => crate.successes(),
    openings: () => crate.openings(),
    probes: () => crate.probes(),
    underWay: () => crate.under_way(),
    /** Milliseconds; null where only a hand can tell. */
    retryAfter: () => { const t = crate.retry_after() >>> 0; return t === NEVER ? null : t; },
    slowStartLeft: () => crate.slow_start_left() >>> 0,
    sinceOpening: () => { const t = crate.since_opening() >>> 0; return t === NEVER ? null : t; },
  };
}
