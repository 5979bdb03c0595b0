//! Who is told what, and in which order: functions, closures, observers of one's own, pairs and pointers of them.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use mcb::{
    Cause, CircuitBreaker, Config, Detect, Error, EveryError, Hooks, ManualClock, Observer, Reason,
    State, Transition, Verdict,
};

type Clock = &'static ManualClock;
type Breaker<R = EveryError> = CircuitBreaker<Clock, mcb::Consecutive, R>;

/// What was called, in order.
type Log = Mutex<Vec<&'static str>>;

fn take(log: &Log) -> Vec<&'static str> {
    core::mem::take(&mut log.lock().unwrap())
}

/// Notes each call by the first letter of the method.
struct Noting(&'static Log, [&'static str; 5]);

impl Observer for Noting {
    fn on_open(&self, _: &Transition, _: Cause) {
        self.0.lock().unwrap().push(self.1[0]);
    }
    fn on_close(&self, _: &Transition) {
        self.0.lock().unwrap().push(self.1[1]);
    }
    fn on_transition(&self, _: &Transition) {
        self.0.lock().unwrap().push(self.1[2]);
    }
    fn on_result(&self, _: &'static str, _: Verdict, _: bool) {
        self.0.lock().unwrap().push(self.1[3]);
    }
    fn on_rejected(&self, _: &'static str, _: bool) {
        self.0.lock().unwrap().push(self.1[4]);
    }
}

const A: [&str; 5] = ["open a", "close a", "change a", "result a", "rejected a"];
const B: [&str; 5] = ["open b", "close b", "change b", "result b", "rejected b"];

/// Opens, recovers, and is forced.
fn one_cycle(breaker: &Breaker, clock: &ManualClock) {
    assert_eq!(breaker.call(|| Err::<(), _>(7)), Err(Error::Inner(7)));
    clock.advance_ticks(30_000);
    assert_eq!(breaker.call(|| Ok::<_, ()>(1)), Ok(1));
    breaker.force_closed();
    breaker.reset();
}

/// What an observer is told in one cycle.
const ONE_CYCLE: [&str; 7] =
    ["change a", "open a", "change a", "change a", "close a", "change a", "change a"];

#[test]
fn an_observer_is_told_of_every_change_before_openings_and_closings() {
    static CLOCK: ManualClock = ManualClock::new();
    static LOG: Log = Mutex::new(Vec::new());
    static CIRCUIT: Breaker =
        Breaker::new(&Config::new("b").error_threshold(1).hooks(&Noting(&LOG, A)), &CLOCK);
    one_cycle(&CIRCUIT, &CLOCK);
    assert_eq!(take(&LOG), ONE_CYCLE);
}

#[test]
fn both_of_a_pair_are_told_one_after_the_other() {
    static CLOCK: ManualClock = ManualClock::new();
    static LOG: Log = Mutex::new(Vec::new());
    static CIRCUIT: Breaker = Breaker::new(
        &Config::new("b").error_threshold(1).hooks(&(Noting(&LOG, A), ((), Noting(&LOG, B)))),
        &CLOCK,
    );
    one_cycle(&CIRCUIT, &CLOCK);
    let both: Vec<_> = ONE_CYCLE
        .into_iter()
        .flat_map(|a| [a, B[A.iter().position(|told| *told == a).unwrap()]])
        .collect();
    assert_eq!(take(&LOG), both);
}

#[test]
fn several_hooks_of_a_kind_run_in_the_order_in_which_they_were_given() {
    static CLOCK: ManualClock = ManualClock::new();
    static LOG: Log = Mutex::new(Vec::new());
    fn note(what: &'static str) {
        LOG.lock().unwrap().push(what);
    }
    static CIRCUIT: Breaker = Breaker::new(
        &Config::new("b").error_threshold(1).hooks(
            &Hooks::new()
                .on_close(|_| note("close 1"))
                .on_transition(|_| note("change 1"))
                .on_open(|_, _| note("open 1"))
                .on_open(|_, _| note("open 2"))
                .on_transition(|_| note("change 2"))
                .on_close(|_| note("close 2")),
        ),
        &CLOCK,
    );
    one_cycle(&CIRCUIT, &CLOCK);
    let change = ["change 1", "change 2"];
    let told =
        [change, ["open 1", "open 2"], change, change, ["close 1", "close 2"], change, change];
    assert_eq!(take(&LOG), told.concat());
}

