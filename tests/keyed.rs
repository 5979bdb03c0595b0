//! `KeyedBreakers`: one breaker for each host or tenant, within bounds.
#![cfg(all(feature = "server", not(loom)))]

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use mcb::server::{Breaker, KeyedBreakers, KeyedError, WhenFull};
use mcb::{
    Choice, Clock, Config, ConfigError, ConfigErrorKind, Error, EveryError, Hooks, ManualClock,
    Recovery, State, Verdict,
};

#[path = "keyed/full.rs"]
mod full;

type Time = Arc<ManualClock>;
type Set = KeyedBreakers<EveryError, Time>;

fn config() -> Config<Time> {
    Config::new("hosts").error_threshold(2)
}

/// A set with a clock of its own, whose breakers all have this configuration.
fn of(capacity: usize, config: impl Fn() -> Config<Time> + Send + Sync + 'static) -> (Set, Time) {
    let clock = Time::default();
    let time = Arc::clone(&clock);
    (KeyedBreakers::new(capacity, move |_| Breaker::builder(config(), time.clone()).build()), clock)
}

fn fails(set: &Set, key: &str) {
    assert_eq!(set.get(key).unwrap().call(|| Err::<(), _>(7)), Err(Error::Inner(7)));
}

fn succeeds(set: &Set, key: &str) {
    assert_eq!(set.get(key).unwrap().call(|| Ok::<_, ()>(7)), Ok(7));
}

fn keys(set: &Set) -> Vec<String> {
    set.list().into_iter().map(|(key, _)| key.to_string()).collect()
}

#[test]
fn a_key_keeps_its_breaker() {
    let (set, _) = of(3, config);
    assert!(set.is_empty() && set.peek("a").is_none() && set.remove("a").is_none());
    fails(&set, "a");
    fails(&set, "b");
    fails(&set, "a");
    assert!(set.get("a").unwrap().is_same(&set.peek("a").unwrap()));
    assert_eq!(set.get("a").unwrap().state(), State::Open);
    assert_eq!(set.get("b").unwrap().error_count(), 1);
    assert_eq!((set.len(), set.capacity(), keys(&set)), (2, 3, vec!["a".into(), "b".into()]));
    let open = set.open();
    assert_eq!((open.len(), &*open[0].0), (1, "a"));
    assert_eq!(set.get("a").unwrap().id(), "hosts");

    // One that is taken out goes on for who has it; the key begins anew.
    let taken = set.remove("a").unwrap();
    assert_eq!((taken.state(), set.len()), (State::Open, 1));
    assert_eq!(set.get("a").unwrap().state(), State::Closed);
}

#[test]
fn the_least_recently_asked_for_goes_first() {
    let (set, _) = of(3, config);
    for key in ["a", "b", "c", "a", "d"] {
        succeeds(&set, key);
    }
    assert_eq!(keys(&set), ["a", "c", "d"]);
    // A look does not count as asking.
    assert!(set.peek("c").is_some());
    succeeds(&set, "e");
    assert_eq!(keys(&set), ["a", "d", "e"]);
    assert_eq!((set.evicted(), set.overflowed()), (2, 0));
}

#[test]
fn one_that_has_counted_errors_goes_after_the_clean_ones() {
    let (set, _) = of(3, config);
    for key in ["a", "b", "c"] {
        succeeds(&set, key);
    }
    fails(&set, "a");
    succeeds(&set, "b");
    succeeds(&set, "c");
    succeeds(&set, "d");
    assert_eq!(keys(&set), ["a", "c", "d"]);
    fails(&set, "c");
    fails(&set, "d");
    // All have counted: the one of old.
    succeeds(&set, "e");
    assert_eq!(keys(&set), ["c", "d", "e"]);
    // A success clears it, and it is among the clean ones again.
    succeeds(&set, "c");
    fails(&set, "e");
    succeeds(&set, "f");
    assert_eq!(keys(&set), ["d", "e", "f"]);
}

#[test]
fn one_whose_openings_count_on_goes_after_the_clean_ones() {
    let recovery =
        || Recovery::new().doubling(Duration::from_secs(600)).reset_time(Duration::from_secs(3600));
    let (set, clock) = of(2, move || config().with_recovery(recovery()));
    fails(&set, "a");
    fails(&set, "a");
    clock.advance(Duration::from_secs(31));
    succeeds(&set, "a");
    let a = set.get("a").unwrap();
    assert_eq!((a.state(), a.openings()), (State::Closed, 1));
    drop(a);
    succeeds(&set, "b");
    succeeds(&set, "c");
    assert_eq!(keys(&set), ["a", "c"]);
}

