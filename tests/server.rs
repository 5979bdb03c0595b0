//! Breakers of a server: handles, settings that change, the registry, and who is told.
#![cfg(all(feature = "server", not(loom)))]

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use mcb::server::{Breaker, Breakers, CallAsync, DuplicateId, OwnedPermit, id};
use mcb::strategy::{CountChoice, RateChoice};
use mcb::{
    Choice, Config, EveryError, Hooks, ManualClock, Observer, Reason, Recovery, Rules, State,
    Transition, Verdict,
};

type Clock = Arc<ManualClock>;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn config(id: &'static str) -> Config<Clock> {
    Config::new(id).error_threshold(2).recovery_timeout(seconds(30))
}

fn made(config: Config<Clock>) -> (Breaker<EveryError, Clock>, Clock) {
    let clock = Clock::default();
    (Breaker::builder(config, Arc::clone(&clock)).build().unwrap(), clock)
}

fn fail<R: Rules<(), u8>>(breaker: &Breaker<R, Clock>) -> bool {
    matches!(breaker.call(|| Err(7)), Err(mcb::Error::Inner(7)))
}

fn succeed<R: Rules<u8, ()>>(breaker: &Breaker<R, Clock>) -> bool {
    breaker.call(|| Ok::<u8, ()>(7)) == Ok(7)
}

/// Writes down all that it is told.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Observer for Log {
    fn on_transition(&self, change: &Transition) {
        let by = if change.reason == Reason::Restored { " restored" } else { "" };
        self.0.lock().unwrap().push(format!("{}-{}{by}", change.from, change.to));
    }

    fn on_result(&self, _: &'static str, verdict: Verdict, probe: bool) {
        self.0.lock().unwrap().push(format!("{verdict:?}{}", if probe { " probe" } else { "" }));
    }

    fn on_rejected(&self, _: &'static str, passed: bool) {
        self.0.lock().unwrap().push(if passed { "passed" } else { "rejected" }.to_owned());
    }
}

/// What is promised of the types, whatever the rules and the clock hold.
#[test]
fn handles_permits_and_futures_can_be_named_sent_and_kept() {
    struct Held {
        _breaker: Breaker,
        _permit: Option<OwnedPermit>,
        _future: CallAsync<std::future::Ready<Result<(), ()>>>,
    }
    fn sent_and_kept<T: Send + Sync + 'static>() {}
    sent_and_kept::<Held>();
    sent_and_kept::<Breakers>();
}

#[test]
fn clones_are_the_same_breaker_and_each_handle_has_its_own_rules() {
    let (db, clock) = made(config("db"));
    let lenient = db.with_rules(|result: &Result<u16, u8>| match result {
        Ok(status) if *status >= 500 => Verdict::Failure,
        _ => Verdict::Success,
    });
    assert_eq!(lenient.call(|| Ok(404)), Ok(404));
    assert!(lenient.call(|| Err(7)).is_err());
    assert_eq!(db.error_count(), 0);
    assert_eq!(lenient.call(|| Ok(503)), Ok(503));
    assert!(fail(&db.clone()));
    assert_eq!((db.state(), lenient.state()), (State::Open, State::Open));
    assert!(db.is_same(&lenient));
    let rejected = lenient.call(|| Ok(200)).unwrap_err();
    assert_eq!(rejected.to_string(), "circuit db is open, retry in 30 s (2 errors)");
    clock.advance(seconds(31));
    assert!(succeed(&db));
    assert_eq!(lenient.state(), State::Closed);
}

