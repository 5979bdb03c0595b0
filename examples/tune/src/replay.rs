//! What one setting would have done: the real breaker, on a clock that the trace moves.

mod figures;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use mcb::strategy::AnyStrategy;
use mcb::{CircuitBreaker, Clock, Config, Observer, Permit, State, Transition};

use crate::bins::Bins;
use crate::feed::Event;
use crate::trace::Outcome;

pub use figures::{Figures, Took, share};

/// Milliseconds since the first call, as `StdClock` counts them on a server. It stands still between two events.
#[derive(Debug, Default)]
pub struct ReplayClock(AtomicU64);

impl Clock for ReplayClock {
    type Ticks = u64;
    const HZ: u32 = 1_000;
    const RESOLUTION: u32 = 0;

    fn now(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// In microseconds, as events have it.
const TICK: u64 = 1_000;

pub type Setting = Config<Arc<ReplayClock>, AnyStrategy>;
pub type Breaker = CircuitBreaker<Arc<ReplayClock>, AnyStrategy>;

/// How many spans of time one picture shows one by one; behind them it shows shares of time.
const SPANS_SHOWN: usize = 2_000;

/// A span of time in which the breaker was not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: u64,
    pub to: u64,
    /// Else it read half-open.
    pub open: bool,
}

/// Of a step of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Step {
    /// Good calls rejected.
    pub lost: u32,
    /// Failures rejected.
    pub spared: u32,
    /// Failures that reached the caller.
    pub failed: u32,
    /// Microseconds.
    pub open: u64,
    pub half_open: u64,
}

impl std::ops::AddAssign for Step {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.spared += other.spared;
        self.failed += other.failed;
        self.open += other.open;
        self.half_open += other.half_open;
    }
}

/// The result for one setting.
#[derive(Clone, Debug)]
pub struct Told {
    pub figures: Figures,
    pub spans: Vec<Span>,
    pub bins: Bins<Step>,
}

/// Notes what the breaker tells, until the replay asks.
#[derive(Default)]
struct Notes {
    any: AtomicBool,
    changes: Mutex<Vec<Transition>>,
}

struct Listener(Arc<Notes>);

impl Observer for Listener {
    fn on_transition(&self, change: &Transition) {
        self.0.changes.lock().unwrap_or_else(PoisonError::into_inner).push(*change);
        self.0.any.store(true, Relaxed);
    }
}

/// A breaker and who listens to it, to be replayed.
pub struct Subject {
    breaker: Breaker,
    clock: Arc<ReplayClock>,
    notes: Arc<Notes>,
}

impl Subject {
    pub fn new(setting: Setting) -> Result<Self, mcb::ConfigError> {
        let (clock, notes) = (Arc::new(ReplayClock::default()), Arc::new(Notes::default()));
        let breaker = CircuitBreaker::from_config(setting, Arc::clone(&clock))?
            .with_hooks(Listener(Arc::clone(&notes)));
        Ok(Subject { breaker, clock, notes })
    }
}

/// The state of which time is being told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Closed,
    /// Until then, from when on it reads half-open.
    Open {
        from: u64,
        until: u64,
    },
    HalfOpen {
        from: u64,
    },
}

/// A replay under way.
pub struct Replay<'a> {
    subject: &'a Subject,
    under_way: Vec<Option<Permit<'a, Arc<ReplayClock>, AnyStrategy>>>,
    phase: Phase,
    /// Of an outage in which the breaker has not opened yet.
    undetected: Option<u64>,
    outage: bool,
    /// When an outage ended that the breaker still answers.
    ended: Option<u64>,
    told: Told,
}

impl<'a> Replay<'a> {
    pub fn new(subject: &'a Subject) -> Self {
        let phase = match subject.breaker.state() {
            State::HalfOpen => Phase::HalfOpen { from: 0 },
            _ => Phase::Closed,
        };
        Replay {
            subject,
            under_way: Vec::new(),
            phase,
            undetected: None,
            outage: false,
            ended: None,
            told: Told { figures: Figures::default(), spans: Vec::new(), bins: Bins::new() },
        }
    }

