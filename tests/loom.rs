//! Every interleaving of two or three threads on the storage of the word, by loom:
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom -- --test-threads=1`, and again with
//! `--cfg mcb_critical_section` added, for the storage without compare-and-swap.
#![cfg(loom)]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use loom::thread;
use mcb::{
    Cause, Circuit, CircuitBreaker, Config, Consecutive, EveryError, Hooked, Hooks, ManualClock,
    State,
};

type Breaker = CircuitBreaker<&'static ManualClock, Consecutive, Hooked<EveryError, Hooks>>;

static CLOCK: ManualClock = ManualClock::new();
static OPENED: AtomicU32 = AtomicU32::new(0);

fn opened(_: &dyn Circuit, _: Cause<'_>) {
    OPENED.fetch_add(1, Relaxed);
}

fn breaker(errors: u16) -> loom::sync::Arc<Breaker> {
    CLOCK.set(10);
    OPENED.store(0, Relaxed);
    let config = Config::new("b")
        .error_threshold(errors)
        .recovery_timeout_ticks(5)
        .hooks(Hooks::new().on_open(opened));
    // Leaked once an execution: loom's own bookkeeping is larger by far.
    let config = Box::leak(Box::new(config));
    loom::sync::Arc::new(CircuitBreaker::try_new(config, &CLOCK).unwrap())
}

fn fail(breaker: &Breaker) {
    let _ = breaker.call(|| Err::<(), _>(()));
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
        let _ = b.call(|| Ok::<(), ()>(()));
        thread.join().unwrap();
        assert_eq!((b.state(), OPENED.load(Relaxed)), (State::Open, 1));
    });
}

#[test]
fn two_callers_race_for_one_probe() {
    loom::model(|| {
        let b = breaker(1);
        fail(&b);
        CLOCK.set(15);
        let other = b.clone();
        let thread = thread::spawn(move || other.try_acquire().map(core::mem::forget).is_ok());
        let mine = b.try_acquire().map(core::mem::forget).is_ok();
        assert!(mine != thread.join().unwrap(), "exactly one");
        assert_eq!(b.open_time(), Some(10));
    });
}

#[test]
fn a_probe_times_out_while_its_result_arrives() {
    loom::model(|| {
        let b = breaker(1);
        fail(&b);
        CLOCK.set(15);
        let permit = b.try_acquire().unwrap();
        CLOCK.set(20);
        let other = b.clone();
        let thread = thread::spawn(move || other.try_acquire().map(core::mem::forget).is_ok());
        permit.success();
        // Whoever came first, the success counts in its recovery and closes the breaker.
        assert!(thread.join().unwrap());
        assert_eq!(b.state(), State::Closed);
    });
}

#[test]
fn force_open_races_everything() {
    loom::model(|| {
        let b = breaker(1);
        let other = b.clone();
        let thread = thread::spawn(move || fail(&other));
        b.force_open();
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
        let b = breaker(1);
        fail(&b);
        CLOCK.set(15);
        let other = b.clone();
        // Both may take the breaker out of Open; one of them opens it again.
        let thread = thread::spawn(move || {
            let _ = other.try_acquire().map(core::mem::forget);
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
    fn re_enter(circuit: &dyn Circuit, _: Cause<'_>) {
        OPENED.fetch_add(1, Relaxed);
        circuit.reset();
    }
    loom::model(|| {
        CLOCK.set(10);
        OPENED.store(0, Relaxed);
        let config = Config::new("b").error_threshold(1).hooks(Hooks::new().on_open(re_enter));
        let config = Box::leak(Box::new(config));
        let b: Breaker = CircuitBreaker::try_new(config, &CLOCK).unwrap();
        let b = loom::sync::Arc::new(b);
        let other = b.clone();
        let thread = thread::spawn(move || fail(&other));
        fail(&b);
        thread.join().unwrap();
        assert_eq!(b.state(), State::Closed);
        assert!((1..=2).contains(&OPENED.load(Relaxed)));
    });
}
