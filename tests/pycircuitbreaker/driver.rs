//! mcb, driven as `record.py` drove the original.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mcb::{
    Cause, Circuit, CircuitBreaker, Config, Detect, Error, Lists, ManualClock, Observer, Permit,
    Rejected, Reporting, Rules, State, Transition, Verdict,
};

use crate::recording::{Fault, Fired, Got, Outcome, START, Settings, Value};

/// How calls go through the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// `call`; overlapping ones are `call_async`, polled when they begin and when they finish.
    Calls,
    /// `try_acquire`, and the verdict through the permit.
    Permits,
    /// `call_mut`; no two calls can overlap.
    Exclusive,
}

/// One way to replay a sequence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    pub(crate) way: Way,
    pub(crate) max_probes: u8,
    /// The tick of mcb's clock at the recording's start: close to the wrap, it wraps on the way.
    pub(crate) start: u32,
}

/// What mcb's reads say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reads {
    pub(crate) state: State,
    pub(crate) errors: u16,
    pub(crate) successes: u16,
    pub(crate) open_time: Option<u32>,
}

thread_local! {
    /// What this thread's breaker has told.
    static FIRED: RefCell<Vec<(Option<Fired>, State)>> = const { RefCell::new(Vec::new()) };
    /// The cause of the opening that was told last.
    static CAUSE: Cell<Option<Cause>> = const { Cell::new(None) };
    /// The breaker, where it is shared: a hook may ask it.
    static CIRCUIT: Cell<Option<&'static dyn Circuit>> = const { Cell::new(None) };
}

/// The state that a hook finds.
fn found(change: &Transition) -> State {
    CIRCUIT.get().map_or(change.to, <dyn Circuit>::state)
}

struct Watch;

impl Observer for Watch {
    fn on_open(&self, opening: &Transition, cause: Cause) {
        CAUSE.set(Some(cause));
        // A permit tells the breaker no more than that it failed.
        FIRED.with_borrow_mut(|all| all.push((None, found(opening))));
    }

    fn on_close(&self, closing: &Transition) {
        FIRED.with_borrow_mut(|all| all.push((Some(Fired::Close), found(closing))));
    }
}

/// The rules see the result that has opened it, after the observer was told.
fn report(id: &'static str, result: &Outcome) {
    let cause = if result.is_ok() { Cause::Output } else { Cause::Error };
    assert_eq!((id, CAUSE.take()), ("recorded", Some(cause)));
    FIRED
        .with_borrow_mut(|all| all.last_mut().expect("told before").0 = Some(Fired::Open(*result)));
}