    pub fn event(&mut self, event: Event) {
        match event {
            Event::Begin { at, lasts, slot, outcome } => self.begin(at, lasts, slot, outcome),
            Event::End { at, slot, outcome } => {
                let permit = self.under_way.get_mut(slot as usize).and_then(Option::take);
                if let Some(permit) = permit {
                    self.subject.clock.0.store(at / TICK, Relaxed);
                    permit.record(outcome.verdict());
                    self.listen(at);
                }
            }
            Event::OutageBegins { at } => {
                self.outage = true;
                self.told.figures.outages += 1;
                self.ended = None;
                self.undetected = Some(at);
                if matches!(self.phase, Phase::Open { until, .. } if at < until) {
                    self.detected(at);
                }
            }
            Event::OutageEnds { at } => {
                self.outage = false;
                self.undetected = None;
                if self.phase != Phase::Closed {
                    self.ended = Some(at);
                }
            }
        }
    }

    fn begin(&mut self, at: u64, lasts: u64, slot: u32, outcome: Outcome) {
        self.subject.clock.0.store(at / TICK, Relaxed);
        let slot = slot as usize;
        if self.under_way.len() <= slot {
            self.under_way.resize_with(slot + 1, || None);
        }
        let figures = &mut self.told.figures;
        if let Ok(permit) = self.subject.breaker.try_acquire() {
            figures.passed.count(outcome);
            if permit.is_probe() {
                figures.probes.count(outcome);
            }
            if outcome.is_failure() {
                figures.waited += lasts;
                self.told.bins.at(at).failed += 1;
            }
            self.under_way[slot] = Some(permit);
        } else {
            figures.rejected.count(outcome);
            if outcome.is_failure() {
                figures.waiting_spared += lasts;
                self.told.bins.at(at).spared += 1;
            } else if outcome == Outcome::Good {
                self.told.bins.at(at).lost += 1;
            }
        }
        self.listen(at);
    }

    /// What the breaker has told of meanwhile.
    fn listen(&mut self, now: u64) {
        if !self.subject.notes.any.swap(false, Relaxed) {
            return;
        }
        let changes = &self.subject.notes.changes;
        let changes = std::mem::take(&mut *changes.lock().unwrap_or_else(PoisonError::into_inner));
        for change in changes {
            self.changed(&change, now);
        }
    }

    fn changed(&mut self, change: &Transition, now: u64) {
        let before = self.phase;
        self.phase_ends(now);
        let figures = &mut self.told.figures;
        match change.to {
            State::Open | State::LockedOut => {
                if before == Phase::Closed {
                    figures.openings += 1;
                    figures.false_openings += u64::from(!self.outage);
                } else {
                    figures.reopenings += 1;
                }
                let until = self.subject.breaker.recovery_start_time();
                let until = until.map_or(u64::MAX, |tick| tick.saturating_mul(TICK));
                figures.locked_out |= change.to == State::LockedOut;
                self.phase = Phase::Open { from: now, until };
                self.detected(now);
            }
            State::HalfOpen => self.phase = Phase::HalfOpen { from: now },
            _ => {
                self.phase = Phase::Closed;
                if let Some(ended) = self.ended.take() {
                    figures.back.add(now.saturating_sub(ended));
                }
            }
        }
    }

    /// It is open in an outage that nobody had noticed.
    fn detected(&mut self, now: u64) {
        if let Some(began) = self.undetected.take() {
            self.told.figures.detection.add(now - began);
        }
    }

    /// Tells of the time in the phase that is over.
    fn phase_ends(&mut self, now: u64) {
        match std::mem::replace(&mut self.phase, Phase::Closed) {
            Phase::Closed => {}
            Phase::Open { from, until } => {
                self.span(Span { from, to: until.min(now), open: true });
                self.span(Span { from: until.min(now), to: now, open: false });
            }
            Phase::HalfOpen { from } => self.span(Span { from, to: now, open: false }),
        }
    }

    fn span(&mut self, span: Span) {
        let Span { from, to, open } = span;
        if from >= to {
            return;
        }
        let told = &mut self.told;
        if open {
            told.figures.open += to - from;
            told.figures.longest_open = told.figures.longest_open.max(to - from);
            told.bins.spread(from, to, |step, time| step.open += time);
        } else {
            told.figures.half_open += to - from;
            told.bins.spread(from, to, |step, time| step.half_open += time);
        }
        if told.spans.len() < SPANS_SHOWN {
            // What only reads as two is one.
            match told.spans.last_mut() {
                Some(last) if last.open == open && last.to == from => last.to = to,
                _ => told.spans.push(span),
            }
        }
    }

    /// The result, at the time of the last event.
    pub fn finish(mut self, now: u64) -> Told {
        self.phase_ends(now);
        self.told.bins.reach(now);
        self.told
    }
}