/// An observer behind whatever pointer is told what it would be told itself.
#[test]
fn what_points_to_an_observer_passes_everything_on() {
    static LOG: Log = Mutex::new(Vec::new());
    static NOTING: Noting = Noting(&LOG, A);
    fn note(what: &'static str) {
        LOG.lock().unwrap().push(what);
    }
    fn told(observer: &dyn Observer) -> Vec<&'static str> {
        let change = Transition::new("b", State::Open, State::HalfOpen, Reason::Time, 1);
        observer.on_transition(&change);
        observer.on_open(&change, Cause::Error);
        observer.on_close(&change);
        observer.on_result("b", Verdict::Ignore, false);
        observer.on_rejected("b", false);
        take(&LOG)
    }
    let all = ["change a", "open a", "close a", "result a", "rejected a"];
    assert_eq!(told(&NOTING), all);
    assert_eq!(told(&&NOTING), all);
    assert_eq!(told(&(&NOTING as &dyn Observer)), all);
    assert_eq!(told(&((), &NOTING)), all);
    #[cfg(feature = "std")]
    {
        assert_eq!(told(&Box::new(Noting(&LOG, A))), all);
        assert_eq!(told(&(Box::new(Noting(&LOG, A)) as Box<dyn Observer>)), all);
        assert_eq!(told(&std::sync::Arc::new(Noting(&LOG, A))), all);
    }
    // Hooks around hooks of every kind.
    let hooks = Hooks::new()
        .on_open(|_, _| note("open a"))
        .on_close(|_| note("close a"))
        .on_transition(|_| note("change a"))
        .on_result(|_, _, _| note("result a"))
        .on_rejected(|_, _| note("rejected a"));
    assert_eq!(told(&hooks), all);
    let hooks = Hooks::new()
        .on_rejected(|_, _| note("rejected a"))
        .on_result(|_, _, _| note("result a"))
        .on_transition(|_| note("change a"))
        .on_open(|_, _| note("open a"))
        .on_close(|_| note("close a"));
    assert_eq!(told(&hooks), all);
}

#[test]
fn an_observer_that_says_nothing_hinders_nothing() {
    static CLOCK: ManualClock = ManualClock::new();
    struct Silent;
    impl Observer for Silent {}
    static CIRCUIT: Breaker =
        Breaker::new(&Config::new("b").error_threshold(1).hooks(&Silent), &CLOCK);
    one_cycle(&CIRCUIT, &CLOCK);
    assert_eq!(CIRCUIT.state(), State::Closed);
}

#[test]
fn hooks_that_were_never_given_are_nothing_to_call() {
    let change = Transition::new("b", State::Closed, State::Open, Reason::ByHand, 0);
    let observers: [&dyn Observer; 3] = [&<Hooks>::default(), &Hooks::new(), &()];
    for observer in observers {
        observer.on_transition(&change);
        observer.on_open(&change, Cause::Panic);
        observer.on_close(&change);
        observer.on_result("b", Verdict::Success, true);
        observer.on_rejected("b", true);
    }
    assert_eq!(format!("{:?}", Hooks::new().on_open(|_, _| ())), "Hooks");
}

