//! Who is told what: observers inside rules, inside hooks, and hooks that see the value.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcb::{
    Cause, Circuit, CircuitBreaker, Config, Consecutive, Detect, Error, EveryError, Hooked, Hooks,
    ManualClock, Observer, Opened, Rules, State, Transition, TypedHooks, Verdict,
};

type Clock = &'static ManualClock;
type Breaker<R = EveryError> = CircuitBreaker<Clock, Consecutive, R>;

fn fails<R: Rules<u8, u8>>(breaker: &Breaker<R>) {
    assert_eq!(breaker.call(|| Err(7)), Err(Error::Inner(7)));
}

fn large(code: &u8) -> bool {
    *code >= 100
}

/// Rules that watch: what is put around them must pass on whatever it is told.
#[derive(Clone, Copy)]
struct Watching(&'static AtomicU32);
impl Observer for Watching {
    fn on_open(&self, _: &dyn Circuit, _: Cause<'_>) {
        self.0.fetch_add(1, Relaxed);
    }
    fn on_close(&self, _: &dyn Circuit) {
        self.0.fetch_add(10, Relaxed);
    }
    fn on_transition(&self, _: &dyn Circuit, _: Transition) {
        self.0.fetch_add(100, Relaxed);
    }
    fn before_probe(&self, circuit: &dyn Circuit) -> bool {
        // Ready at the second attempt.
        self.0.fetch_add(10_000, Relaxed);
        circuit.error_count() > 1
    }
}
impl<T, E> Rules<T, E> for Watching {
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        EveryError.judge(result)
    }
}
impl<T, E> Opened<T, E> for Watching {}

/// Opens, fails its recovery step, recovers.
fn one_cycle<R: Rules<u8, u8>>(breaker: &Breaker<R>, clock: &ManualClock) {
    fails(breaker);
    clock.advance_ticks(30_000);
    assert!(breaker.call(|| Ok(1)).unwrap_err().is_rejected());
    clock.advance_ticks(30_000);
    assert_eq!(breaker.call(|| Ok(1)), Ok(1));
    breaker.try_acquire().unwrap().failure();
}

// Three openings, one closing, six transitions and two recovery steps.
const ONE_CYCLE: u32 = 3 + 10 + 600 + 20_000;

#[test]
fn what_is_put_around_rules_and_hooks_passes_everything_on() {
    static CLOCK: ManualClock = ManualClock::new();
    static A: AtomicU32 = AtomicU32::new(0);
    static B: AtomicU32 = AtomicU32::new(0);
    static C: AtomicU32 = AtomicU32::new(0);
    static DETECT: Breaker<Detect<u8, Watching>> = Breaker::new(
        &Config::new("a").error_threshold(1).rules(Detect::new(Watching(&A), large)),
        &CLOCK,
    );
    static HOOKED: Breaker<Hooked<Watching, Watching>> = Breaker::new(
        &Config::new("b").error_threshold(1).rules(Watching(&B)).hooks(Watching(&C)),
        &CLOCK,
    );
    one_cycle(&DETECT, &CLOCK);
    one_cycle(&HOOKED, &CLOCK);
    assert_eq!(A.load(Relaxed), ONE_CYCLE);
    assert_eq!(B.load(Relaxed), ONE_CYCLE);
    // The hooks are not asked where the rules are not ready.
    assert_eq!(C.load(Relaxed), ONE_CYCLE - 10_000);
}

#[test]
fn an_observer_that_says_nothing_hinders_nothing() {
    static CLOCK: ManualClock = ManualClock::new();
    #[derive(Clone, Copy)]
    struct Silent;
    impl Observer for Silent {}
    impl<T, E> Opened<T, E> for Silent {}
    static B: Breaker<Hooked<EveryError, Silent>> =
        Breaker::new(&Config::new("b").error_threshold(1).hooks(Silent), &CLOCK);
    fails(&B);
    CLOCK.advance_ticks(30_000);
    assert_eq!(B.call(|| Ok::<_, u8>(1)), Ok(1));
    assert_eq!(B.state(), State::Closed);
}

