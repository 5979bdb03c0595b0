//! A set that is full, and who may go.

use super::*;

type Make = fn(&Breaker<EveryError, Time>, &Time);

/// Whose permit nobody gives back, and which is held by it for ever.
const FORGOTTEN: usize = 2;

/// Each state but closed, and how a breaker gets there.
fn states() -> [(State, Make); 8] {
    fn open(b: &Breaker<EveryError, Time>, _: &Time) {
        for _ in 0..2 {
            let _ = b.call(|| Err::<(), _>(7));
        }
    }
    fn over(b: &Breaker<EveryError, Time>, clock: &Time) {
        open(b, clock);
        clock.advance(Duration::from_secs(31));
    }
    [
        (State::Open, open),
        (State::HalfOpen, over),
        (State::HalfOpen, |b, clock| {
            over(b, clock);
            std::mem::forget(b.try_acquire_owned().unwrap());
        }),
        (State::HalfOpen, |b, clock| {
            over(b, clock);
            b.try_acquire_owned().unwrap().ignore();
        }),
        (State::SlowStart, |b, clock| {
            over(b, clock);
            b.call(|| Ok::<_, ()>(())).unwrap();
        }),
        (State::LockedOut, |b, clock| {
            for _ in 0..3 {
                over(b, clock);
            }
        }),
        (State::ForcedOpen, |b, _| b.force_open()),
        (State::ForcedClosed, |b, _| b.force_closed()),
    ]
}

#[test]
fn one_that_is_not_closed_never_goes() {
    for (state, make) in states() {
        let clock = Time::default();
        let time = clock.clone();
        let set = Set::new(1, move |_| {
            let recovery = Recovery::new().lockout(3);
            let config = config().with_recovery(recovery).slow_start(Duration::from_secs(100));
            Breaker::builder(config, time.clone()).build()
        });
        make(&set.get("a").unwrap(), &clock);
        for _ in 0..10 {
            let error = set.get("b").unwrap_err();
            let text = "no place for key \"b\": none of 1 circuits is closed and not in use";
            assert_eq!(error.to_string(), text);
        }
        assert_eq!(set.peek("a").unwrap().state(), state);
        assert_eq!((set.len(), set.evicted(), set.overflowed()), (1, 0, 10));
    }
}

#[test]
fn one_that_has_recovered_may_go_again() {
    let (set, clock) = of(3, config);
    for key in ["a", "b", "c"] {
        set.get(key).unwrap().trip();
    }
    assert!(set.get("d").is_err());
    clock.advance(Duration::from_secs(31));
    // Asked for again, and healthy.
    succeeds(&set, "b");
    succeeds(&set, "d");
    assert_eq!(keys(&set), ["a", "c", "d"]);
    // Or reset by somebody who has it from a list: it is looked at again in its turn.
    set.remove("d");
    set.get("d").unwrap().trip();
    assert!(set.get("e").is_err());
    set.reset_all();
    for key in ["e", "f", "g"] {
        succeeds(&set, key);
    }
    assert_eq!(keys(&set), ["e", "f", "g"]);
}

#[test]
fn of_those_that_are_not_closed_only_what_nobody_asks_about_may_be_forgotten() {
    for (index, (state, make)) in states().into_iter().enumerate() {
        let clock = Time::default();
        let time = clock.clone();
        let set = Set::new(2, move |_| {
            let config = config().slow_start(Duration::from_secs(1_000_000));
            let config = config.with_recovery(Recovery::new().lockout(3));
            Breaker::builder(config, time.clone()).build()
        });
        let set = set.forget_after(Duration::from_secs(3_600));
        clock.advance(Duration::from_secs(1)); // an opening at tick 0 is kept as 1
        make(&set.get("a").unwrap(), &clock);
        fails(&set, "b");
        clock.advance(Duration::from_secs(3_500));
        succeeds(&set, "c");
        assert_eq!(keys(&set), ["a", "c"], "closed ones go before, {state}");
        set.get("c").unwrap().force_closed();
        assert!(set.get("d").is_err(), "too early, {state}");
        clock.advance(Duration::from_secs(100));
        // While somebody holds it, it does not go.
        let held = set.peek("a").unwrap();
        assert!(set.get("d").is_err(), "held, {state}");
        let goes = held.state() == State::HalfOpen && index != FORGOTTEN;
        drop(held);
        assert_eq!(set.get("d").is_ok(), goes, "{state}");
    }
}

#[test]
fn what_found_no_place_may_share_one_breaker() {
    let made = Arc::new(Mutex::new(Vec::new()));
    let names = Arc::clone(&made);
    let clock = Time::default();
    let set = Set::new(1, move |key| {
        names.lock().unwrap().push(key.to_owned());
        Breaker::builder(config(), clock.clone()).build()
    })
    .when_full(WhenFull::Share);
    set.get("a").unwrap().trip();
    assert_eq!(*made.lock().unwrap(), ["a"]);
    let (b, c) = (set.get("b").unwrap(), set.get("c").unwrap());
    assert!(b.is_same(&c) && !b.is_same(&set.get("a").unwrap()));
    assert_eq!(*made.lock().unwrap(), ["a", Set::REST]);
    // It guards: failures of all of them add up.
    fails(&set, "b");
    fails(&set, "c");
    assert!(set.get("d").unwrap().call(|| Ok::<_, ()>(())).unwrap_err().is_rejected());
    assert_eq!((set.len(), set.overflowed(), set.open().len()), (1, 5, 1));
    // Who has a place does not meet it.
    set.get("a").unwrap().reset();
    succeeds(&set, "d");
    assert_eq!(keys(&set), ["d"]);
}

#[test]
fn what_found_no_place_may_pass_unguarded_and_is_told_all_the_same() {
    static RESULTS: AtomicU32 = AtomicU32::new(0);
    struct Results;
    impl mcb::Observer for Results {
        fn on_result(&self, _: &'static str, _: Verdict, _: bool) {
            RESULTS.fetch_add(1, Relaxed);
        }
    }
    let clock = Time::default();
    let set =
        Set::new(1, move |_| Breaker::builder(config(), clock.clone()).observer(Results).build())
            .when_full(WhenFull::Unguarded);
    set.get("a").unwrap().force_open();
    for _ in 0..100 {
        fails(&set, "b");
    }
    assert_eq!(set.get("b").unwrap().state(), State::ForcedClosed);
    assert_eq!(RESULTS.load(Relaxed), 100);
    set.reset_all();
    assert!(set.get("c").is_ok());
    assert_eq!(set.peek("c").unwrap().state(), State::Closed);
}

#[test]
fn a_rest_that_cannot_be_made_is_an_error() {
    let clock = Time::default();
    let set = Set::new(0, move |key| {
        assert_eq!(key, Set::REST);
        Breaker::builder(config().error_threshold(0), clock.clone()).build()
    });
    assert!(matches!(set.get("a"), Err(KeyedError::Full { capacity: 0, .. })));
    let set = set.when_full(WhenFull::Share);
    assert!(matches!(set.get("a"), Err(KeyedError::Settings(_))));
}
