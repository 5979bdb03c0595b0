//! What a breaker does, written from the original's semantics, the table of differences and what is documented of
//! strategies and recovery, with wide integers, lists and whole histories: no packing, no wrap, no generation that comes
//! round.

use mcb::{Cause, Reason, State, Transition, Verdict};

use super::judged::{Judge, Setting};
use super::plan::{Course, Plan, Policy};

#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) setting: Setting,
    pub(crate) plan: Option<Plan>,
    pub(crate) error_threshold: u16,
    pub(crate) recovery_threshold: u8,
    pub(crate) recovery_timeout: u32,
    pub(crate) max_probes: u8,
    pub(crate) probe_timeout: u32,
    pub(crate) dropped: Verdict,
}

impl Limits {
    /// Without a plan each opening lasts for the timeout, whatever is asked for.
    fn policy(&self) -> Policy {
        match &self.plan {
            Some(plan) => plan.policy.clone(),
            None => Policy::constant(self.recovery_timeout.into()),
        }
    }
}

/// An admitted call: the period (time between two changes) that admitted it, and its probe's round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admitted {
    period: u64,
    round: u64,
}

#[derive(Clone, Debug)]
enum Phase {
    Closed,
    /// Nothing is known yet; the first call is a probe.
    Untried,
    Open {
        until: u64,
    },
    HalfOpen {
        successes: u8,
        in_flight: u8,
        round: u64,
        last: u64,
    },
    LockedOut,
    Forced {
        open: bool,
    },
}

/// What the breaker tells of an opening that the specification leaves open: rounding and jitter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    pub(crate) openings: u64,
    /// The wait, where there is one.
    pub(crate) wait: Option<u64>,
}

pub(crate) struct Model {
    pub(crate) limits: Limits,
    phase: Phase,
    judge: Box<dyn Judge>,
    course: Course,
    period: u64,
    pub(crate) opened_at: Option<u64>,
    /// Every change, as observers are told of it.
    pub(crate) changes: Vec<Transition>,
    /// What the breaker told after the present step.
    pub(crate) told: Told,
    /// What of that cannot be.
    pub(crate) complaint: Option<String>,
}

/// An opening at tick 0 reads 1, so that its level falls a tick late.
fn noted(opening: u64) -> u64 {
    opening + u64::from(opening as u32 == 0)
}

/// The breaker's.
pub(crate) const ID: &str = "random";

/// Time is the ticks of its clock, which do not wrap.
impl Model {
    pub(crate) fn new(limits: Limits) -> Model {
        let untried = limits.plan.as_ref().is_some_and(|plan| plan.start_by_probing);
        let phase = if untried { Phase::Untried } else { Phase::Closed };
        let (judge, course) = (limits.setting.oracle(), Course::new(limits.policy()));
        let (changes, told) = (Vec::new(), Told::default());
        let (period, opened_at, complaint) = (0, None, None);
        Model { limits, phase, judge, course, period, opened_at, changes, told, complaint }
    }

    /// Whether a call would be admitted; else the wait, where there is one.
    fn answer(&self, now: u64) -> Result<(), Option<u64>> {
        let left = |until: u64| if now < until { Err(Some(until - now)) } else { Ok(()) };
        match self.phase {
            Phase::Closed | Phase::Untried | Phase::Forced { open: false } => Ok(()),
            Phase::LockedOut | Phase::Forced { open: true } => Err(None),
            Phase::Open { until } => left(until),
            Phase::HalfOpen { in_flight, .. } if in_flight < self.limits.max_probes => Ok(()),
            Phase::HalfOpen { last, .. } => left(last + u64::from(self.limits.probe_timeout)),
        }
    }

