//! Runs the same steps on a breaker and on the model, and compares all that can be read after each.
//! The steps come from wherever: from `proptest`, from a fuzzer's bytes.

#[path = "model.rs"]
mod model;
#[path = "strategies.rs"]
mod strategies;

use std::sync::{Mutex, MutexGuard, PoisonError};

use mcb::{
    Cause, CircuitBreaker, Config, Error, ManualClock, Observer, Permit, Reason, Rejected, State,
    Transition, Verdict,
};
pub(crate) use model::Limits;
use model::{Admitted, ID, Model};
pub(crate) use strategies::Counting;
use strategies::ForStrategy;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Call(Verdict),
    Start,
    Finish(usize, Verdict),
    Drop(usize),
    Forget(usize),
    Advance(u32),
    Reset,
    Force(bool),
}

// One clock and one list of what was told for all: one run at a time.
static ONE: Mutex<()> = Mutex::new(());
static CLOCK: ManualClock = ManualClock::new();
static TOLD: Mutex<Vec<Told>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A method of an observer, as it was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Changed(Transition),
    Opened(Transition, Cause),
    Closed(Transition),
}

struct Watch;

impl Observer for Watch {
    fn on_open(&self, opening: &Transition, cause: Cause) {
        lock(&TOLD).push(Told::Opened(*opening, cause));
    }
    fn on_close(&self, closing: &Transition) {
        lock(&TOLD).push(Told::Closed(*closing));
    }
    fn on_transition(&self, change: &Transition) {
        lock(&TOLD).push(Told::Changed(*change));
    }
}

/// What an observer is told of these changes, in this order.
fn told(changes: Vec<Transition>) -> Vec<Told> {
    let told = |change: Transition| {
        let more = match change.reason {
            Reason::Failure(cause) => Some(Told::Opened(change, cause)),
            Reason::Success => Some(Told::Closed(change)),
            _ => None,
        };
        [Some(Told::Changed(change)), more].into_iter().flatten()
    };
    changes.into_iter().flat_map(told).collect()
}

type Clock = &'static ManualClock;
type Breaker<S> = CircuitBreaker<Clock, S>;

fn breaker<S: mcb::Strategy>(config: Config<Clock, S>, limits: Limits, clock: Clock) -> Breaker<S> {
    let config = config
        .error_threshold(limits.error_threshold)
        .recovery_threshold(limits.recovery_threshold)
        .recovery_timeout_ticks(limits.recovery_timeout)
        .max_probes(limits.max_probes)
        .probe_timeout_ticks(limits.probe_timeout)
        .dropped(limits.dropped)
        .hooks(&Watch);
    #[cfg(feature = "std")]
    let breaker = CircuitBreaker::from_config(config, clock);
    // Leaked: a configuration that the breaker does not own lives as long as the program.
    #[cfg(not(feature = "std"))]
    let breaker = CircuitBreaker::try_new(Box::leak(Box::new(config)), clock);
    breaker.unwrap()
}

/// The first difference between the breaker and the model, if there is one.
pub(crate) fn compare(limits: Limits, start: u32, steps: &[Step]) -> Result<(), String> {
    limits.counting.with(ID, Run { limits, start, steps })
}

struct Run<'a> {
    limits: Limits,
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
    limits: Limits,
    start: u32,
    steps: &[Step],
) -> Result<(), String> {
    let _one = lock(&ONE);
    CLOCK.set(start);
    lock(&TOLD).clear();

    let breaker = breaker(config, limits, &CLOCK);
    let mut pair = Pair { breaker: &breaker, model: Model::new(limits), now: 0, out: Vec::new() };
    for (at, step) in steps.iter().enumerate() {
        pair.take(*step)
            .and_then(|()| pair.agree(start))
            .and_then(|()| pair.told())
            .map_err(|difference| format!("step {at}, {step:?}: {difference}"))?;
    }
    // No wedge: with time and successes alone it closes, whatever is still in flight.
    if !matches!(breaker.state(), State::ForcedOpen | State::ForcedClosed) {
        let patience = limits.recovery_timeout.max(limits.probe_timeout);
        for _ in 0..=limits.recovery_threshold {
            CLOCK.advance_ticks(patience);
            let _ = breaker.call(|| Ok::<(), ()>(()));
        }
        same("the state in the end", breaker.state(), State::Closed)?;
    }
    Ok(())
}

struct Pair<'a, S: mcb::Strategy> {
    breaker: &'a Breaker<S>,
    model: Model,
    now: u64,
    out: Vec<(Permit<'a, Clock, S>, Admitted)>,
}

impl<S: mcb::Strategy> Pair<'_, S> {
    fn take(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Call(verdict) => {
                let expected = self.model.admit(self.now);
                match (call(self.breaker, verdict), expected) {
                    (Ok(()), Ok(admitted)) => {
                        self.model.finish(admitted, verdict, Cause::Error, self.now);
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
                self.model.finish(admitted, verdict, Cause::Reported, self.now);
            }
            Step::Drop(place) if place < self.out.len() => {
                let (permit, admitted) = self.out.remove(place);
                drop(permit);
                self.model.finish(admitted, self.model.limits.dropped, Cause::Dropped, self.now);
            }
            Step::Forget(place) if place < self.out.len() => {
                core::mem::forget(self.out.remove(place).0);
            }
            Step::Advance(ticks) => {
                CLOCK.advance_ticks(ticks);
                self.now += u64::from(ticks);
            }
            Step::Reset => {
                self.breaker.reset();
                self.model.reset();
            }
            Step::Force(open) => {
                if open {
                    self.breaker.force_open();
                } else {
                    self.breaker.force_closed();
                }
                self.model.force(open);
            }
            Step::Start | Step::Finish(..) | Step::Drop(_) | Step::Forget(_) => {}
        }
        Ok(())
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
                same("the errors told", rejected.error_count, self.model.error_count())
            }
            (real, expected) => Err(format!("admission: {real:?}, not {expected:?}")),
        }
    }

    fn agree(&self, start: u32) -> Result<(), String> {
        let (breaker, model) = (self.breaker, &self.model);
        same("the state", breaker.state(), model.state(self.now))?;
        same("error_count", breaker.error_count(), model.error_count())?;
        same("success_count", breaker.success_count(), model.success_count())?;
        let wait = breaker.retry_after().map(|wait| u64::from(wait.ticks()));
        same("retry_after", wait, model.retry_after(self.now))?;
        let tick = |at: u64| start.wrapping_add(u32::try_from(at).unwrap()).max(1);
        let opening = model.opened_at.map(tick);
        same("open_time", breaker.open_time(), opening)?;
        let recovery = opening
            .filter(|_| breaker.state() != State::ForcedOpen)
            .map(|tick| tick.wrapping_add(model.limits.recovery_timeout));
        same("recovery_start_time", breaker.recovery_start_time(), recovery)?;
        Ok(())
    }

    /// Since the last time an observer was told of the changes that there were, and of nothing else.
    fn told(&mut self) -> Result<(), String> {
        let (real, expected) =
            (core::mem::take(&mut *lock(&TOLD)), told(core::mem::take(&mut self.model.changes)));
        if real == expected { Ok(()) } else { Err(format!("told {real:?}, not {expected:?}")) }
    }
}

/// A guarded call with that result; `Ignore`, which no result means here, by a permit.
fn call<S: mcb::Strategy>(breaker: &Breaker<S>, verdict: Verdict) -> Result<(), Rejected> {
    match verdict {
        Verdict::Ignore => breaker.try_acquire().map(Permit::ignore),
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