#[test]
fn everything_is_told_to_all_observers_in_their_order() {
    let (log, hooks) = (Log::default(), Arc::new(AtomicU32::new(0)));
    let count = Arc::clone(&hooks);
    let clock = Clock::default();
    let db = Breaker::builder(config("db"), Arc::clone(&clock))
        .observer(log.clone())
        .observer(Hooks::new().on_open(move |_, _| _ = count.fetch_add(1, SeqCst)))
        .build()
        .unwrap();
    assert!(succeed(&db));
    fail(&db);
    fail(&db);
    fail(&db);
    assert_eq!(log.take(), ["Success", "Failure", "Failure", "closed-open", "rejected"]);
    assert_eq!(hooks.load(SeqCst), 1);
    clock.advance(seconds(31));
    db.try_acquire_owned().unwrap().ignore();
    assert!(succeed(&db));
    let expected = ["open-half-open", "Ignore probe", "Success probe", "half-open-closed"];
    assert_eq!(log.take(), expected);
}

#[test]
fn observing_only_tells_of_what_it_let_pass() {
    let log = Log::default();
    let config = config("db").error_threshold(1).observe_only();
    let db = Breaker::builder(config, Clock::default()).observer(log.clone()).build().unwrap();
    fail(&db);
    assert!(succeed(&db));
    assert_eq!(log.take(), ["Failure", "closed-open", "passed"]);
}

#[test]
fn a_permit_may_end_elsewhere_and_a_drop_means_what_the_settings_say() {
    let (db, clock) = made(config("db").dropped(Verdict::Failure));
    let permit = db.try_acquire_owned().unwrap();
    thread::spawn(move || permit.failure()).join().unwrap();
    drop(db.try_acquire_owned().unwrap());
    assert_eq!(db.state(), State::Open);
    assert!(db.try_acquire_owned().is_err());
    clock.advance(seconds(31));
    let probe = db.try_acquire_owned().unwrap();
    assert!(probe.is_probe());
    assert_eq!(format!("{probe:?}"), r#"OwnedPermit { id: "db", probe: true }"#);
    probe.success();
    assert_eq!(db.state(), State::Closed);
}

#[test]
fn a_future_is_admitted_at_its_first_poll_and_ends_as_a_call() {
    let (db, clock) = made(config("db"));
    let context = &mut Context::from_waker(Waker::noop());
    let mut late = Box::pin(db.call_async(std::future::ready(Ok::<_, ()>(7))));
    for _ in 0..2 {
        let failing = pin!(db.call_async(async { Err::<(), _>(7) }));
        assert!(failing.poll(context).is_ready());
    }
    assert!(matches!(late.as_mut().poll(context), Poll::Ready(Err(error)) if error.is_rejected()));
    clock.advance(seconds(31));
    assert_eq!(late.as_mut().poll(context), Poll::Ready(Ok(7)));
    assert_eq!(db.state(), State::Closed);
    // One that is dropped while it runs gives its slot back.
    db.trip();
    clock.advance(seconds(31));
    let mut pending = Box::pin(db.call_async(std::future::pending::<Result<(), ()>>()));
    assert!(pending.as_mut().poll(context).is_pending());
    assert!(!succeed(&db));
    drop(pending);
    assert!(succeed(&db));
}

#[test]
fn a_panic_while_a_future_is_polled_is_a_failure() {
    let (db, _) = made(config("db").error_threshold(1));
    let panicking = Box::pin(db.call_async(async { panic!("on purpose") as Result<(), ()> }));
    let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let mut panicking = panicking;
        panicking.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }));
    assert!(polled.is_err());
    assert_eq!(db.state(), State::Open);
}

#[test]
fn other_settings_keep_the_state_the_time_left_and_the_level() {
    let log = Log::default();
    let clock = Clock::default();
    let of = |timeout| {
        let recovery = Recovery::new().doubling(seconds(600)).reset_time(seconds(3600));
        config("db").recovery_timeout(seconds(timeout)).with_recovery(recovery)
    };
    let db = Breaker::builder(of(10), Arc::clone(&clock)).observer(log.clone()).build().unwrap();
    db.trip();
    clock.advance(seconds(11));
    fail(&db); // the probe: the second opening in a row, of 20 s
    clock.advance(seconds(5));
    let left = db.retry_after().unwrap().as_millis();
    assert!((15_000..15_150).contains(&left), "{left}");
    log.take();
    assert_eq!(db.clone().reconfigure(of(60)), Ok(true));
    assert_eq!((db.state(), db.openings()), (State::Open, 2));
    let now = db.retry_after().unwrap().as_millis();
    assert!((left..=left + left / 100).contains(&now), "{left} and then {now}");
    assert_eq!(log.take(), [""; 0]);
    // A shorter timeout does not shorten what is under way, and each next one goes by the new settings.
    assert_eq!(db.reconfigure(of(1)), Ok(true));
    assert!(db.retry_after().unwrap().as_millis() >= left);
    clock.advance(seconds(16));
    fail(&db);
    assert_eq!(db.openings(), 3);
    assert!((4_000..4_040).contains(&db.retry_after().unwrap().as_millis()));
    assert_eq!(log.take(), ["open-half-open", "Failure probe", "half-open-open"]);
}

