//! What a breaker does, written from the original's semantics and the table of differences with wide
//! integers and lists: no packing, no wrap, no generation that comes round.

use mcb::{State, Verdict};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) net_error: bool,
    pub(crate) error_threshold: u16,
    pub(crate) recovery_threshold: u8,
    pub(crate) recovery_timeout: u32,
    pub(crate) max_probes: u8,
    pub(crate) probe_timeout: u32,
    pub(crate) dropped: Verdict,
}

/// An admitted call: the period (time between two changes) that admitted it, and its probe's lease.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admitted {
    period: u64,
    lease: u64,
}

#[derive(Clone, Debug)]
enum Phase {
    Closed { errors: u16 },
    Open { since: u64 },
    HalfOpen { successes: u8, in_flight: u8, lease: u64, last: u64 },
    Forced { open: bool },
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) limits: Limits,
    phase: Phase,
    period: u64,
    openings: u16,
    pub(crate) opened_at: Option<u64>,
    pub(crate) opened: u32,
    pub(crate) closed: u32,
}

impl Model {
    pub(crate) fn new(limits: Limits) -> Model {
        let phase = Phase::Closed { errors: 0 };
        Model { limits, phase, period: 0, openings: 0, opened_at: None, opened: 0, closed: 0 }
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
                self.period += 1;
                self.phase = Phase::HalfOpen { successes: 0, in_flight: 1, lease: 0, last: now };
            }
            Phase::HalfOpen { in_flight, lease, last, .. } => {
                if *in_flight < self.limits.max_probes {
                    *in_flight += 1;
                } else if now < *last + patience {
                    return Err(Some(*last + patience - now));
                } else {
                    *in_flight = 1;
                    *lease += 1;
                }
                *last = now;
            }
        }
        let lease = if let Phase::HalfOpen { lease, .. } = self.phase { lease } else { 0 };
        Ok(Admitted { period: self.period, lease })
    }

    pub(crate) fn finish(&mut self, call: Admitted, verdict: Verdict, now: u64) {
        if call.period != self.period {
            return;
        }
        match &mut self.phase {
            Phase::Closed { errors } => match verdict {
                Verdict::Ignore => {}
                Verdict::Success if self.limits.net_error => *errors = errors.saturating_sub(1),
                Verdict::Success => *errors = 0,
                Verdict::Failure => {
                    *errors += 1;
                    if *errors >= self.limits.error_threshold {
                        self.open(now);
                    }
                }
            },
            Phase::HalfOpen { successes, in_flight, lease, .. } => {
                // Lease numbers come round after eight.
                if call.lease % 8 == *lease % 8 {
                    *in_flight = in_flight.saturating_sub(1);
                }
                match verdict {
                    Verdict::Ignore => {}
                    Verdict::Failure => self.open(now),
                    Verdict::Success => {
                        *successes += 1;
                        if *successes >= self.limits.recovery_threshold {
                            self.closed += 1;
                            self.reset();
                        }
                    }
                }
            }
            Phase::Open { .. } | Phase::Forced { .. } => {}
        }
    }

    fn open(&mut self, now: u64) {
        self.period += 1;
        self.openings += 1;
        self.opened += 1;
        self.opened_at = Some(now);
        self.phase = Phase::Open { since: now };
    }

    pub(crate) fn reset(&mut self) {
        self.period += 1;
        self.openings = 0;
        self.phase = Phase::Closed { errors: 0 };
    }

    pub(crate) fn force(&mut self, open: bool) {
        self.reset();
        self.phase = Phase::Forced { open };
    }

    pub(crate) fn state(&self, now: u64) -> State {
        match self.phase {
            Phase::Closed { .. } => State::Closed,
            Phase::Open { since } if now < since + u64::from(self.limits.recovery_timeout) => {
                State::Open
            }
            Phase::Open { .. } | Phase::HalfOpen { .. } => State::HalfOpen,
            Phase::Forced { open: true } => State::ForcedOpen,
            Phase::Forced { open: false } => State::ForcedClosed,
        }
    }

    /// The probes that are admitted now have a place to give back.
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