#[test]
fn a_new_breaker_of_any_strategy_is_as_clean_as_one_that_only_succeeded() {
    let window = mcb::strategy::RateChoice::CountWindow { calls: 100, percent: 50, minimum: 20 };
    let clock = Time::default();
    let set: Set = KeyedBreakers::new(2, move |_| {
        Breaker::builder(config().chosen(Choice::Rate(window)), clock.clone()).build()
    });
    set.get("a").unwrap();
    fails(&set, "b");
    set.get("c").unwrap();
    assert_eq!(keys(&set), ["b", "c"]);
}

#[test]
fn one_that_is_held_does_not_go() {
    let (set, _) = of(1, config);
    let held = set.get("a").unwrap();
    assert!(matches!(set.get("b"), Err(KeyedError::Full { capacity: 1, .. })));
    drop(held);
    let permit = set.get("b").unwrap().try_acquire_owned().unwrap();
    assert!(set.get("c").is_err());
    permit.record(Verdict::Success);
    let future = set.get("c").unwrap().call_async(async { Ok::<_, ()>(1) });
    assert!(set.get("d").is_err());
    drop(future);
    // While its call runs, it is held by who has asked for it.
    let within = || if set.get("e").is_err() { Ok(()) } else { Err("it went") };
    assert_eq!(set.get("d").unwrap().call(within), Ok(()));
    let list = set.list();
    assert!(set.get("e").is_err());
    drop(list);
    assert!(set.get("e").is_ok());
    assert_eq!(set.overflowed(), 5);
}

#[test]
fn no_lock_is_held_over_anything_of_the_callers() {
    static SET: Mutex<Option<Arc<Set>>> = Mutex::new(None);
    static TOLD: AtomicU32 = AtomicU32::new(0);
    // Each of these takes the lock; if one of them was held, this would not end.
    fn uses(set: &Set) {
        let _ = set.get("again");
        let _ = (set.peek("a"), set.list(), set.open(), set.len(), set.evicted());
        assert!(format!("{set:?}").starts_with("KeyedBreakers { capacity: 2, len: "));
    }
    struct Gone;
    impl Drop for Gone {
        fn drop(&mut self) {
            if let Some(set) = SET.lock().unwrap().clone() {
                uses(&set);
                TOLD.fetch_add(100, Relaxed);
            }
        }
    }
    let set = || Arc::clone(SET.lock().unwrap().as_ref().unwrap());
    let clock = Time::default();
    let made = Set::new(2, move |key| {
        if key != "again" {
            uses(&set());
        }
        let gone = Gone;
        let told = move |_: &mcb::Transition| {
            let _ = &gone;
            uses(&set());
            TOLD.fetch_add(1, Relaxed);
        };
        let hooks = Hooks::new().on_transition(told);
        Breaker::builder(config(), clock.clone()).observer(hooks).build()
    });
    *SET.lock().unwrap() = Some(Arc::new(made));
    let set = set();
    set.get("a")
        .unwrap()
        .call(|| {
            uses(&set);
            Ok::<_, ()>(())
        })
        .unwrap();
    set.get("a").unwrap().trip();
    set.get("c").unwrap();
    set.reset_all();
    assert_eq!(TOLD.load(Relaxed) % 100, 2, "told of a trip and a reset");
    assert!(TOLD.load(Relaxed) >= 100, "and some have gone");
    assert!(set.evicted() > 0);
    *SET.lock().unwrap() = None;
}

#[test]
fn two_threads_that_ask_for_a_new_key_get_the_same_breaker() {
    let both = Barrier::new(2);
    let made = AtomicUsize::new(0);
    let counts: &'static (Barrier, AtomicUsize) = Box::leak(Box::new((both, made)));
    let clock = Time::default();
    let set = Set::new(1, move |_| {
        counts.1.fetch_add(1, Relaxed);
        counts.0.wait(); // both have looked, and neither has put it in
        Breaker::builder(config(), clock.clone()).build()
    });
    let (one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| set.get("a").unwrap());
        (set.get("a").unwrap(), other.join().unwrap())
    });
    assert!(one.is_same(&other));
    assert_eq!((counts.1.load(Relaxed), set.len(), set.evicted()), (2, 1, 0));
}

#[test]
fn a_factory_that_fails_or_panics_changes_nothing() {
    let clock = Time::default();
    let set = Set::new(1, move |key| {
        assert!(key != "panic");
        let threshold = if key == "bad" { 0 } else { 2 };
        Breaker::builder(config().error_threshold(threshold), clock.clone()).build()
    });
    succeeds(&set, "a");
    let bad = set.get("bad").unwrap_err();
    let KeyedError::Settings(why) = &bad else { panic!("{bad}") };
    let _: &ConfigError = why;
    assert_eq!(why.kind(), ConfigErrorKind::ErrorThreshold);
    assert_eq!(bad.to_string(), why.to_string());
    let panics = std::panic::AssertUnwindSafe(|| set.get("panic").map(drop));
    assert!(std::panic::catch_unwind(panics).is_err());
    assert_eq!((keys(&set), set.evicted()), (vec!["a".into()], 0));
    succeeds(&set, "b");
}

