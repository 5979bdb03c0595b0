//! Runs the same steps on a breaker and on the model, and compares all that can be read after each.
//! The steps come from wherever: from `proptest`, from a fuzzer's bytes.

#[path = "judged.rs"]
mod judged;
#[path = "model.rs"]
mod model;
#[path = "plan.rs"]
mod plan;
#[path = "strategies.rs"]
mod strategies;
#[path = "watch.rs"]
mod watch;

use core::time::Duration;
use std::sync::Mutex;

pub(crate) use judged::{COUNT_WINDOWS, Setting, TIME_WINDOWS};
use mcb::{Cause, CircuitBreaker, Config, Error, ManualClock, Permit, Rejected, State, Verdict};
pub(crate) use model::Limits;
use model::{Admitted, ID, Model};
pub(crate) use plan::{Length, Plan, Policy};
use strategies::ForStrategy;
use watch::{TOLD, Watch, lock, told};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Call(Verdict),
    Start,
    Finish(usize, Verdict),
    Drop(usize),
    Forget(usize),
    Advance(u32),
    /// By the wait that is told, and so many ticks more.
    AsTold(i8),
    Reset,
    Force(bool),
    /// By hand, for so many ticks where that is not 0.
    OpenFor(u32),
}

// One clock, and one list of what was told, for all: one run at a time.
static ONE: Mutex<()> = Mutex::new(());
static CLOCK: ManualClock = ManualClock::new();

type Clock = &'static ManualClock;
type Breaker<S> = CircuitBreaker<Clock, S>;

fn breaker<S: mcb::Strategy>(
    config: Config<Clock, S>,
    limits: &Limits,
    clock: Clock,
) -> Breaker<S> {
    let config = config
        .error_threshold(limits.error_threshold)
        .recovery_threshold(limits.recovery_threshold)
        .recovery_timeout_ticks(limits.recovery_timeout)
        .max_probes(limits.max_probes)
        .probe_timeout_ticks(limits.probe_timeout)
        .dropped(limits.dropped)
        .hooks(&Watch);
    let config = match &limits.plan {
        Some(plan) => plan.given(config),
        None => config,
    };
    #[cfg(feature = "std")]
    let breaker = CircuitBreaker::from_config(config, clock);
    // Leaked: a configuration that the breaker does not own lives as long as the program.
    #[cfg(not(feature = "std"))]
    let breaker = CircuitBreaker::try_new(Box::leak(Box::new(config)), clock);
    breaker.unwrap()
}

/// The first difference between the breaker and the model, if there is one.
pub(crate) fn compare(limits: &Limits, start: u32, steps: &[Step]) -> Result<(), String> {
    judged::with(&limits.setting, ID, Run { limits, start, steps })
}

struct Run<'a> {
    limits: &'a Limits,
    start: u32,
    steps: &'a [Step],
}

impl ForStrategy for Run<'_> {
    type Output = Result<(), String>;
    fn run<S: mcb::Strategy>(self, config: Config<Clock, S>) -> Result<(), String> {
        compare_with(config, self.limits, self.start, self.steps)
    }
}

fn compare_with<S: mcb::Strategy>(
    config: Config<Clock, S>,
    limits: &Limits,
    start: u32,
    steps: &[Step],
) -> Result<(), String> {
    let _one = lock(&ONE);
    CLOCK.set(start);
    lock(&TOLD).clear();

    let breaker = breaker(config, limits, &CLOCK);
    let model = Model::new(limits.clone());
    let mut pair = Pair { breaker: &breaker, model, now: start.into(), out: Vec::new() };
    pair.agree().map_err(|difference| format!("new: {difference}"))?;
    for (at, step) in steps.iter().enumerate() {
        pair.take(*step)
            .and_then(|()| pair.model.complaint.take().map_or(Ok(()), Err))
            .and_then(|()| pair.agree())
            .and_then(|()| pair.told())
            .map_err(|difference| format!("step {at}, {step:?}: {difference}"))?;
    }
    // No wedge: with waits as they are told and successes alone it closes, whatever is still in flight.
    if !matches!(breaker.state(), State::ForcedOpen | State::ForcedClosed | State::LockedOut) {
        for _ in 0..limits.recovery_threshold {
            if breaker.state() == State::Closed {
                break;
            }
            CLOCK.advance_ticks(breaker.retry_after().map_or(0, mcb::Wait::ticks));
            same("admitted in the end", breaker.call(|| Ok::<(), ()>(())).is_ok(), true)?;
        }
        same("the state in the end", breaker.state(), State::Closed)?;
    }
    Ok(())
}

struct Pair<'a, S: mcb::Strategy> {
    breaker: &'a Breaker<S>,
    model: Model,
    /// The ticks of its clock, but that they do not wrap.
    now: u64,
    out: Vec<(Permit<'a, Clock, S>, Admitted)>,
}

