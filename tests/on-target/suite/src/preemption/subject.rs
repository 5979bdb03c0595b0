//! The breakers under test, and the clock that the low interrupt moves.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use mcb::{CircuitBreaker, Clock, Config, Hooks, Permit};

use super::ledger::LEDGER;

pub(super) const ERROR_THRESHOLD: u16 = 3;
pub(super) const RECOVERY_THRESHOLD: u8 = 2;
pub(super) const MAX_PROBES: u8 = 2;
/// In ticks of the low interrupt.
pub(super) const TIMEOUT: u32 = 4;
/// Longer than any run: without probe timeouts that end, the probe limit is strict.
const NONE_ENDS: u32 = 1 << 24;
/// So that the clock wraps during the run.
const START: u32 = 0_u32.wrapping_sub(10_000);

pub(super) type Breaker = CircuitBreaker<Ticks>;
pub(super) type Probe = Permit<'static, Ticks>;

/// A breaker, and what is done with it.
pub(super) struct Subject {
    pub(super) breaker: Breaker,
    /// It is reset and forced, and the timeouts of its probes end.
    pub(super) by_hand: bool,
    /// How long a probe keeps its slot, in ticks.
    pub(super) probe_timeout: u32,
}

const CONFIG: Config<Ticks> = Config::new("pre-empted")
    .error_threshold(ERROR_THRESHOLD)
    .recovery_threshold(RECOVERY_THRESHOLD)
    .max_probes(MAX_PROBES)
    .recovery_timeout_ticks(TIMEOUT)
    .hooks(
        &Hooks::new()
            .on_open(|_, _| LEDGER.opened())
            .on_close(|_| LEDGER.closed())
            .on_transition(|transition| LEDGER.moved(transition)),
    );

pub(super) static PLAIN: Subject = Subject {
    breaker: Breaker::new(&CONFIG.probe_timeout_ticks(NONE_ENDS), Ticks),
    by_hand: false,
    probe_timeout: NONE_ENDS,
};

pub(super) static BY_HAND: Subject = Subject {
    breaker: Breaker::new(&CONFIG.probe_timeout_ticks(TIMEOUT), Ticks),
    by_hand: true,
    probe_timeout: TIMEOUT,
};

static NOW: AtomicU32 = AtomicU32::new(START);

/// Time, as the low interrupt counts it.
#[derive(Clone, Copy)]
pub(super) struct Ticks;

impl Clock for Ticks {
    type Ticks = u32;
    const HZ: u32 = 1_000;

    fn now(&self) -> u32 {
        NOW.load(Relaxed)
    }
}

pub(super) fn start() {
    NOW.store(START, Relaxed);
}

/// To be called by the low interrupt only, which nothing that moves time pre-empts.
pub(super) fn tick() {
    advance(1);
}

/// For main, once the interrupts are over.
pub(super) fn advance(ticks: u32) {
    NOW.store(Ticks.now().wrapping_add(ticks), Relaxed);
}

pub(super) fn elapsed() -> u32 {
    Ticks.now().wrapping_sub(START)
}