#[test]
fn an_observer_is_told_every_cause_and_transition() {
    use State::{Closed, ForcedClosed, ForcedOpen, HalfOpen, Open};

    static CLOCK: ManualClock = ManualClock::new();
    static CAUSES: Mutex<Vec<Cause>> = Mutex::new(Vec::new());
    static CHANGES: Mutex<Vec<Transition>> = Mutex::new(Vec::new());
    fn opened(opening: &Transition, cause: Cause) {
        assert_eq!(opening.reason, Reason::Failure(cause));
        assert_eq!((opening.to, CIRCUIT.state()), (State::Open, State::Open));
        CAUSES.lock().unwrap().push(cause);
    }
    fn closed(closing: &Transition) {
        assert_eq!((closing.reason, closing.error_count), (Reason::Success, 0));
        assert_eq!(CIRCUIT.state(), State::Closed);
    }
    fn changed(change: &Transition) {
        assert_eq!(change.error_count, CIRCUIT.error_count());
        CHANGES.lock().unwrap().push(*change);
    }
    fn ready(_: &'static str) -> bool {
        CIRCUIT.error_count() > 1
    }
    fn large(value: &u8) -> bool {
        *value >= 100
    }
    static CIRCUIT: Breaker<Detect<u8>> = Breaker::new(
        &Config::new("b")
            .error_threshold(1)
            .dropped(Verdict::Failure)
            .before_probe(ready)
            .rules(EveryError.detect_error(large))
            .hooks(&Hooks::new().on_open(opened).on_close(closed).on_transition(changed)),
        &CLOCK,
    );
    let panics = || CIRCUIT.call(|| -> Result<u8, u8> { panic!("x") });
    let each: [&dyn Fn(); 5] = [
        &|| assert_eq!(CIRCUIT.call(|| Err::<u8, _>(7)), Err(Error::Inner(7))),
        &|| assert_eq!(CIRCUIT.call(|| Ok::<_, u8>(200)), Ok(200)),
        &|| CIRCUIT.try_acquire().unwrap().failure(),
        &|| drop(catch_unwind(AssertUnwindSafe(panics))),
        &|| drop(CIRCUIT.try_acquire().unwrap()),
    ];
    for open in each {
        CIRCUIT.reset();
        open();
    }
    let causes = [Cause::Error, Cause::Output, Cause::Reported, Cause::Panic, Cause::Dropped];
    assert_eq!(core::mem::take(&mut *CAUSES.lock().unwrap()), causes);

    CHANGES.lock().unwrap().clear();
    CLOCK.advance_ticks(30_000);
    assert!(CIRCUIT.try_acquire().is_err(), "the step was in vain");
    CLOCK.advance_ticks(30_000);
    assert_eq!(CIRCUIT.call(|| Ok::<_, u8>(1)), Ok(1));
    CIRCUIT.force_open();
    CIRCUIT.force_closed();
    CIRCUIT.reset();
    assert_eq!(*CAUSES.lock().unwrap(), [Cause::Recovery]);
    let changes = [
        (Open, HalfOpen, Reason::Time, 1),
        (HalfOpen, Open, Reason::Failure(Cause::Recovery), 2),
        (Open, HalfOpen, Reason::Time, 2),
        (HalfOpen, Closed, Reason::Success, 0),
        (Closed, ForcedOpen, Reason::ByHand, 0),
        (ForcedOpen, ForcedClosed, Reason::ByHand, 0),
        (ForcedClosed, Closed, Reason::ByHand, 0),
    ]
    .map(|(from, to, reason, errors)| Transition::new("b", from, to, reason, errors));
    assert_eq!(*CHANGES.lock().unwrap(), changes);
}

#[test]
fn transitions_are_told_once_and_only_when_the_state_changes() {
    static CLOCK: ManualClock = ManualClock::new();
    static LOG: AtomicU32 = AtomicU32::new(0);
    fn log(change: &Transition) {
        let step = change.from as u32 * 10 + change.to as u32;
        LOG.store(LOG.load(Relaxed) * 100 + step, Relaxed);
    }
    static CIRCUIT: Breaker = Breaker::new(
        &Config::new("b").error_threshold(1).hooks(&Hooks::new().on_transition(log)),
        &CLOCK,
    );
    CIRCUIT.reset(); // closed already
    let _ = CIRCUIT.call(|| Err::<(), _>(())); // 0 -> 1
    CLOCK.advance_ticks(30_000);
    assert_eq!(CIRCUIT.state(), State::HalfOpen); // a read, no transition
    let _ = CIRCUIT.call(|| Ok::<_, ()>(())); // 1 -> 2 -> 0
    CIRCUIT.force_open(); // 0 -> 7
    CIRCUIT.force_open();
    assert_eq!(LOG.load(Relaxed), 1_122_007);
}

#[test]
fn the_last_hooks_given_count() {
    static CLOCK: ManualClock = ManualClock::new();
    static LOG: Log = Mutex::new(Vec::new());
    static CIRCUIT: Breaker = Breaker::new(
        &Config::new("b").error_threshold(1).hooks(&Noting(&LOG, B)).hooks(&Noting(&LOG, A)),
        &CLOCK,
    );
    one_cycle(&CIRCUIT, &CLOCK);
    assert_eq!(take(&LOG), ONE_CYCLE);
}