impl<S: mcb::Strategy> Pair<'_, S> {
    fn take(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Call(verdict) => {
                let expected = self.model.admit(self.now);
                // A success may make up the minimum of a window.
                let cause = match verdict {
                    Verdict::Failure => Cause::Error,
                    Verdict::Success => Cause::Output,
                    _ => Cause::Reported,
                };
                match (call(self.breaker, verdict), expected) {
                    (Ok(()), Ok(admitted)) => {
                        self.listen();
                        self.model.finish(admitted, verdict, cause, self.now);
                    }
                    (real, expected) => self.rejected(real, expected)?,
                }
            }
            Step::Start if self.out.len() < 8 => {
                match (self.breaker.try_acquire(), self.model.admit(self.now)) {
                    (Ok(permit), Ok(admitted)) => {
                        same("a probe", permit.is_probe(), self.model.probing())?;
                        self.out.push((permit, admitted));
                    }
                    (real, expected) => self.rejected(real, expected)?,
                }
            }
            Step::Finish(place, verdict) if place < self.out.len() => {
                let (permit, admitted) = self.out.remove(place);
                permit.record(verdict);
                self.listen();
                self.model.finish(admitted, verdict, Cause::Reported, self.now);
            }
            Step::Drop(place) if place < self.out.len() => {
                let (permit, admitted) = self.out.remove(place);
                drop(permit);
                self.listen();
                self.model.finish(admitted, self.model.limits.dropped, Cause::Dropped, self.now);
            }
            Step::Forget(place) if place < self.out.len() => {
                core::mem::forget(self.out.remove(place).0);
            }
            Step::Advance(ticks) => self.advance(ticks.into()),
            Step::AsTold(more) => {
                let wait = self.model.retry_after(self.now).unwrap_or(0);
                self.advance(wait.saturating_add_signed(more.into()));
            }
            Step::Reset => {
                // Of windows of time that begin within the same tick again and again one begins a tick early.
                self.advance(self.model.limits.setting.has_buckets().into());
                self.breaker.reset();
                self.model.reset(self.now);
            }
            Step::OpenFor(ticks) => {
                match ticks {
                    0 => self.breaker.trip(),
                    ticks => self.breaker.open_for(Duration::from_millis(ticks.into())),
                }
                self.listen();
                self.model.open_for(ticks.into(), self.now);
            }
            Step::Force(open) => {
                if open {
                    self.breaker.force_open();
                } else {
                    self.breaker.force_closed();
                }
                self.model.force(open, self.now);
            }
            Step::Start | Step::Finish(..) | Step::Drop(_) | Step::Forget(_) => {}
        }
        Ok(())
    }

    fn advance(&mut self, ticks: u64) {
        CLOCK.advance_ticks(u32::try_from(ticks).unwrap());
        self.now += ticks;
    }

    /// What the model has to take from the breaker, if it opens.
    fn listen(&mut self) {
        let wait = self.breaker.retry_after().map(|wait| u64::from(wait.ticks()));
        self.model.told = model::Told { openings: self.breaker.openings().into(), wait };
    }

    /// Both rejected, with the same wait.
    fn rejected<T: core::fmt::Debug, U: core::fmt::Debug>(
        &self,
        real: Result<T, Rejected>,
        expected: Result<U, Option<u64>>,
    ) -> Result<(), String> {
        match (real, expected) {
            (Err(rejected), Err(wait)) => {
                same("the wait", rejected.retry_after.map(|wait| u64::from(wait.ticks())), wait)?;
                let state = self.model.state(self.now);
                same("the state told", rejected.state, state)?;
                same(
                    "the errors told",
                    Some(rejected.error_count),
                    self.model.error_count(self.now),
                )
            }
            (real, expected) => Err(format!("admission: {real:?}, not {expected:?}")),
        }
    }

    fn agree(&self) -> Result<(), String> {
        let (breaker, model) = (self.breaker, &self.model);
        same("the state", breaker.state(), model.state(self.now))?;
        if let Some(errors) = model.error_count(self.now) {
            same("error_count", breaker.error_count(), errors)?;
        }
        same("success_count", breaker.success_count(), model.success_count())?;
        same("openings", u64::from(breaker.openings()), model.openings())?;
        let wait = breaker.retry_after().map(|wait| u64::from(wait.ticks()));
        same("retry_after", wait, model.retry_after(self.now))?;
        // The clock's tick, in 32 bits.
        let opening = model.opened_at.map(|at| (at as u32).max(1));
        same("open_time", breaker.open_time(), opening)?;
        let lasts =
            breaker.recovery_start_time().zip(opening).map(|(end, at)| end.wrapping_sub(at));
        match (lasts.map(u64::from), model.lasts()) {
            (Some(lasts), Some((least, most))) if (least..=most).contains(&lasts) => Ok(()),
            (None, None) => Ok(()),
            (lasts, expected) => Err(format!("the opening lasts {lasts:?}, not {expected:?}")),
        }
    }

    /// Since the last time an observer was told of the changes that there were, and of nothing else.
    fn told(&mut self) -> Result<(), String> {
        let (real, expected) =
            (core::mem::take(&mut *lock(&TOLD)), told(core::mem::take(&mut self.model.changes)));
        if real == expected { Ok(()) } else { Err(format!("told {real:?}, not {expected:?}")) }
    }
}

/// A guarded call with that result; `Ignore` and `Fatal`, which no result means here, by a permit.
fn call<S: mcb::Strategy>(breaker: &Breaker<S>, verdict: Verdict) -> Result<(), Rejected> {
    match verdict {
        Verdict::Ignore | Verdict::Fatal => {
            breaker.try_acquire().map(|permit| permit.record(verdict))
        }
        Verdict::Success => breaker.call(|| Ok::<(), ()>(())).map_err(|error| match error {
            Error::Rejected(rejected) => rejected,
            Error::Inner(()) => unreachable!("it succeeded"),
        }),
        Verdict::Failure => match breaker.call(|| Err::<(), _>(())) {
            Err(Error::Rejected(rejected)) => Err(rejected),
            Err(Error::Inner(())) => Ok(()),
            Ok(()) => unreachable!("it failed"),
        },
        other => unreachable!("{other:?}"),
    }
}

fn same<T: Copy + PartialEq + core::fmt::Debug>(
    what: &str,
    real: T,
    expected: T,
) -> Result<(), String> {
    if real == expected { Ok(()) } else { Err(format!("{what}: {real:?}, not {expected:?}")) }
}
