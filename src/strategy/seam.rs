//! A strategy that uses all of the seam: memory of its own, the clock, a fresh count, a threshold of its own, and
//! a success that opens. Those of the crate are plain counts, which the engine takes a shorter way with.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::boxed::Box;
use std::string::ToString;
use std::sync::Mutex;
use std::vec::Vec;

use super::{Kept, Step, Strategy, Time};
use crate::clock::ManualClock;
use crate::config::{Config, ConfigErrorKind};
use crate::observe::Observer;
use crate::rules::EveryError;
use crate::state::{Cause, State, Transition};
use crate::verdict::Verdict;

/// Opens at whichever outcome is the one of that number, of all since the breaker was made. It counts failures, and
/// stamps each outcome.
#[derive(Clone, Copy, Debug)]
struct Tally(&'static Mutex<Vec<(Kept, bool)>>);

impl Strategy for Tally {
    type Memory = AtomicU32;
    const MEMORY: AtomicU32 = AtomicU32::new(0);
    const FRESH: u16 = 3;
    const MAX_THRESHOLD: u16 = 99;
    const RECORDS: bool = true;
    type Started = ();

    fn record(
        &self,
        memory: &AtomicU32,
        kept: Kept,
        failed: bool,
        threshold: u16,
        time: &impl Time,
    ) -> Step {
        if memory.load(Relaxed) + 1 >= u32::from(threshold) {
            return Step::Trip;
        }
        Step::Keep(Kept { count: kept.count + u16::from(failed), stamp: time.now() })
    }

    fn recorded(&self, memory: &AtomicU32, before: Kept, _: Kept, failed: bool) {
        memory.fetch_add(1, Relaxed);
        self.0.lock().unwrap().push((before, failed));
    }

    fn error_count(&self, _: &AtomicU32, kept: Kept, _: &impl Time) -> u16 {
        kept.count - Self::FRESH
    }
}

type Breaker = crate::CircuitBreaker<&'static ManualClock, Tally>;

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn config(threshold: u16) -> Config<&'static ManualClock, Tally> {
    let tally = Tally(leak(Mutex::new(Vec::new())));
    Config::new("b").error_threshold(threshold).recovery_timeout_ticks(10).strategy(tally)
}

fn breaker(threshold: u16, clock: &'static ManualClock) -> (Breaker, Tally) {
    let config = leak(config(threshold));
    (Breaker::try_new(config, clock).unwrap(), config.settings.strategy)
}

/// The memory is a constant for its type alone; each breaker has one of its own.
#[test]
fn each_outcome_is_recorded_once_in_whatever_form_it_comes() {
    let clock = leak(ManualClock::at(u32::MAX));
    let (mut b, tally) = breaker(99, clock);
    let recorded = |before: &[(u16, u32, bool)]| {
        let told = core::mem::take(&mut *tally.0.lock().unwrap());
        let before = before.iter().map(|&(count, stamp, failed)| (Kept { count, stamp }, failed));
        assert_eq!(told, before.collect::<Vec<_>>());
    };
    let _ = b.call(|| Err::<(), _>(7));
    recorded(&[(3, 0, true)]);
    // Nothing but one more: the short cut of a call, and of an exclusive one.
    let _ = b.call(|| Err::<(), _>(7));
    recorded(&[(4, u32::MAX, true)]);
    let _ = b.call_mut(|| Err::<(), _>(7));
    recorded(&[(5, u32::MAX, true)]);
    clock.advance_ticks(1);
    let _ = b.call_mut(|| Err::<(), _>(7));
    recorded(&[(6, u32::MAX, true)]);
    // One that leaves the word as it was is recorded too.
    let _ = b.call_mut(|| Ok::<_, ()>(1));
    recorded(&[(7, 0, false)]);
    clock.advance_ticks(1);
    let _ = b.call_mut(|| Ok::<_, ()>(1));
    b.try_acquire().unwrap().failure();
    recorded(&[(7, 0, false), (7, 1, true)]);
    clock.advance_ticks(1);
    b.try_acquire().unwrap().success();
    let _ = b.call(|| Ok::<_, ()>(1));
    recorded(&[(8, 1, false), (8, 2, false)]);
    // What says nothing is no outcome.
    b.try_acquire().unwrap().record(Verdict::Ignore);
    drop(b.try_acquire().unwrap());
    recorded(&[]);
    assert_eq!((b.state(), b.error_count()), (State::Closed, 5));
}