#[test]
fn a_cause_loses_its_value_and_keeps_its_kind() {
    assert_eq!(Cause::<u8, u8>::Error(&7).kind(), Cause::Error(&()));
    assert_eq!(Cause::<u8, u8>::Output(&7).kind(), Cause::Output(&()));
    assert_eq!(Cause::<u8, u8>::Reported.kind(), Cause::Reported);
    assert_eq!(Cause::<u8, u8>::Panic.kind(), Cause::Panic);
    assert_eq!(Cause::<u8, u8>::Dropped.kind(), Cause::Dropped);
    assert_eq!(Cause::<u8, u8>::Recovery.kind(), Cause::Recovery);
}

#[test]
fn typed_hooks_are_told_every_cause_and_transition() {
    static CLOCK: ManualClock = ManualClock::new();
    static SEEN: AtomicU32 = AtomicU32::new(0);
    static OTHERS: AtomicU32 = AtomicU32::new(0);
    fn opened(_: &dyn Circuit, cause: Cause<'_, u8, u8>) {
        let digit = match cause {
            Cause::Error(7) => 1,
            Cause::Output(200) => 2,
            Cause::Reported => 3,
            Cause::Panic => 4,
            Cause::Dropped => 5,
            Cause::Recovery => 6,
            other => panic!("{other:?}"),
        };
        SEEN.store(SEEN.load(Relaxed) * 10 + digit, Relaxed);
    }
    fn closed(_: &dyn Circuit) {
        OTHERS.fetch_add(1, Relaxed);
    }
    fn changed(_: &dyn Circuit, _: Transition) {
        OTHERS.fetch_add(100, Relaxed);
    }
    fn ready(circuit: &dyn Circuit) -> bool {
        circuit.error_count() > 1
    }
    type Watched = Hooked<Detect<u8>, TypedHooks<u8, u8>>;
    const HOOKS: TypedHooks<u8, u8> = TypedHooks::new()
        .on_open(opened)
        .on_close(closed)
        .on_transition(changed)
        .before_probe(ready);
    static B: Breaker<Watched> = Breaker::new(
        &Config::new("b")
            .error_threshold(1)
            .dropped(Verdict::Failure)
            .rules(EveryError.detect_error(large))
            .hooks(HOOKS),
        &CLOCK,
    );
    let each: [fn(); 5] = [
        || fails(&B),
        || assert_eq!(B.call(|| Ok::<_, u8>(200)), Ok(200)),
        || B.try_acquire().unwrap().failure(),
        || drop(catch_unwind(AssertUnwindSafe(|| B.call(|| -> Result<u8, u8> { panic!("x") })))),
        || drop(B.try_acquire().unwrap()),
    ];
    for open in each {
        B.reset();
        open();
    }
    assert_eq!(SEEN.load(Relaxed), 12_345);
    CLOCK.advance_ticks(30_000);
    assert!(B.try_acquire().is_err());
    assert_eq!(SEEN.load(Relaxed), 123_456);
    OTHERS.store(0, Relaxed);
    CLOCK.advance_ticks(30_000);
    assert_eq!(B.call(|| Ok::<_, u8>(1)), Ok(1));
    assert_eq!(OTHERS.load(Relaxed), 201);
    #[allow(clippy::clone_on_copy)]
    HOOKS.clone().opened_by(&B, Cause::Reported);
    assert_eq!(SEEN.load(Relaxed), 1_234_563);
}

#[test]
fn hooks_that_were_never_given_are_nothing_to_call() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: Breaker = Breaker::new(&Config::new("b"), &CLOCK);
    // References: the builders of the same names take the hooks by value.
    let (typed, plain) = (&TypedHooks::<u8, u8>::default(), &Hooks::default());
    typed.opened_by(&B, Cause::Error(&7));
    plain.on_open(&B, Cause::Panic);
    assert!(typed.before_probe(&B) && plain.before_probe(&B));
}