#[test]
fn without_a_plan_of_recovery_an_opening_lasts_as_long_as_it_was_to_as_well() {
    for (before, after) in [(30, 5), (5, 30)] {
        let (db, clock) = made(config("db").recovery_timeout(seconds(before)));
        db.trip();
        clock.advance(seconds(3));
        let left = db.retry_after().unwrap().as_millis();
        assert_eq!(db.reconfigure(config("db").recovery_timeout(seconds(after))), Ok(true));
        let now = db.retry_after().unwrap().as_millis();
        let rounding = before as u32 * 5;
        assert!((left..=left + rounding).contains(&now), "{left} and then {now}");
        clock.advance(Duration::from_millis(u64::from(now)));
        fail(&db);
        let next = db.retry_after().unwrap().as_millis();
        assert_eq!(u64::from(next), after * 1_000);
    }
}

#[test]
fn forced_states_survive_other_settings_and_a_hand_still_ends_them() {
    let (db, _) = made(config("db"));
    db.force_open();
    assert_eq!(db.reconfigure(config("db").error_threshold(3)), Ok(true));
    assert_eq!(db.state(), State::ForcedOpen);
    db.force_closed();
    assert_eq!(db.reconfigure(config("db").error_threshold(4)), Ok(true));
    assert_eq!(db.state(), State::ForcedClosed);
    db.reset();
    assert_eq!(db.state(), State::Closed);
}

#[test]
fn a_call_under_way_while_the_settings_change_counts_for_nothing_and_is_told() {
    let log = Log::default();
    let clock = Clock::default();
    let db = Breaker::builder(config("db").error_threshold(1), Arc::clone(&clock))
        .observer(log.clone())
        .build()
        .unwrap();
    let permit = db.try_acquire_owned().unwrap();
    assert_eq!(db.reconfigure(config("db").error_threshold(9)), Ok(true));
    permit.failure();
    assert_eq!((db.state(), db.error_count()), (State::Closed, 0));
    assert_eq!(log.take(), ["Failure"]);
    // Where it was the probe the next call is one.
    db.trip();
    clock.advance(seconds(31));
    let probe = db.try_acquire_owned().unwrap();
    assert!(!succeed(&db));
    assert_eq!(db.reconfigure(config("db").error_threshold(1)), Ok(true));
    log.take();
    assert!(succeed(&db));
    probe.failure();
    assert_eq!(db.state(), State::Closed);
    assert_eq!(
        log.take(),
        ["open-half-open", "Success probe", "half-open-closed", "Failure probe"]
    );
}

#[test]
fn settings_that_are_refused_or_the_same_change_nothing() {
    let (db, _) = made(config("db"));
    fail(&db);
    assert_eq!(db.reconfigure(config("other")), Ok(false)); // the id stays
    assert_eq!(db.error_count(), 1);
    let error = db.reconfigure(config("db").max_probes(16)).unwrap_err();
    assert_eq!(error.to_string(), "circuit db: max_probes is 16, must be 1 to 15");
    assert_eq!((db.id(), db.error_count()), ("db", 1));
    assert!(fail(&db));
    assert_eq!(db.state(), State::Open);
}

