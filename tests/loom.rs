//! Every interleaving of two or three threads on the storage of the word, by loom:
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom -- --test-threads=1`, and again with
//! `--cfg mcb_critical_section` added, for the storage without compare-and-swap.
//!
//! Hooks and the clock are of the processor's own kind, which loom does not see: they count and give ticks, and the
//! races are the storage's alone.
#![cfg(loom)]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use loom::sync::Arc;
use loom::sync::atomic::AtomicU32 as Modelled;
use loom::thread;
use mcb::observe::Statistics;
use mcb::{
    Cause, CircuitBreaker, Config, ManualClock, Observer, Reason, Slept, State, Transition, Verdict,
};

type Breaker = CircuitBreaker<&'static ManualClock>;

static CLOCK: ManualClock = ManualClock::new();
static OPENED: AtomicU32 = AtomicU32::new(0);
static RECOVERIES: AtomicU32 = AtomicU32::new(0);

/// Counts openings, and recoveries that begin.
struct Counting;
impl Observer for Counting {
    fn on_open(&self, _: &Transition, _: Cause) {
        OPENED.fetch_add(1, Relaxed);
    }
    fn on_transition(&self, change: &Transition) {
        if change.to == State::HalfOpen {
            RECOVERIES.fetch_add(1, Relaxed);
        }
    }
}

loom::lazy_static! {
    static ref TURN: Modelled = Modelled::new(0);
}

/// Stands before and after what is one thing to a thread, so that loom tries these things in every order.
///
/// It tries two orders of two accesses to an atomic if it remembers the first when it comes to the second. It remembers
/// one access of each, so that a thread which loads the word before it writes it, as all do here, makes it forget the
/// load of another. Relaxed, and on an atomic of its own: it orders nothing else.
fn turn() {
    TURN.fetch_add(1, Relaxed);
}

fn config(errors: u16) -> Config<&'static ManualClock> {
    turn(); // made here, before there are threads
    CLOCK.set(10);
    OPENED.store(0, Relaxed);
    RECOVERIES.store(0, Relaxed);
    Config::new("b").error_threshold(errors).recovery_timeout_ticks(5).hooks(&Counting)
}

fn made(config: Config<&'static ManualClock>) -> Arc<Breaker> {
    // Leaked once an execution: loom's own bookkeeping is larger by far.
    let config = Box::leak(Box::new(config));
    Arc::new(CircuitBreaker::try_new(config, &CLOCK).unwrap())
}

fn breaker(errors: u16) -> Arc<Breaker> {
    made(config(errors))
}

/// One that waits no more for its recovery.
fn recovering(config: Config<&'static ManualClock>) -> Arc<Breaker> {
    let b = made(config);
    fail(&b);
    CLOCK.set(15);
    b
}

fn fail(breaker: &Breaker) {
    turn();
    let _ = breaker.call(|| Err::<(), _>(()));
    turn();
}

/// Takes a slot, or is closed, and never ends.
fn hangs(breaker: &Breaker) -> bool {
    turn();
    let admitted = breaker.try_acquire().map(core::mem::forget).is_ok();
    turn();
    admitted
}

#[test]
fn two_failures_race_to_trip() {
    loom::model(|| {
        let b = breaker(2);
        let other = b.clone();
        let thread = thread::spawn(move || fail(&other));
        fail(&b);
        thread.join().unwrap();
        assert_eq!((b.state(), b.error_count(), OPENED.load(Relaxed)), (State::Open, 2, 1));
    });
}

#[test]
fn a_success_races_a_trip() {
    loom::model(|| {
        let b = breaker(1);
        let other = b.clone();
        let thread = thread::spawn(move || fail(&other));
        turn();
        let _ = b.call(|| Ok::<(), ()>(()));
        thread.join().unwrap();
        assert_eq!((b.state(), OPENED.load(Relaxed)), (State::Open, 1));
    });
}

#[test]
fn two_callers_race_for_one_probe() {
    loom::model(|| {
        let b = recovering(config(1));
        let other = b.clone();
        let thread = thread::spawn(move || hangs(&other));
        let mine = hangs(&b);
        assert!(mine != thread.join().unwrap(), "exactly one");
        assert_eq!((b.open_time(), RECOVERIES.load(Relaxed)), (Some(10), 1));
    });
}

/// Whoever loses the word asks again, and finds what is true by then: the second slot, or no slot any more.
fn race_for_slots(slots: u8, others: usize) {
    let b = recovering(config(1).max_probes(slots));
    let others: Vec<_> =
        (0..others).map(|_| b.clone()).map(|other| thread::spawn(move || hangs(&other))).collect();
    let mut admitted = u8::from(hangs(&b));
    let all = others.len() as u8 + 1;
    for other in others {
        admitted += u8::from(other.join().unwrap());
    }
    assert_eq!(admitted, slots.min(all), "of {slots} slots for {all}");
    assert_eq!((b.state(), RECOVERIES.load(Relaxed)), (State::HalfOpen, 1));
}

#[test]
fn who_loses_the_race_for_a_slot_asks_again() {
    loom::model(|| race_for_slots(2, 1));
    // All that three threads can do with at most two preemptions.
    let mut bounded = loom::model::Builder::new();
    bounded.preemption_bound = Some(2);
    bounded.check(|| race_for_slots(1, 2));
    bounded.check(|| race_for_slots(2, 2));
}

/// The slot that a probe gives back is there for who comes after it, and for nobody twice.
#[test]
fn a_slot_is_given_back_while_another_asks() {
    loom::model(|| {
        let b = recovering(config(1));
        let permit = b.try_acquire().unwrap();
        let other = b.clone();
        let thread = thread::spawn(move || hangs(&other));
        permit.ignore();
        turn();
        let taken = thread.join().unwrap();
        assert_eq!(hangs(&b), !taken);
        assert!(!hangs(&b));
    });
}

#[test]
fn a_probe_times_out_while_its_result_arrives() {
    loom::model(|| {
        let b = recovering(config(1));
        let permit = b.try_acquire().unwrap();
        CLOCK.set(20);
        let other = b.clone();
        let thread = thread::spawn(move || hangs(&other));
        permit.success();
        turn();
        // Whoever came first, the success counts in its recovery and closes the breaker.
        assert!(thread.join().unwrap());
        assert_eq!(b.state(), State::Closed);
    });
}

#[test]
fn two_successes_race_to_close() {
    loom::model(|| {
        let b = recovering(config(1).recovery_threshold(2).max_probes(2));
        let (mine, others) = (b.try_acquire().unwrap(), b.try_acquire().unwrap());
        // A permit borrows from the breaker, and a thread of loom's may not: the result comes from a call of its own.
        core::mem::forget(others);
        CLOCK.set(20);
        let other = b.clone();
        let thread = thread::spawn(move || {
            turn();
            other.call(|| Ok::<_, ()>(())).is_ok()
        });
        mine.success();
        turn();
        assert!(thread.join().unwrap());
        assert_eq!((b.state(), b.error_count()), (State::Closed, 0));
    });
}

#[test]
fn force_open_races_everything() {
    loom::model(|| {
        let b = breaker(1);
        let other = b.clone();
        let thread = thread::spawn(move || fail(&other));
        turn();
        b.force_open();
        turn();
        thread.join().unwrap();
        assert_eq!(b.state(), State::ForcedOpen);
        // If it opened first, that opening is remembered.
        let expected = if OPENED.load(Relaxed) == 1 { Some(10) } else { None };
        assert_eq!(b.open_time(), expected);
    });
}

#[test]
fn the_last_opening_is_kept_whoever_is_late() {
    loom::model(|| {
        let b = recovering(config(1));
        let other = b.clone();
        // Both may take the breaker out of Open; one of them opens it again.
        let thread = thread::spawn(move || {
            hangs(&other);
        });
        if let Ok(permit) = b.try_acquire() {
            permit.failure();
            assert_eq!(b.open_time(), Some(15));
            b.force_closed();
        }
        thread.join().unwrap();
        let expected = if OPENED.load(Relaxed) == 2 { 15 } else { 10 };
        assert_eq!(b.open_time(), Some(expected));
    });
}

#[test]
fn a_hook_re_enters_while_another_fails() {
    // A hook knows its breaker by name; that of an execution of loom's is made anew each time.
    static BREAKER: std::sync::Mutex<Option<&'static Breaker>> = std::sync::Mutex::new(None);
    struct ReEnters;
    impl Observer for ReEnters {
        fn on_open(&self, _: &Transition, _: Cause) {
            OPENED.fetch_add(1, Relaxed);
            let breaker = *BREAKER.lock().unwrap();
            breaker.expect("the one of this execution").reset();
        }
    }
    loom::model(|| {
        let config = Box::leak(Box::new(config(1).hooks(&ReEnters)));
        let b: &'static Breaker =
            Box::leak(Box::new(CircuitBreaker::try_new(config, &CLOCK).unwrap()));
        *BREAKER.lock().unwrap() = Some(b);
        let thread = thread::spawn(move || fail(b));
        fail(b);
        thread.join().unwrap();
        assert_eq!(b.state(), State::Closed);
        assert!((1..=2).contains(&OPENED.load(Relaxed)));
    });
}

/// What a recovery step wrote before it closed the breaker is seen by every call that the closed breaker admits. The
/// device is relaxed, so that nobody but the breaker publishes anything.
#[test]
fn what_a_recovery_wrote_is_seen_by_the_calls_after_it() {
    for probes in [1, 2] {
        loom::model(move || {
            let b = recovering(config(1).max_probes(probes));
            let device = Arc::new(Modelled::new(0));
            let (probe, written) = (b.clone(), device.clone());
            let thread = thread::spawn(move || {
                let set_up = |(): &mut ()| written.store(7, Relaxed);
                let _ = probe.call_on(&mut (), set_up, |()| Ok::<_, ()>(()));
                turn();
            });
            turn();
            // Admission comes first, then the look. A probe beside the step has no promise.
            if let Ok(permit) = b.try_acquire() {
                let seen = device.load(Relaxed);
                assert!(permit.is_probe() || seen == 7, "closed, and not set up");
                core::mem::forget(permit);
            }
            thread.join().unwrap();
        });
    }
}

/// A reset publishes too: whoever is admitted after it sees what was repaired before it.
#[test]
fn what_was_repaired_before_a_reset_is_seen_after_it() {
    loom::model(|| {
        let b = breaker(1);
        fail(&b);
        let device = Arc::new(Modelled::new(0));
        let (resets, repaired) = (b.clone(), device.clone());
        let thread = thread::spawn(move || {
            repaired.store(7, Relaxed);
            resets.reset();
            turn();
        });
        turn();
        let seen = b.call(|| Ok::<_, ()>(device.load(Relaxed)));
        assert!(seen.is_err() || seen == Ok(7));
        thread.join().unwrap();
    });
}

/// What stands beside the word, while two threads end calls.
mod memory {
    use core::time::Duration;

    use super::*;
    use mcb::strategy::Strategy;

    fn with<S: Strategy>(
        config: Config<&'static ManualClock, S>,
    ) -> Arc<CircuitBreaker<&'static ManualClock, S>> {
        turn();
        CLOCK.set(10);
        OPENED.store(0, Relaxed);
        let config = config.recovery_timeout_ticks(5).hooks(&Counting);
        let b = CircuitBreaker::try_new(Box::leak(Box::new(config)), &CLOCK).unwrap();
        // Each cell is made when it is used first, which must be before there are threads.
        (0..40).for_each(|_| b.call(|| Ok::<_, ()>(())).unwrap());
        let _ = b.call(|| Err::<(), _>(()));
        b.reset();
        CLOCK.set(11);
        OPENED.store(0, Relaxed);
        Arc::new(b)
    }

    /// With room for what comes before the race.
    fn long_model(f: impl Fn() + Send + Sync + 'static) {
        let mut model = loom::model::Builder::new();
        model.max_branches = 10_000;
        model.check(f);
    }

    fn tell<S: Strategy>(breaker: &CircuitBreaker<&'static ManualClock, S>, failed: bool) {
        turn();
        let _ = breaker.call(|| if failed { Err(()) } else { Ok(()) });
        turn();
    }

    /// Two outcomes at once, after some and before some: how many errors are counted in the end, and the state.
    fn at_once<S: Strategy>(
        config: Config<&'static ManualClock, S>,
        before: impl Fn(&CircuitBreaker<&'static ManualClock, S>),
        outcomes: [bool; 2],
    ) -> (State, u16) {
        let b = with(config);
        before(&b);
        let other = b.clone();
        let thread = thread::spawn(move || tell(&other, outcomes[0]));
        tell(&b, outcomes[1]);
        thread.join().unwrap();
        assert_eq!(OPENED.load(Relaxed), u32::from(b.state() == State::Open));
        (b.state(), b.error_count())
    }

    #[test]
    fn each_of_two_outcomes_has_a_slot_of_its_own_at_the_end_of_a_ring() {
        long_model(|| {
            // The last slot and the first, in which a failure stood.
            let told = at_once(
                Config::new("b").count_window::<33>(50, 33),
                |b| (0..32).for_each(|slot| tell(b, slot == 0)),
                [true, true],
            );
            assert_eq!(told, (State::Closed, 2));
        });
        long_model(|| {
            let told = at_once(
                Config::new("b").count_window::<33>(50, 33),
                |b| (0..32).for_each(|slot| tell(b, slot == 0)),
                [true, false],
            );
            // Whichever came second took the first slot.
            assert_eq!(told, (State::Closed, 1));
        });
    }

    /// The second may be judged before the first has written its bit, which the next outcome sees.
    #[test]
    fn a_ring_opens_by_two_failures_at_once_or_by_the_next() {
        long_model(|| {
            let b = with(Config::new("b").count_window::<33>(100, 2));
            let other = b.clone();
            let thread = thread::spawn(move || tell(&other, true));
            tell(&b, true);
            thread.join().unwrap();
            if b.state() == State::Closed {
                assert_eq!(b.error_count(), 2);
                tell(&b, true);
            }
            assert_eq!((b.state(), OPENED.load(Relaxed)), (State::Open, 1));
        });
    }

    #[test]
    fn a_ring_that_opens_beside_a_success_opens_once() {
        long_model(|| {
            let (state, _) = at_once(
                Config::new("b").count_window::<40>(60, 3),
                |b| (0..2).for_each(|_| tell(b, true)),
                [true, false],
            );
            assert_eq!(state, State::Open);
        });
    }

    fn window() -> Config<&'static ManualClock, mcb::TimeWindow<2>> {
        Config::new("b").time_window::<2>(Duration::from_millis(20), 100, 99)
    }

    #[test]
    fn no_failure_is_lost_where_a_window_of_time_begins() {
        for outcomes in [[true, true], [true, false]] {
            long_model(move || {
                let told = at_once(window(), |_| {}, outcomes);
                let failures = outcomes.iter().filter(|&&failed| failed).count();
                assert_eq!(told, (State::Closed, failures as u16));
            });
        }
    }

    #[test]
    fn no_failure_is_lost_where_a_bucket_turns() {
        for (ticks, left) in [(10, 1), (20, 0)] {
            for outcomes in [[true, true], [true, false]] {
                long_model(move || {
                    let turned = |b: &CircuitBreaker<&'static ManualClock, _>| {
                        tell(b, true);
                        CLOCK.set(11 + ticks);
                    };
                    let told = at_once(window(), turned, outcomes);
                    let failures = outcomes.iter().filter(|&&failed| failed).count();
                    assert_eq!(told, (State::Closed, left + failures as u16));
                });
            }
        }
    }

    #[test]
    fn a_window_of_time_opens_by_two_failures_at_once_or_by_the_next() {
        long_model(|| {
            let config = Config::new("b").time_window::<2>(Duration::from_millis(20), 100, 3);
            let b = with(config);
            tell(&b, true);
            let other = b.clone();
            let thread = thread::spawn(move || tell(&other, true));
            tell(&b, true);
            thread.join().unwrap();
            if b.state() == State::Closed {
                assert_eq!(b.error_count(), 3);
                tell(&b, true);
            }
            assert_eq!((b.state(), OPENED.load(Relaxed)), (State::Open, 1));
        });
    }
}

/// What a call tells of its result and of the closing that it makes, told by one thread and read by another.
#[test]
fn a_snapshot_of_the_statistics_has_no_closing_without_its_probe() {
    use State::{Closed, HalfOpen, Open};
    loom::model(|| {
        turn(); // made here, before there are threads
        CLOCK.set(10);
        let statistics = Arc::new(Statistics::new(&CLOCK));
        let _ = statistics.snapshot(); // and what it reads
        let told = |statistics: &Statistics<_>, from, to, reason| {
            statistics.on_transition(&Transition::new("b", from, to, reason, 1));
        };
        told(&statistics, Closed, Open, Reason::ByHand);
        CLOCK.set(15);
        let other = statistics.clone();
        let thread = thread::spawn(move || {
            turn();
            other.on_result("b", Verdict::Success, true);
            turn();
            told(&other, HalfOpen, Closed, Reason::Success);
            turn();
        });
        turn();
        let counts = statistics.snapshot();
        assert!(counts.closings <= counts.probe_successes, "{counts:?}");
        assert!(counts.openings == 1 && counts.closings <= 1, "{counts:?}");
        assert_eq!(counts.time_open, 5);
        thread.join().unwrap();
        let counts = statistics.snapshot();
        assert_eq!((counts.openings, counts.closings, counts.probe_successes), (1, 1, 1));
        assert_eq!((counts.calls(), counts.time_open), (1, 5));
    });
}

/// An opening that may be told before the closing that came first.
#[test]
fn turns_told_at_once_are_told_whole() {
    use State::{Closed, HalfOpen, Open};
    loom::model(|| {
        turn();
        CLOCK.set(10);
        let statistics = Arc::new(Statistics::new(&CLOCK));
        let _ = statistics.snapshot();
        let told = |statistics: &Statistics<_>, from, to| {
            statistics.on_transition(&Transition::new("b", from, to, Reason::ByHand, 1));
            turn();
        };
        told(&statistics, Closed, Open);
        CLOCK.set(15);
        let other = statistics.clone();
        let closes = thread::spawn(move || told(&other, HalfOpen, Closed));
        told(&statistics, Closed, Open);
        let counts = statistics.snapshot();
        assert_eq!((counts.openings, counts.closings, counts.time_open), (2, 1, 5));
        closes.join().unwrap();
        let counts = statistics.snapshot();
        assert_eq!((counts.openings, counts.closings, counts.time_open), (2, 1, 5));
    });
}

/// Before, between or after admission and result of a probe: it is one write, and results of before count no more.
#[test]
fn a_restoration_races_a_probe_that_closes() {
    loom::model(|| {
        let b = made(config(1));
        fail(&b);
        let open = b.snapshot();
        CLOCK.set(15);
        let other = b.clone();
        let thread = thread::spawn(move || {
            turn();
            let _ = other.call(|| Ok::<(), ()>(()));
            turn();
        });
        turn();
        b.restore(&open, Slept::Unknown).unwrap();
        turn();
        thread.join().unwrap();
        assert_eq!((b.state(), b.openings()), (State::Open, 1));
        assert_eq!(b.retry_after().map(|wait| wait.ticks()), Some(5));
        assert_eq!(b.open_time(), Some(15));
    });
}

/// Whoever comes last, and nothing in between: a trip that was admitted before the restoration counts no more.
#[test]
fn a_restoration_races_a_trip() {
    loom::model(|| {
        let b = breaker(1);
        let closed = b.snapshot();
        let other = b.clone();
        let thread = thread::spawn(move || fail(&other));
        turn();
        b.restore(&closed, Slept::Unknown).unwrap();
        turn();
        thread.join().unwrap();
        let opened = OPENED.load(Relaxed);
        match b.state() {
            State::Closed => assert_eq!(b.error_count(), 0),
            state => assert_eq!((state, b.openings(), opened), (State::Open, 1, 1)),
        }
    });
}