#[test]
fn any_text_within_the_limit_is_a_key() {
    let (set, _) = of(10, config);
    let (longest, longer) = ("ä".repeat(127) + "x", "ä".repeat(128));
    assert_eq!((longest.len(), longer.len()), (255, 256));
    for key in ["", "*", "\0\r\n\u{202e}", &longest] {
        succeeds(&set, key);
        assert!(set.peek(key).is_some());
    }
    let error = set.get(&longer).unwrap_err();
    let text = "key \"ääääääääääääääää…\" is 256 bytes long, must be at most 255";
    assert_eq!(error.to_string(), text);
    assert!(set.peek(&longer).is_none() && set.remove(&longer).is_none());
    assert_eq!((set.len(), set.overflowed()), (4, 0));

    let (set, _) = of(1, config);
    let set = set.longest_key(3);
    assert!(set.get("abc").is_ok() && set.get("abcd").is_err());
}

#[test]
fn a_key_of_a_megabyte_is_refused_and_not_printed() {
    let (set, _) = of(1, config);
    for key in ["k".repeat(1 << 20), "\u{1F980}".repeat(1 << 18), "\n".repeat(1 << 20)] {
        let error = set.get(&key).unwrap_err();
        let (shown, debug) = (error.to_string(), format!("{error:?}"));
        assert!(shown.ends_with("…\" is 1048576 bytes long, must be at most 255"), "{shown}");
        assert!(shown.len() < 160 && debug.len() < 200 && !shown.contains('\n'), "{shown}");
    }
    assert!(set.is_empty());
}

/// The clock is read in each look at a breaker in a slow start, which may be over: that counts the looks.
#[test]
fn the_work_for_a_key_without_a_place_does_not_grow_with_the_set() {
    #[derive(Clone, Default)]
    struct Counted(Arc<(ManualClock, AtomicUsize)>);
    impl Clock for Counted {
        type Ticks = u32;
        const HZ: u32 = 1_000;
        fn now(&self) -> u32 {
            self.0.1.fetch_add(1, Relaxed);
            self.0.0.now()
        }
    }
    const CAPACITY: usize = 1_000;
    let clock = Counted::default();
    let time = clock.clone();
    let set = KeyedBreakers::new(CAPACITY, move |_| {
        let config = Config::new("hosts").error_threshold(1).slow_start(Duration::from_secs(100));
        Breaker::builder(config, time.clone()).build()
    });
    for key in 0..CAPACITY {
        let breaker = set.get(&key.to_string()).unwrap();
        breaker.trip();
    }
    clock.0.0.advance(Duration::from_secs(31));
    for (_, breaker) in set.list() {
        breaker.call(|| Ok::<_, ()>(())).unwrap();
        assert_eq!(breaker.state(), State::SlowStart);
    }
    let reads = || clock.0.1.load(Relaxed);
    let before = reads();
    assert!(set.get("new").is_err());
    let all = reads() - before;
    let a_look = all / CAPACITY; // the first new key looks at all of them, once
    assert!((1..10).contains(&a_look), "{all} reads");
    let before = reads();
    for key in 0..10_000 {
        assert!(set.get(&format!("new {key}")).is_err());
    }
    assert_eq!(reads() - before, 10_000 * 2 * a_look, "two looks for each");
    // Once it is over there is room at once.
    clock.0.0.advance(Duration::from_secs(101));
    for key in 0..CAPACITY {
        assert!(set.get(&format!("new {key}")).is_ok());
    }
    assert_eq!((set.len(), set.overflowed()), (CAPACITY, 10_001));
}

#[test]
fn a_set_can_be_kept_in_a_static_and_shared() {
    static HOSTS: std::sync::LazyLock<KeyedBreakers> = std::sync::LazyLock::new(|| {
        KeyedBreakers::new(1_000, |_| Breaker::new(Config::new("hosts")))
    });
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Set>();
    shared::<KeyedError>();
    assert!(HOSTS.get("a").is_ok());
    let _: &dyn std::error::Error = &HOSTS.get(&"a".repeat(256)).unwrap_err();
    let none = of(0, config).0.when_full(WhenFull::Share);
    assert!(none.get("a").is_ok() && none.is_empty());
}

#[test]
fn new_settings_reach_those_that_are_there() {
    let (set, _) = of(3, config);
    fails(&set, "a");
    set.get("b").unwrap().force_open();
    for (_, breaker) in set.list() {
        assert!(breaker.reconfigure(config().error_threshold(1)).unwrap());
    }
    assert_eq!(set.get("b").unwrap().state(), State::ForcedOpen);
    fails(&set, "a");
    assert_eq!(set.get("a").unwrap().state(), State::Open);
    assert_eq!(set.open().len(), 2);
    set.reset_all();
    assert!(set.open().is_empty());
}
