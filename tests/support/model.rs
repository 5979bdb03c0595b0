//! What a breaker does, written from the original's semantics and the table of differences with wide
//! integers and lists: no packing, no wrap, no generation that comes round.

use mcb::{Cause, Reason, State, Transition, Verdict};

use super::strategies::Counting;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) counting: Counting,
    pub(crate) error_threshold: u16,
    pub(crate) recovery_threshold: u8,
    pub(crate) recovery_timeout: u32,
    pub(crate) max_probes: u8,
    pub(crate) probe_timeout: u32,
    pub(crate) dropped: Verdict,
}

/// An admitted call: the period (time between two changes) that admitted it, and its probe's round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admitted {
    period: u64,
    round: u64,
}

#[derive(Clone, Debug)]
enum Phase {
    Closed { errors: u16 },
    Open { since: u64 },
    HalfOpen { successes: u8, in_flight: u8, round: u64, last: u64 },
    Forced { open: bool },
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) limits: Limits,
    phase: Phase,
    period: u64,
    openings: u16,
    pub(crate) opened_at: Option<u64>,
    /// Every change, as observers are told of it.
    pub(crate) changes: Vec<Transition>,
}

/// The breaker's.
pub(crate) const ID: &str = "random";

impl Model {
    pub(crate) fn new(limits: Limits) -> Model {
        let phase = Phase::Closed { errors: 0 };
        Model { limits, phase, period: 0, openings: 0, opened_at: None, changes: Vec::new() }
    }

    pub(crate) fn admit(&mut self, now: u64) -> Result<Admitted, Option<u64>> {
        let (recovery, patience) =
            (u64::from(self.limits.recovery_timeout), u64::from(self.limits.probe_timeout));
        match &mut self.phase {
            Phase::Closed { .. } | Phase::Forced { open: false } => {}
            Phase::Forced { open: true } => return Err(None),
            Phase::Open { since } => {
                if now < *since + recovery {
                    return Err(Some(*since + recovery - now));
                }
                let probe = Phase::HalfOpen { successes: 0, in_flight: 1, round: 0, last: now };
                self.moves(probe, Reason::Time);
            }
            Phase::HalfOpen { in_flight, round, last, .. } => {
                if *in_flight < self.limits.max_probes {
                    *in_flight += 1;
                } else if now < *last + patience {
                    return Err(Some(*last + patience - now));
                } else {
                    *in_flight = 1;
                    *round += 1;
                }
                *last = now;
            }
        }
        let round = if let Phase::HalfOpen { round, .. } = self.phase { round } else { 0 };
        Ok(Admitted { period: self.period, round })
    }

    /// The end of a call; `cause` is what an opening by it would be told.
    pub(crate) fn finish(&mut self, call: Admitted, verdict: Verdict, cause: Cause, now: u64) {
        if call.period != self.period {
            return;
        }
        match &mut self.phase {
            Phase::Closed { errors } => {
                if verdict == Verdict::Ignore {
                    return;
                }
                *errors = self.limits.counting.after(*errors, verdict == Verdict::Failure);
                if *errors >= self.limits.error_threshold {
                    self.open(cause, now);
                }
            }
            Phase::HalfOpen { successes, in_flight, round, .. } => {
                // Numbers of rounds come again after eight.
                if call.round % 8 == *round % 8 {
                    *in_flight = in_flight.saturating_sub(1);
                }
                match verdict {
                    Verdict::Success => {
                        *successes += 1;
                        if *successes >= self.limits.recovery_threshold {
                            self.moves(Phase::Closed { errors: 0 }, Reason::Success);
                        }
                    }
                    Verdict::Failure => self.open(cause, now),
                    _ => {}
                }
            }
            Phase::Open { .. } | Phase::Forced { .. } => {}
        }
    }

    fn open(&mut self, cause: Cause, now: u64) {
        self.openings += 1;
        self.opened_at = Some(now);
        self.moves(Phase::Open { since: now }, Reason::Failure(cause));
    }

    pub(crate) fn reset(&mut self) {
        self.moves(Phase::Closed { errors: 0 }, Reason::ByHand);
    }

    pub(crate) fn force(&mut self, open: bool) {
        self.moves(Phase::Forced { open }, Reason::ByHand);
    }

    fn moves(&mut self, to: Phase, reason: Reason) {
        let from = self.stored();
        self.period += 1;
        self.phase = to;
        let to = self.stored();
        if !matches!(to, State::Open | State::HalfOpen) {
            self.openings = 0;
        }
        if from != to {
            self.changes.push(Transition::new(ID, from, to, reason, self.error_count()));
        }
    }

    /// The state that does not know that a timeout has run out.
    fn stored(&self) -> State {
        match self.phase {
            Phase::Closed { .. } => State::Closed,
            Phase::Open { .. } => State::Open,
            Phase::HalfOpen { .. } => State::HalfOpen,
            Phase::Forced { open: true } => State::ForcedOpen,
            Phase::Forced { open: false } => State::ForcedClosed,
        }
    }

    pub(crate) fn state(&self, now: u64) -> State {
        match self.phase {
            Phase::Open { since } if now >= since + u64::from(self.limits.recovery_timeout) => {
                State::HalfOpen
            }
            _ => self.stored(),
        }
    }

    /// The probes that are admitted now have a slot to give back.
    pub(crate) fn probing(&self) -> bool {
        matches!(self.phase, Phase::HalfOpen { .. })
    }

    /// Asks as a call would, and forgets that it did.
    pub(crate) fn retry_after(&self, now: u64) -> Option<u64> {
        self.clone().admit(now).map_or_else(|wait| wait, |_| Some(0))
    }

    pub(crate) fn error_count(&self) -> u16 {
        match self.phase {
            Phase::Closed { errors } => errors,
            Phase::Open { .. } | Phase::HalfOpen { .. } => {
                self.limits.error_threshold + self.openings.min(15) - 1
            }
            Phase::Forced { .. } => 0,
        }
    }

    pub(crate) fn success_count(&self) -> u16 {
        if let Phase::HalfOpen { successes, .. } = self.phase { u16::from(successes) } else { 0 }
    }
}