/// Hooks stand in the configuration whatever follows them there.
#[test]
fn a_strategy_and_rules_given_later_keep_the_hooks_and_the_step() {
    static CLOCK: ManualClock = ManualClock::new();
    static LOG: Log = Mutex::new(Vec::new());
    fn step(_: &'static str) -> bool {
        LOG.lock().unwrap().push("step");
        true
    }
    static CIRCUIT: CircuitBreaker<Clock, mcb::NetError, mcb::Lists<u8, 0, 0>> =
        CircuitBreaker::new(
            &Config::new("b")
                .error_threshold(1)
                .hooks(&Noting(&LOG, A))
                .before_probe(step)
                .strategy(mcb::NetError)
                .rules(mcb::Lists::new()),
            &CLOCK,
        );
    assert!(CIRCUIT.call(|| Err::<(), _>(7)).is_err());
    CLOCK.advance_ticks(30_000);
    assert!(CIRCUIT.call(|| Ok(())).is_ok());
    assert_eq!(take(&LOG), ["change a", "open a", "change a", "step", "change a", "close a"]);
}

#[cfg(feature = "std")]
#[test]
fn a_breaker_may_own_an_observer_beside_the_one_of_its_configuration() {
    use std::sync::mpsc::channel;

    static LOG: Log = Mutex::new(Vec::new());
    static CLOCK: ManualClock = ManualClock::new();
    static NOTING: Noting = Noting(&LOG, A);
    static CONFIG: Config<Clock> = Config::new("b").error_threshold(1);
    let (sender, told) = channel();
    let config = Config::new("b").error_threshold(1).hooks(&NOTING);
    // What it captures lives as long as the breaker.
    let own = Hooks::new().on_open(move |opening: &Transition, cause| {
        LOG.lock().unwrap().push("own");
        sender.send((opening.id, cause)).unwrap();
    });
    let breaker = CircuitBreaker::from_config(config, &CLOCK).unwrap().with_hooks(own);
    assert!(breaker.call(|| Err::<(), _>(7)).is_err());
    assert_eq!(told.recv(), Ok(("b", Cause::Error)));
    assert_eq!(take(&LOG), ["change a", "open a", "own"]);

    // Another takes its place.
    let breaker = breaker.with_hooks(Noting(&LOG, B));
    assert!(told.recv().is_err(), "the first one is gone, with what it held");
    breaker.reset();
    assert_eq!(take(&LOG), ["change a", "change b"]);

    // One of a constant configuration may own one too.
    let breaker = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap().with_hooks(Noting(&LOG, A));
    one_cycle(&breaker, &CLOCK);
    assert_eq!(take(&LOG), ONE_CYCLE);
}

/// Some number of observers are one: each is told of everything, in their order.
#[test]
fn an_option_an_array_a_slice_and_a_vec_of_observers_are_observers() {
    static LOG: Log = Mutex::new(Vec::new());
    fn tell(observer: &dyn Observer) -> Vec<&'static str> {
        let failure = Reason::Failure(Cause::Error);
        let change = Transition::new("b", State::Closed, State::Open, failure, 5);
        observer.on_transition(&change);
        observer.on_open(&change, Cause::Error);
        observer.on_close(&change);
        observer.on_result("b", Verdict::Success, false);
        observer.on_rejected("b", false);
        take(&LOG)
    }
    let of = |names: [&'static str; 5]| Noting(&LOG, names);
    let both: Vec<_> = [2, 0, 1, 3, 4].into_iter().flat_map(|i| [A[i], B[i]]).collect();
    let one: Vec<_> = [2, 0, 1, 3, 4].map(|i| A[i]).into();
    assert_eq!(tell(&None::<Noting>), [""; 0]);
    assert_eq!(tell(&Some(of(A))), one);
    assert_eq!(tell(&[of(A), of(B)]), both);
    assert_eq!(tell(&&[of(A), of(B)][..]), both);
    assert_eq!(tell(&[(); 0]), [""; 0]);
    #[cfg(feature = "std")]
    {
        let some: [Box<dyn Observer>; 2] = [Box::new(of(A)), Box::new(of(B))];
        assert_eq!(tell(&Vec::from(some)), both);
    }
}
