//! Random calls, outcomes, clock steps and forcing, with several permits in flight and clocks that
//! wrap on the way, against a model that knows no word.
#![cfg(not(loom))]

#[path = "support/model.rs"]
mod model;

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use mcb::{
    Cause, Circuit, CircuitBreaker, Config, EveryError, Hooked, Hooks, ManualClock, NetError,
    Permit, Verdict,
};
use model::{Admitted, Limits, Model};
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed, TestRunner};

#[derive(Clone, Debug)]
enum Step {
    Call(Verdict),
    Start,
    Finish(usize, Verdict),
    Drop(usize),
    Forget(usize),
    Advance(u32),
    Reset,
    Force(bool),
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        4 => Just(Verdict::Failure),
        3 => Just(Verdict::Success),
        1 => Just(Verdict::Ignore),
    ]
}

fn step(limits: Limits) -> impl Strategy<Value = Step> {
    let (recovery, probe) = (limits.recovery_timeout, limits.probe_timeout);
    prop_oneof![
        8 => verdict().prop_map(Step::Call),
        6 => Just(Step::Start),
        6 => (0..8_usize, verdict()).prop_map(|(place, verdict)| Step::Finish(place, verdict)),
        1 => (0..8_usize).prop_map(Step::Drop),
        1 => (0..8_usize).prop_map(Step::Forget),
        3 => (0..4_u32).prop_map(Step::Advance),
        3 => prop_oneof![Just(recovery), Just(recovery - 1), Just(probe), Just(probe - 1)]
            .prop_map(Step::Advance),
        1 => (0..200_000_u32).prop_map(Step::Advance),
        1 => prop_oneof![4 => Just(Step::Reset), 1 => any::<bool>().prop_map(Step::Force)],
    ]
}

fn limits(net_error: bool) -> impl Strategy<Value = Limits> {
    (1..6_u16, 1..5_u8, 1..50_u32, 1..4_u8, 1..50_u32).prop_map(
        move |(
            error_threshold,
            recovery_threshold,
            recovery_timeout,
            max_probes,
            probe_timeout,
        )| {
            Limits {
                net_error,
                error_threshold,
                recovery_threshold,
                recovery_timeout,
                max_probes,
                probe_timeout,
            }
        },
    )
}

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

/// Runs the steps on both, and compares all that can be read after each.
fn compare<S: mcb::Strategy + 'static>(
    strategy: S,
    limits: Limits,
    start: u32,
    steps: &[Step],
) -> Result<(), TestCaseError> {
    static HOOKS: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _counters = HOOKS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Leaked: a breaker's configuration and clock live as long as the program.
    let clock: Clock = Box::leak(Box::new(ManualClock::at(start)));
    let config: &'static Config<Clock, S, Watched> = Box::leak(Box::new(
        Config::new("random")
            .error_threshold(limits.error_threshold)
            .recovery_threshold(limits.recovery_threshold)
            .recovery_timeout_ticks(limits.recovery_timeout)
            .max_probes(limits.max_probes)
            .probe_timeout_ticks(limits.probe_timeout)
            .strategy(strategy)
            .hooks(Hooks::new().on_open(opened).on_close(closed)),
    ));
    let breaker =
        CircuitBreaker::try_new(config, clock).map_err(|e| TestCaseError::fail(e.to_string()))?;
    let mut model = Model::new(limits);
    let mut now = 0_u64;
    let mut in_flight: Vec<(Permit<'_, Clock, S, Watched>, Admitted)> = Vec::new();
    OPENED.store(0, Relaxed);
    CLOSED.store(0, Relaxed);

    for step in steps {
        match *step {
            Step::Call(verdict) => {
                let expected = model.admit(now);
                match (breaker.try_acquire(), expected) {
                    (Ok(permit), Ok(admitted)) => {
                        permit.record(verdict);
                        model.finish(admitted, verdict, now);
                    }
                    (Err(rejected), Err(wait)) => {
                        prop_assert_eq!(rejected.retry_after.map(|w| u64::from(w.ticks())), wait);
                    }
                    (real, expected) => prop_assert!(false, "{real:?}, not {expected:?}"),
                }
            }
            Step::Start if in_flight.len() < 8 => match (breaker.try_acquire(), model.admit(now)) {
                (Ok(permit), Ok(admitted)) => in_flight.push((permit, admitted)),
                (Err(rejected), Err(wait)) => {
                    prop_assert_eq!(rejected.retry_after.map(|w| u64::from(w.ticks())), wait);
                    prop_assert_eq!(rejected.error_count, model.error_count());
                }
                (real, expected) => prop_assert!(false, "{real:?}, not {expected:?}"),
            },
            Step::Finish(place, verdict) if place < in_flight.len() => {
                let (permit, admitted) = in_flight.remove(place);
                permit.record(verdict);
                model.finish(admitted, verdict, now);
            }
            Step::Drop(place) if place < in_flight.len() => {
                let (permit, admitted) = in_flight.remove(place);
                drop(permit);
                model.finish(admitted, Verdict::Ignore, now);
            }
            Step::Forget(place) if place < in_flight.len() => {
                core::mem::forget(in_flight.remove(place).0);
            }
            Step::Advance(ticks) => {
                clock.advance_ticks(ticks);
                now += u64::from(ticks);
            }
            Step::Reset => {
                breaker.reset();
                model.reset();
            }
            Step::Force(open) => {
                if open {
                    breaker.force_open();
                } else {
                    breaker.force_closed();
                }
                model.force(open);
            }
            _ => {}
        }
        prop_assert_eq!(breaker.state(), model.state(now), "after {:?}", step);
        prop_assert_eq!(breaker.error_count(), model.error_count(), "after {:?}", step);
        prop_assert_eq!(breaker.success_count(), model.success_count(), "after {:?}", step);
        let tick = |at: u64| start.wrapping_add(u32::try_from(at).unwrap()).max(1);
        prop_assert_eq!(breaker.open_time(), model.opened_at.map(tick), "after {:?}", step);
        prop_assert_eq!(OPENED.load(Relaxed), model.opened, "on_open after {:?}", step);
        prop_assert_eq!(CLOSED.load(Relaxed), model.closed, "on_close after {:?}", step);
    }
    // No wedge: with time and successes alone it closes, whatever is still in flight.
    if !matches!(breaker.state(), mcb::State::ForcedOpen | mcb::State::ForcedClosed) {
        for _ in 0..64 {
            clock.advance_ticks(100);
            let _ = breaker.call(|| Ok::<(), ()>(()));
        }
        prop_assert_eq!(breaker.state(), mcb::State::Closed);
    }
    Ok(())
}

fn run(net_error: bool) {
    let config = ProptestConfig {
        cases: 600,
        rng_seed: RngSeed::Fixed(0x6D63_6220),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "proptest-regressions/reference_model.txt",
        ))),
        ..ProptestConfig::default()
    };
    // Far from the wrap, at its edge, and where the guard band begins.
    let start = prop_oneof![Just(0_u32), any::<u32>(), (u32::MAX - 400)..=u32::MAX, Just(1 << 31)];
    let cases = (limits(net_error), start).prop_flat_map(|(limits, start)| {
        (Just(limits), Just(start), proptest::collection::vec(step(limits), 1..200))
    });
    let outcome = TestRunner::new(config).run(&cases, |(limits, start, steps)| {
        if net_error {
            compare(NetError, limits, start, &steps)
        } else {
            compare(mcb::Consecutive, limits, start, &steps)
        }
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn consecutive_does_what_the_model_does() {
    run(false);
}

#[test]
fn net_error_does_what_the_model_does() {
    run(true);
}
