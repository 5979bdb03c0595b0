//! Runs the same steps on a breaker and on the model, and compares all that can be read after each.
//! The steps come from wherever: from `proptest`, from a fuzzer's bytes.

#[path = "model.rs"]
mod model;

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use mcb::{
    Cause, Circuit, CircuitBreaker, Config, Consecutive, Error, EveryError, Hooked, Hooks,
    ManualClock, NetError, Permit, Rejected, State, Verdict,
};
pub(crate) use model::Limits;
use model::{Admitted, Model};

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

// One clock and one pair of counters for all: one run at a time.
static ONE: Mutex<()> = Mutex::new(());
static CLOCK: ManualClock = ManualClock::new();
static OPENED: AtomicU32 = AtomicU32::new(0);
static CLOSED: AtomicU32 = AtomicU32::new(0);
fn opened(_: &dyn Circuit, _: Cause<'_>) {
    OPENED.fetch_add(1, Relaxed);
}
fn closed(_: &dyn Circuit) {
    CLOSED.fetch_add(1, Relaxed);
}

type Clock = &'static ManualClock;
type Watched = Hooked<EveryError, Hooks>;
type Breaker<S> = CircuitBreaker<Clock, S, Watched>;

fn breaker<S: mcb::Strategy + 'static>(strategy: S, limits: Limits, clock: Clock) -> Breaker<S> {
    let config = Config::new("random")
        .error_threshold(limits.error_threshold)
        .recovery_threshold(limits.recovery_threshold)
        .recovery_timeout_ticks(limits.recovery_timeout)
        .max_probes(limits.max_probes)
        .probe_timeout_ticks(limits.probe_timeout)
        .dropped(limits.dropped)
        .strategy(strategy)
        .hooks(Hooks::new().on_open(opened).on_close(closed));
    #[cfg(feature = "std")]
    let breaker = CircuitBreaker::from_config(config, clock);
    // Leaked: a configuration that the breaker does not own lives as long as the program.
    #[cfg(not(feature = "std"))]
    let breaker = CircuitBreaker::try_new(Box::leak(Box::new(config)), clock);
    breaker.unwrap()
}

/// The first difference between the breaker and the model, if there is one.
pub(crate) fn compare(limits: Limits, start: u32, steps: &[Step]) -> Result<(), String> {
    if limits.net_error {
        compare_with(NetError, limits, start, steps)
    } else {
        compare_with(Consecutive, limits, start, steps)
    }
}

fn compare_with<S: mcb::Strategy + 'static>(
    strategy: S,
    limits: Limits,
    start: u32,
    steps: &[Step],
) -> Result<(), String> {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    CLOCK.set(start);
    OPENED.store(0, Relaxed);
    CLOSED.store(0, Relaxed);

    let breaker = breaker(strategy, limits, &CLOCK);
    let mut pair = Pair { breaker: &breaker, model: Model::new(limits), now: 0, out: Vec::new() };
    for (at, step) in steps.iter().enumerate() {
        pair.take(*step)
            .and_then(|()| pair.agree(start))
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

struct Pair<'a, S: mcb::Strategy + 'static> {
    breaker: &'a Breaker<S>,
    model: Model,
    now: u64,
    out: Vec<(Permit<'a, Clock, S, Watched>, Admitted)>,
}

impl<S: mcb::Strategy + 'static> Pair<'_, S> {
    fn take(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Call(verdict) => {
                let expected = self.model.admit(self.now);
                match (call(self.breaker, verdict), expected) {
                    (Ok(()), Ok(admitted)) => self.model.finish(admitted, verdict, self.now),
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
                self.model.finish(admitted, verdict, self.now);
            }
            Step::Drop(place) if place < self.out.len() => {
                let (permit, admitted) = self.out.remove(place);
                drop(permit);
                self.model.finish(admitted, self.model.limits.dropped, self.now);
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
        same("calls of on_open", OPENED.load(Relaxed), model.opened)?;
        same("calls of on_close", CLOSED.load(Relaxed), model.closed)
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
    }
}

fn same<T: Copy + PartialEq + core::fmt::Debug>(
    what: &str,
    real: T,
    expected: T,
) -> Result<(), String> {
    if real == expected { Ok(()) } else { Err(format!("{what}: {real:?}, not {expected:?}")) }
}