#[test]
fn hooks_of_the_configuration_go_on_under_other_settings() {
    static OPENINGS: AtomicU32 = AtomicU32::new(0);
    struct Count;
    impl Observer for Count {
        fn on_transition(&self, change: &Transition) {
            OPENINGS.fetch_add(u32::from(change.to == State::Open), SeqCst);
        }
    }
    let (db, _) = made(config("db").hooks(&Count));
    assert_eq!(db.reconfigure(config("db").error_threshold(7)), Ok(true));
    db.trip();
    assert_eq!(OPENINGS.load(SeqCst), 1);
}

/// Each strategy, from its type and by value, does the same.
#[test]
fn a_strategy_of_a_type_becomes_one_by_value() {
    let outcomes = |breaker: &Breaker<EveryError, Clock>, clock: &Clock| -> Vec<u16> {
        let mut counts = Vec::new();
        for step in 0..60_u32 {
            let _ = if step * 7 % 5 < 2 { fail(breaker) } else { succeed(breaker) };
            clock.advance(Duration::from_millis(150));
            counts.push(if breaker.state() == State::Closed { breaker.error_count() } else { 999 });
        }
        counts
    };
    macro_rules! same {
        ($($typed:expr => $choice:expr),* $(,)?) => {$({
            let (one, other) = (Clock::default(), Clock::default());
            let base = config("db").error_threshold(20);
            let typed = Breaker::builder($typed(base), Arc::clone(&one)).build().unwrap();
            let chosen = base.chosen($choice);
            let chosen = Breaker::builder(chosen, Arc::clone(&other)).build().unwrap();
            assert_eq!(outcomes(&typed, &one), outcomes(&chosen, &other), "{}", stringify!($choice));
        })*};
    }
    let second = seconds(1);
    same! {
        |c: Config<Clock>| c => Choice::Count(CountChoice::Consecutive),
        |c: Config<Clock>| c.strategy(mcb::NetError) => Choice::Count(CountChoice::NetError),
        |c: Config<Clock>| c.debounce(3, 1)
            => Choice::Count(CountChoice::Debounce { up: 3, down: 1, jumps: None }),
        |c: Config<Clock>| c.quiet(second)
            => Choice::TimedConsecutive { quiet: Some(second), lump: None },
        |c: Config<Clock>| c.failures_per_period(3, second)
            => Choice::Rate(RateChoice::FailuresPerPeriod { n: 3, period: second }),
        |c: Config<Clock>| c.count_window::<20>(50, 5)
            => Choice::Rate(RateChoice::CountWindow { calls: 20, percent: 50, minimum: 5 }),
        |c: Config<Clock>| c.count_window::<40>(50, 5)
            => Choice::Rate(RateChoice::CountWindow { calls: 40, percent: 50, minimum: 5 }),
        |c: Config<Clock>| c.time_window::<4>(second, 50, 5)
            => Choice::Rate(RateChoice::TimeWindow { buckets: 4, window: second, percent: 50, minimum: 5 }),
        |c: Config<Clock>| c.decaying_rate(4, 50, second)
            => Choice::DecayingRate { k: 4, percent: 50, half_life: second },
    }
}

#[test]
fn what_stands_around_a_strategy_comes_along() {
    let clock = Clock::default();
    let slow = config("db").error_threshold(1).slow_call(seconds(1));
    let db = Breaker::builder(slow, Arc::clone(&clock)).build().unwrap();
    let _ = db.call(|| {
        clock.advance(seconds(2));
        Ok::<_, ()>(())
    });
    assert_eq!(db.state(), State::Open);

    let clock = Clock::default();
    let gradual = config("db").error_threshold(1).slow_start(seconds(16));
    let db = Breaker::builder(gradual, Arc::clone(&clock)).build().unwrap();
    let by_value = config("db")
        .error_threshold(1)
        .chosen(Choice::Count(CountChoice::Consecutive))
        .slow_start_if(Some(seconds(16)));
    let chosen = Breaker::builder(by_value, Arc::clone(&clock)).build().unwrap();
    for db in [&db, &chosen] {
        fail(db);
        clock.advance(seconds(31));
        assert!(succeed(db));
        assert_eq!(db.state(), State::SlowStart);
        assert_eq!((0..160).filter(|_| succeed(db)).count(), 10);
        clock.advance(seconds(17));
        assert_eq!(db.state(), State::Closed);
        assert!(succeed(db));
    }
    // Without one a recovery is over at once.
    let (db, clock) = made(config("db").error_threshold(1));
    fail(&db);
    clock.advance(seconds(31));
    assert!(succeed(&db));
    assert_eq!((0..160).filter(|_| succeed(&db)).count(), 160);
}