#[test]
fn the_memory_belongs_to_one_breaker_and_the_outcome_that_opens_is_not_recorded() {
    let clock = leak(ManualClock::at(5));
    let ((a, tally), (b, _)) = (breaker(3, clock), breaker(3, clock));
    for b in [&a, &b] {
        for _ in 0..2 {
            let _ = b.call(|| Err::<(), _>(7));
        }
        assert_eq!((b.state(), b.error_count()), (State::Closed, 2));
    }
    let _ = a.call(|| Err::<(), _>(7));
    assert_eq!((a.state(), b.state()), (State::Open, State::Closed));
    assert_eq!((a.error_count(), tally.0.lock().unwrap().len()), (3, 2));
}

#[test]
fn a_success_may_open_it() {
    static OPENED: Mutex<Vec<Cause>> = Mutex::new(Vec::new());
    struct Watch;
    impl Observer for Watch {
        fn on_open(&self, _: &Transition, cause: Cause) {
            OPENED.lock().unwrap().push(cause);
        }
    }
    let clock = leak(ManualClock::at(5));
    let report = |_: &'static str, result: &Result<u8, u8>| assert_eq!(*result, Ok(9));
    let config = config(2).hooks(&Watch).rules(EveryError.reporting(report));
    let b = crate::CircuitBreaker::try_new(leak(config), clock).unwrap();
    assert_eq!(b.call(|| Err(7)), Err(crate::Error::Inner(7)));
    assert_eq!(b.call(|| Ok(9)), Ok(9));
    assert_eq!((b.state(), b.open_time()), (State::Open, Some(5)));
    assert_eq!(*OPENED.lock().unwrap(), [Cause::Output]);
}

#[test]
fn a_breaker_begins_with_its_fresh_count_whenever_it_closes() {
    let clock = leak(ManualClock::at(5));
    let (b, tally) = breaker(4, clock);
    let begins = |b: &Breaker| {
        tally.0.lock().unwrap().clear();
        let _ = b.call(|| Ok::<_, ()>(1));
        let first = tally.0.lock().unwrap().first().copied();
        assert_eq!(first, Some((Kept { count: 3, stamp: 0 }, false)));
    };
    begins(&b);
    b.reset();
    begins(&b);
    b.force_open();
    assert_eq!(b.error_count(), 0);
    b.force_closed();
    assert_eq!(b.error_count(), 0);
    b.reset();
    assert_eq!(b.error_count(), 0);
    begins(&b);
    let _ = b.call(|| Err::<(), _>(7));
    assert_eq!(b.state(), State::Open);
    clock.advance_ticks(10);
    let _ = b.call(|| Ok::<_, ()>(1));
    assert_eq!((b.state(), b.error_count()), (State::Closed, 0));
}

#[test]
fn a_threshold_beyond_what_it_can_count_is_refused_with_its_own_limit() {
    let clock = leak(ManualClock::new());
    let refused = Breaker::try_new(leak(config(100)), clock).unwrap_err();
    assert_eq!((refused.kind(), refused.value()), (ConfigErrorKind::ErrorThreshold, 100));
    assert_eq!(refused.to_string(), "circuit b: error_threshold is 100, must be 1 to 99");
    assert!(Breaker::try_new(leak(config(99)), clock).is_ok());
}

/// A count that does not fit is its mistake, and spoils nothing but the count.
#[test]
fn a_count_beyond_the_field_stays_in_it() {
    #[derive(Clone, Copy)]
    struct Wild;
    impl Strategy for Wild {
        type Memory = ();
        const MEMORY: () = ();
        type Started = ();
        fn record(&self, (): &(), _: Kept, failed: bool, _: u16, _: &impl Time) -> Step {
            Step::Keep(Kept { count: if failed { 0xF123 } else { 0xFFF }, stamp: 0 })
        }
        fn error_count(&self, (): &(), kept: Kept, _: &impl Time) -> u16 {
            kept.count
        }
    }
    let clock = leak(ManualClock::new());
    let config = leak(Config::new("b").strategy(Wild));
    let mut b = crate::CircuitBreaker::try_new(config, clock).unwrap();
    let _ = b.call(|| Err::<(), _>(7));
    assert_eq!((b.state(), b.error_count()), (State::Closed, 0x123));
    let _ = b.call(|| Ok::<_, ()>(7));
    assert_eq!((b.state(), b.error_count()), (State::Closed, 0xFFF));
    let _ = b.call_mut(|| Err::<(), _>(7));
    assert_eq!((b.state(), b.error_count()), (State::Closed, 0x123));
}