type Ruled<const B: usize, const W: usize> = Detect<Value, Lists<Fault, B, W>>;
type Watched<const B: usize, const W: usize> = Reporting<fn(&'static str, &Outcome), Ruled<B, W>>;
type Breaker<S, const B: usize, const W: usize> =
    CircuitBreaker<&'static ManualClock, S, Watched<B, W>>;
type Running = Pin<Box<dyn Future<Output = Result<Value, Error<Fault>>>>>;

/// A breaker under replay, whatever its strategy and lists.
pub(crate) trait Driver {
    fn call(&mut self, outcome: Outcome) -> Got;
    fn begin(&mut self, id: u32, outcome: Outcome) -> Got;
    fn finish(&mut self, id: u32) -> Got;
    /// Drops a call that has begun.
    fn abandon(&mut self, id: u32);
    fn reads(&self) -> Reads;
    fn reset(&mut self);
    fn verdict(&self, outcome: Outcome) -> Verdict;
    fn clock(&self) -> &'static ManualClock;

    /// What fired since the last time, and the state that the hook was shown.
    fn fired(&mut self) -> Vec<(Option<Fired>, State)> {
        FIRED.take()
    }
}

/// Each breaker and its clock live on: a few hundred bytes a sequence.
fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

pub(crate) fn driver(settings: &Settings, variant: Variant) -> Box<dyn Driver> {
    use crate::recording::Strategy::{NetError, SingleReset};
    FIRED.take();
    CIRCUIT.take();
    let is_loud = |fault: &Fault| matches!(fault, Fault::Loud | Fault::LoudChild | Fault::Both);
    let is_quiet = |fault: &Fault| matches!(fault, Fault::Quiet | Fault::QuietChild | Fault::Both);
    macro_rules! with_lists {
        ($strategy:expr, $lists:expr) => {
            with_rules($strategy, $lists, settings, variant)
        };
    }
    macro_rules! with_strategy {
        ($strategy:expr) => {
            match (settings.blacklist, settings.whitelist) {
                (false, false) => with_lists!($strategy, Lists::new()),
                (false, true) => with_lists!($strategy, Lists::new().whitelist([is_quiet])),
                (true, false) => with_lists!($strategy, Lists::new().blacklist([is_loud])),
                (true, true) => {
                    with_lists!($strategy, Lists::new().blacklist([is_loud]).whitelist([is_quiet]))
                }
            }
        };
    }
    match settings.strategy {
        SingleReset => with_strategy!(mcb::Consecutive),
        NetError => with_strategy!(mcb::NetError),
    }
}

fn with_rules<S, const B: usize, const W: usize>(
    strategy: S,
    lists: Lists<Fault, B, W>,
    settings: &Settings,
    variant: Variant,
) -> Box<dyn Driver>
where
    S: mcb::Strategy + 'static,
{
    let detect: fn(&Value) -> bool =
        if settings.detect { |value| *value == Value::Bad } else { |_| false };
    let rules = lists.detect_error(detect);
    let config: &'static Config<&'static ManualClock, S, Watched<B, W>> = leak(
        Config::new("recorded")
            .error_threshold(settings.errors)
            .recovery_threshold(settings.successes)
            // A tick of the recording is a tick of the manual clock: a millisecond.
            .recovery_timeout(Duration::from_millis(u64::from(settings.timeout)))
            .max_probes(variant.max_probes)
            .strategy(strategy)
            .rules(rules.reporting(report as fn(&'static str, &Outcome)))
            .hooks(&Watch),
    );
    let clock: &'static ManualClock = leak(ManualClock::at(variant.start));
    let breaker = leak(CircuitBreaker::try_new(config, clock).expect("settings within range"));
    if variant.way == Way::Exclusive {
        return Box::new(Exclusive { breaker, rules, clock });
    }
    let breaker = &*breaker;
    CIRCUIT.set(Some(breaker));
    let permits = (variant.way == Way::Permits).then(BTreeMap::new);
    Box::new(Sharing { breaker, rules, clock, permits, running: BTreeMap::new() })
}

fn got(result: Result<Value, Error<Fault>>, outcome: Outcome) -> Got {
    match (result, outcome) {
        (Err(Error::Rejected(rejected)), _) => refused(rejected),
        (Ok(value), Ok(returned)) if value == returned => Got::Value,
        (Err(Error::Inner(fault)), Err(raised)) if fault == raised => Got::Raised,
        (result, outcome) => panic!("{outcome:?} came back as {result:?}"),
    }
}

fn refused(rejected: Rejected) -> Got {
    assert_eq!(rejected.id, "recorded");
    assert!(matches!(rejected.state, State::Open | State::HalfOpen));
    let left = rejected.retry_after.expect("nobody forced it open");
    Got::Rejected(i64::from(left.ticks()))
}

fn ended(outcome: Outcome) -> Got {
    if outcome.is_ok() { Got::Value } else { Got::Raised }
}

fn reads<S: mcb::Strategy, const B: usize, const W: usize>(breaker: &Breaker<S, B, W>) -> Reads {
    Reads {
        state: breaker.state(),
        errors: breaker.error_count(),
        successes: breaker.success_count(),
        open_time: breaker.open_time(),
    }
}

/// Shared by `&`, as overlapping calls need it.
struct Sharing<S: 'static + mcb::Strategy, const B: usize, const W: usize> {
    breaker: &'static Breaker<S, B, W>,
    rules: Ruled<B, W>,
    clock: &'static ManualClock,
    /// Calls as permits, or `None` for calls as futures.
    permits: Option<BTreeMap<u32, HeldPermit<S, B, W>>>,
    /// Calls as futures; each stops until its gate holds an outcome.
    running: BTreeMap<u32, (Running, Rc<Cell<Option<Outcome>>>, Outcome)>,
}

type HeldPermit<S, const B: usize, const W: usize> =
    (Permit<'static, &'static ManualClock, S, Watched<B, W>>, Outcome);

/// Pending until the gate holds an outcome.
struct Gate(Rc<Cell<Option<Outcome>>>);

impl Future for Gate {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Outcome> {
        self.0.get().map_or(Poll::Pending, Poll::Ready)
    }
}

fn poll(future: &mut Running) -> Poll<Result<Value, Error<Fault>>> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

impl<S: mcb::Strategy, const B: usize, const W: usize> Driver for Sharing<S, B, W> {
    fn call(&mut self, outcome: Outcome) -> Got {
        if self.permits.is_none() {
            return got(self.breaker.call(|| outcome), outcome);
        }
        match self.breaker.try_acquire() {
            Ok(permit) => {
                permit.record(self.rules.judge(&outcome));
                ended(outcome)
            }
            Err(rejected) => refused(rejected),
        }
    }

    fn begin(&mut self, id: u32, outcome: Outcome) -> Got {
        if let Some(permits) = &mut self.permits {
            return match self.breaker.try_acquire() {
                Ok(permit) => {
                    permits.insert(id, (permit, outcome));
                    Got::Pending
                }
                Err(rejected) => refused(rejected),
            };
        }
        let gate = Rc::new(Cell::new(None));
        let mut future: Running = Box::pin(self.breaker.call_async(Gate(gate.clone())));
        match poll(&mut future) {
            Poll::Pending => {
                self.running.insert(id, (future, gate, outcome));
                Got::Pending
            }
            Poll::Ready(result) => got(result, outcome),
        }
    }

    fn finish(&mut self, id: u32) -> Got {
        if let Some(permits) = &mut self.permits {
            let (permit, outcome) = permits.remove(&id).expect("it has begun");
            permit.record(self.rules.judge(&outcome));
            return ended(outcome);
        }
        let (mut future, gate, outcome) = self.running.remove(&id).expect("it has begun");
        gate.set(Some(outcome));
        match poll(&mut future) {
            Poll::Ready(result) => got(result, outcome),
            Poll::Pending => panic!("the gate is open"),
        }
    }

    fn abandon(&mut self, id: u32) {
        self.running.remove(&id);
        if let Some(permits) = &mut self.permits {
            permits.remove(&id);
        }
    }

    fn reads(&self) -> Reads {
        reads(self.breaker)
    }

    fn reset(&mut self) {
        self.breaker.reset();
    }

    fn verdict(&self, outcome: Outcome) -> Verdict {
        self.rules.judge(&outcome)
    }

    fn clock(&self) -> &'static ManualClock {
        self.clock
    }
}

/// Held by `&mut`.
struct Exclusive<S: 'static + mcb::Strategy, const B: usize, const W: usize> {
    breaker: &'static mut Breaker<S, B, W>,
    rules: Ruled<B, W>,
    clock: &'static ManualClock,
}

impl<S: mcb::Strategy, const B: usize, const W: usize> Driver for Exclusive<S, B, W> {
    fn call(&mut self, outcome: Outcome) -> Got {
        got(self.breaker.call_mut(|| outcome), outcome)
    }

    fn begin(&mut self, _: u32, _: Outcome) -> Got {
        unreachable!("only sequences without overlap are replayed this way")
    }

    fn finish(&mut self, _: u32) -> Got {
        unreachable!("nothing has begun")
    }

    fn abandon(&mut self, _: u32) {}

    fn reads(&self) -> Reads {
        reads(self.breaker)
    }

    fn reset(&mut self) {
        self.breaker.reset();
    }

    fn verdict(&self, outcome: Outcome) -> Verdict {
        self.rules.judge(&outcome)
    }

    fn clock(&self) -> &'static ManualClock {
        self.clock
    }
}

/// The recording's tick on mcb's clock.
pub(crate) fn tick(variant: Variant, recorded: i64) -> u32 {
    variant.start.wrapping_add((recorded - START) as u32)
}