#[test]
fn ids_are_interned() {
    let name = |n: u32| format!("circuit {n} 🦀");
    let first = id(&name(1));
    assert!(std::ptr::eq(first, id(&name(1))));
    assert_ne!(first, id(&name(2)));
    let from_threads: Vec<_> =
        (0..8).map(|_| thread::spawn(move || id(&name(3)))).map(|it| it.join().unwrap()).collect();
    assert!(from_threads.iter().all(|id| std::ptr::eq(*id, from_threads[0])));
    assert_eq!(id(""), "");
}

#[test]
fn the_registry_holds_one_breaker_of_an_id_until_it_is_removed() {
    let breakers = Breakers::new();
    let [db, mail] = ["db", "mail"].map(|id| made(config(id)).0);
    assert_eq!(breakers.register(&db), Ok(()));
    assert_eq!(breakers.register(&mail.with_rules(())), Ok(()));
    let duplicate = breakers.register(&made(config("db")).0).unwrap_err();
    assert_eq!(duplicate, DuplicateId { id: "db" });
    assert_eq!(duplicate.to_string(), "circuit db is registered already");
    let ids = |list: Vec<Breaker<EveryError, Clock>>| -> Vec<&str> {
        list.iter().map(|breaker| breaker.id()).collect()
    };
    assert_eq!(ids(breakers.list()), ["db", "mail"]);
    assert_eq!((breakers.len(), breakers.is_empty()), (2, false));
    assert!(breakers.get("unknown").is_none());

    breakers.get("db").unwrap().force_open();
    mail.trip();
    assert_eq!(ids(breakers.open()), ["db", "mail"]);
    breakers.reset_all();
    assert_eq!((db.state(), mail.state()), (State::Closed, State::Closed));
    assert!(breakers.open().is_empty());

    assert!(breakers.remove("db").unwrap().is_same(&db));
    assert!(breakers.remove("db").is_none());
    assert!(fail(&db)); // handles go on
    assert_eq!(breakers.register(&made(config("db")).0), Ok(()));
    assert_eq!(ids(breakers.list()), ["mail", "db"]);
}

/// Settings change under load: no call is lost, none goes unguarded for longer than it takes, nothing wedges.
#[test]
fn settings_change_while_eight_threads_call() {
    let (db, clock) = made(config("db"));
    let (ran, start) = (AtomicU32::new(0), Barrier::new(9));
    thread::scope(|scope| {
        for worker in 0..8 {
            let (db, ran, start) = (db.clone(), &ran, &start);
            scope.spawn(move || {
                start.wait();
                for call in 0..2_000_u32 {
                    let called = db.call(|| {
                        ran.fetch_add(1, SeqCst);
                        if (call + worker) % 3 == 0 { Err(7) } else { Ok(7) }
                    });
                    if let Err(mcb::Error::Rejected(_)) = called {
                        ran.fetch_add(1, SeqCst);
                    }
                }
            });
        }
        start.wait();
        for threshold in 1..200 {
            db.reconfigure(config("db").error_threshold(threshold)).unwrap();
            clock.advance(seconds(7));
        }
    });
    assert_eq!(ran.load(SeqCst), 16_000);
    clock.advance(seconds(3600));
    assert!(succeed(&db));
    assert_eq!(db.state(), State::Closed);
    for _ in 0..199 {
        assert!(fail(&db));
    }
    assert_eq!(db.state(), State::Open);
}