    pub(crate) fn admit(&mut self, now: u64) -> Result<Admitted, Option<u64>> {
        self.answer(now)?;
        match &mut self.phase {
            Phase::Untried | Phase::Open { .. } => {
                let probe = Phase::HalfOpen { successes: 0, in_flight: 1, round: 0, last: now };
                self.moves(probe, Reason::Time, now);
            }
            Phase::HalfOpen { in_flight, round, last, .. } => {
                if *in_flight < self.limits.max_probes {
                    *in_flight += 1;
                } else {
                    *in_flight = 1;
                    *round += 1;
                }
                *last = now;
            }
            _ => {}
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
            Phase::Closed => {
                let opens = match verdict {
                    Verdict::Ignore => false,
                    Verdict::Fatal => true,
                    _ => self.judge.outcome(now, verdict == Verdict::Failure),
                };
                if opens {
                    self.open(Reason::Failure(cause), 0, now);
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
                            self.course.closing();
                            self.moves(Phase::Closed, Reason::Success, now);
                        }
                    }
                    Verdict::Failure | Verdict::Fatal => {
                        self.open(Reason::Failure(cause), 0, now);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// It opens, and what the breaker tells of it has to be within the specification.
    fn open(&mut self, reason: Reason, asked: u64, now: u64) {
        let Told { openings, wait } = self.told;
        let (least, most) = self.course.levels(now.max(self.opened_at.map_or(0, noted)));
        if !(least..=most).contains(&openings) {
            self.complaint = Some(format!("opening {openings}, not {least} to {most}"));
        }
        let opening = self.course.opening_as(openings.clamp(least, most), noted(now), asked);
        self.opened_at = Some(now);
        let phase = match wait {
            _ if opening.locked_out => Phase::LockedOut,
            Some(wait) if (opening.min..=opening.max).contains(&wait) => {
                Phase::Open { until: now + wait }
            }
            _ => {
                self.complaint = Some(format!("open for {wait:?} ticks, not as {opening:?}"));
                Phase::Open { until: now + opening.min }
            }
        };
        self.moves(phase, reason, now);
    }

    /// By hand, for so many ticks at least where that is not 0.
    pub(crate) fn open_for(&mut self, asked: u64, now: u64) {
        match self.phase {
            Phase::LockedOut | Phase::Forced { .. } => {}
            Phase::Open { until } if now < until => {
                if self.limits.plan.is_some() && asked > 0 {
                    let late = self.opened_at.map_or(0, |at| noted(at) - at);
                    let (min, max) = self.course.longer(now + late, until - now, asked);
                    let wait = self.told.wait.unwrap_or(0);
                    if !(min..=max).contains(&wait) {
                        self.complaint = Some(format!("open for {wait} more, not {min} to {max}"));
                    }
                    self.phase = Phase::Open { until: now + wait };
                }
            }
            Phase::Open { .. } | Phase::Untried => {
                // It reads half-open, and so it is told.
                self.open(Reason::ByHand, asked, now);
                if let Some(change) = self.changes.last_mut() {
                    change.from = State::HalfOpen;
                }
            }
            Phase::Closed | Phase::HalfOpen { .. } => self.open(Reason::ByHand, asked, now),
        }
    }

    pub(crate) fn reset(&mut self, now: u64) {
        self.course.reset();
        self.moves(Phase::Closed, Reason::ByHand, now);
    }

    pub(crate) fn force(&mut self, open: bool, now: u64) {
        self.course.reset();
        self.moves(Phase::Forced { open }, Reason::ByHand, now);
    }

    fn moves(&mut self, to: Phase, reason: Reason, now: u64) {
        let from = self.stored();
        self.period += 1;
        self.phase = to;
        self.judge.reset();
        let to = self.stored();
        // From open to open only by hand, once the time is over.
        if from != to || to == State::Open {
            let errors = self.error_count(now).unwrap_or(0);
            self.changes.push(Transition::new(ID, from, to, reason, errors));
        }
    }

    /// The state that does not know that a timeout has run out. What is untried is told as open.
    fn stored(&self) -> State {
        match self.phase {
            Phase::Closed => State::Closed,
            Phase::Untried | Phase::Open { .. } => State::Open,
            Phase::HalfOpen { .. } => State::HalfOpen,
            Phase::LockedOut => State::LockedOut,
            Phase::Forced { open: true } => State::ForcedOpen,
            Phase::Forced { open: false } => State::ForcedClosed,
        }
    }

    pub(crate) fn state(&self, now: u64) -> State {
        match self.phase {
            Phase::Untried => State::HalfOpen,
            Phase::Open { until } if now >= until => State::HalfOpen,
            _ => self.stored(),
        }
    }

    /// The probes that are admitted now have a slot to give back.
    pub(crate) fn probing(&self) -> bool {
        matches!(self.phase, Phase::HalfOpen { .. })
    }

    pub(crate) fn retry_after(&self, now: u64) -> Option<u64> {
        self.answer(now).map_or_else(|wait| wait, |()| Some(0))
    }

    /// The openings that count, which reset times keep.
    pub(crate) fn openings(&self) -> u64 {
        self.course.level()
    }

    /// `None` where a strategy's documentation leaves it open.
    pub(crate) fn error_count(&self, now: u64) -> Option<u16> {
        let level = self.course.level() as u16;
        match self.phase {
            Phase::Closed => self.judge.errors_at(now).map(|errors| errors as u16),
            Phase::Untried | Phase::Forced { .. } => Some(0),
            // The first recovery of one that starts by probing.
            _ if level == 0 => Some(0),
            _ => Some(self.limits.error_threshold + level - 1),
        }
    }

    pub(crate) fn success_count(&self) -> u16 {
        if let Phase::HalfOpen { successes, .. } = self.phase { u16::from(successes) } else { 0 }
    }

    /// The least and the most that the last opening lasts, or lasted by the schedule alone.
    pub(crate) fn lasts(&self) -> Option<(u64, u64)> {
        let opened = self.opened_at?;
        match self.phase {
            Phase::LockedOut | Phase::Forced { open: true } => None,
            Phase::Open { until } => Some((until - opened, until - opened)),
            _ => Some(self.limits.policy().duration.of(self.course.level().max(1))),
        }
    }
}
