//! `Keyed`: breakers by key, of fixed capacity.
#![cfg(not(loom))]

use core::cell::Cell;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::time::Duration;

use mcb::{
    CircuitBreaker, Config, Consecutive, CountWindow, Error, Hooks, Keyed, KeyedFull, ManualClock,
    Recovery, State, Strategy, Verdict,
};

type Clock = &'static ManualClock;
type Nodes<const N: usize, S = Consecutive> = Keyed<u8, Clock, N, S>;

/// A set with a clock of its own.
fn nodes<const N: usize, S: Strategy>(config: Config<Clock, S>) -> (&'static Nodes<N, S>, Clock) {
    let clock: Clock = Box::leak(Box::new(ManualClock::new()));
    let config = Box::leak(Box::new(config));
    let breakers = [(); N].map(|()| CircuitBreaker::try_new(config, clock).unwrap());
    (Box::leak(Box::new(Keyed::new(breakers))), clock)
}

fn three() -> (&'static Nodes<3>, Clock) {
    nodes(Config::new("node").error_threshold(2))
}

fn fails<S: Strategy>(nodes: &Nodes<3, S>, key: u8) {
    assert_eq!(nodes.get_or_insert(key).unwrap().call(|| Err::<(), _>(7)), Err(Error::Inner(7)));
}

fn keys<const N: usize, S: Strategy>(nodes: &Nodes<N, S>) -> Vec<u8> {
    let mut keys: Vec<u8> = nodes.circuits().map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_key_keeps_its_breaker() {
    let (nodes, _) = three();
    assert!(nodes.is_empty() && nodes.get(1).is_none());
    fails(nodes, 1);
    fails(nodes, 2);
    fails(nodes, 1);
    assert_eq!(nodes.get(1).unwrap().state(), State::Open);
    assert_eq!(nodes.get(2).unwrap().error_count(), 1);
    assert!(std::ptr::eq(nodes.get(2).unwrap(), nodes.get_or_insert(2).unwrap()));
    assert_eq!((nodes.len(), nodes.capacity(), keys(nodes)), (2, 3, vec![1, 2]));
    let open: Vec<u8> = nodes.open_circuits().map(|(key, _)| key).collect();
    assert_eq!(open, [1]);
}

#[test]
fn the_least_recently_asked_for_goes_first() {
    let (nodes, _) = three();
    for key in [1, 2, 3, 1, 4] {
        nodes.get_or_insert(key).unwrap();
    }
    assert_eq!(keys(nodes), [1, 3, 4]);
    // A look does not count as asking.
    assert!(nodes.get(3).is_some());
    nodes.get_or_insert(5).unwrap();
    assert_eq!(keys(nodes), [1, 4, 5]);
}

#[test]
fn one_that_has_counted_errors_goes_after_the_clean_ones() {
    let (nodes, _) = three();
    for key in [1, 2, 3] {
        nodes.get_or_insert(key).unwrap();
    }
    fails(nodes, 1);
    nodes.get_or_insert(2).unwrap();
    nodes.get_or_insert(4).unwrap();
    assert_eq!(keys(nodes), [1, 2, 4]);
    fails(nodes, 2);
    fails(nodes, 4);
    // All have counted now.
    nodes.get_or_insert(5).unwrap();
    assert_eq!(keys(nodes), [2, 4, 5]);
    assert_eq!(nodes.get(5).unwrap().error_count(), 0, "it begins anew");
}

type Make = fn(&CircuitBreaker<Clock>, Clock);

#[test]
fn one_that_is_not_closed_never_goes() {
    let recovery = Recovery::new().lockout(2);
    let config = Config::new("node")
        .error_threshold(1)
        .recovery_threshold(2)
        .recovery(Box::leak(Box::new(recovery)));
    let open: Make = |b, _| assert!(b.call(|| Err::<(), _>(7)).is_err());
    let over: Make = |b, clock| {
        let _ = b.call(|| Err::<(), _>(7));
        clock.advance(Duration::from_secs(31));
    };
    let half_open: Make = |b, clock| {
        let _ = b.call(|| Err::<(), _>(7));
        clock.advance(Duration::from_secs(31));
        b.call(|| Ok::<_, ()>(())).unwrap();
    };
    let probing: Make = |b, clock| {
        let _ = b.call(|| Err::<(), _>(7));
        clock.advance(Duration::from_secs(31));
        core::mem::forget(b.try_acquire().unwrap());
    };
    let locked_out: Make = |b, clock| {
        for _ in 0..2 {
            let _ = b.call(|| Err::<(), _>(7));
            clock.advance(Duration::from_secs(31));
        }
    };
    let forced_open: Make = |b, _| b.force_open();
    let forced_closed: Make = |b, _| b.force_closed();
    let made = [
        (open, State::Open),
        (over, State::HalfOpen),
        (half_open, State::HalfOpen),
        (probing, State::HalfOpen),
        (locked_out, State::LockedOut),
        (forced_open, State::ForcedOpen),
        (forced_closed, State::ForcedClosed),
    ];
    for (make, state) in made {
        let (nodes, clock) = nodes::<1, _>(config);
        make(nodes.get_or_insert(1).unwrap(), clock);
        let full = nodes.get_or_insert(2).unwrap_err();
        assert_eq!(full, nodes.get_or_insert(3).unwrap_err());
        assert_eq!(full.to_string(), "no place for another key: none of 1 circuits is closed");
        assert_eq!(nodes.get(1).unwrap().state(), state);
        // A hand makes room, in either way.
        nodes.reset_all();
        assert!(nodes.get_or_insert(2).is_ok());
        nodes.get_or_insert(2).unwrap().force_open();
        assert!(nodes.remove(2) && !nodes.remove(2));
        assert_eq!(nodes.get_or_insert(3).unwrap().state(), State::Closed);
    }
}

#[test]
fn a_slow_start_stays_until_it_is_over() {
    let config = Config::new("node").error_threshold(1).slow_start(Duration::from_secs(10));
    let (nodes, clock) = nodes::<1, _>(config);
    let b = nodes.get_or_insert(1).unwrap();
    let _ = b.call(|| Err::<(), _>(7));
    clock.advance(Duration::from_secs(31));
    b.call(|| Ok::<_, ()>(())).unwrap();
    assert_eq!(b.state(), State::SlowStart);
    assert!(nodes.get_or_insert(2).is_err());
    clock.advance(Duration::from_secs(11));
    assert_eq!(b.state(), State::Closed);
    assert!(nodes.get_or_insert(2).is_ok());
}

#[test]
fn a_new_window_is_as_clean_as_one_without_calls() {
    let config = Config::new("node").count_window::<20>(50, 4);
    let (nodes, _) = nodes::<3, _>(config);
    for key in [1, 2, 3] {
        nodes.get_or_insert(key).unwrap();
    }
    fails(nodes, 1);
    nodes.get_or_insert(4).unwrap();
    assert_eq!(keys(nodes), [1, 3, 4]);
    fails(nodes, 3);
    fails(nodes, 4);
    // The window of a place that has gone to another key holds none of the first one's failures.
    let b = nodes.get_or_insert(5).unwrap();
    assert_eq!((keys(nodes), b.error_count()), (vec![3, 4, 5], 0));
    for _ in 0..3 {
        fails(nodes, 5);
        assert_eq!(b.state(), State::Closed);
    }
    fails(nodes, 5);
    assert_eq!(b.state(), State::Open);
    let _: &CircuitBreaker<Clock, CountWindow<20>> = b;
}

#[test]
fn one_that_starts_by_probing_does_so_for_each_key() {
    let recovery = Box::leak(Box::new(Recovery::new().start_by_probing()));
    let (nodes, _) = nodes::<1, _>(Config::new("node").recovery(recovery));
    assert_eq!(nodes.get_or_insert(1).unwrap().state(), State::HalfOpen);
    // Nothing is known of it yet, so that it may go.
    let b = nodes.get_or_insert(2).unwrap();
    assert!(b.try_acquire().unwrap().is_probe());
    b.call(|| Ok::<_, ()>(())).unwrap();
    assert_eq!(b.state(), State::Closed);
    let b = nodes.get_or_insert(3).unwrap();
    assert!(b.try_acquire().unwrap().is_probe());
}

#[test]
fn a_result_of_another_keys_call_counts_for_nothing() {
    let (nodes, _) = nodes::<1, _>(Config::new("node").error_threshold(1));
    let late = nodes.get_or_insert(1).unwrap().try_acquire().unwrap();
    let b = nodes.get_or_insert(2).unwrap();
    late.record(Verdict::Failure);
    assert_eq!((b.state(), b.error_count()), (State::Closed, 0));
}

#[test]
fn who_keeps_a_reference_guards_what_has_the_place_now() {
    let (nodes, _) = nodes::<1, _>(Config::new("node").error_threshold(1));
    let kept = nodes.get_or_insert(1).unwrap();
    assert!(nodes.remove(1));
    // Opened while nobody has the place: whoever gets it begins anew all the same.
    let _ = kept.call(|| Err::<(), _>(7));
    assert_eq!(kept.state(), State::Open);
    let b = nodes.get_or_insert(2).unwrap();
    assert_eq!(b.state(), State::Closed);
    assert!(std::ptr::eq(kept, b));
}

#[test]
fn nobody_is_told_that_a_place_goes_to_another_key() {
    static TOLD: AtomicU32 = AtomicU32::new(0);
    fn told(_: &mcb::Transition) {
        TOLD.fetch_add(1, Relaxed);
    }
    let hooks = Box::leak(Box::new(Hooks::new().on_transition(told as fn(&mcb::Transition))));
    let config = Config::new("node").error_threshold(3).hooks(hooks);
    let (nodes, _) = nodes::<3, _>(config);
    for key in 0..=255 {
        fails(nodes, key);
    }
    assert_eq!(TOLD.load(Relaxed), 0);
    nodes.get_or_insert(7).unwrap().trip();
    assert!(nodes.remove(7));
    assert_eq!(TOLD.load(Relaxed), 2, "opened, and reset");
}

#[test]
fn many_keys_do_not_move_an_open_one() {
    let (nodes, _) = nodes::<8, _>(Config::new("node").error_threshold(1));
    for key in 0..7 {
        let _ = nodes.get_or_insert(key).unwrap().call(|| Err::<(), _>(7));
    }
    for _ in 0..1_000 {
        for key in 10..200 {
            assert!(nodes.get_or_insert(key).unwrap().call(|| Ok::<_, ()>(())).is_ok());
        }
    }
    assert_eq!(nodes.open_circuits().count(), 7);
    assert!((0..7).all(|key| nodes.get(key).is_some_and(|b| b.state() == State::Open)));
}

#[test]
fn a_set_without_places_refuses() {
    static NONE: Nodes<0> = Keyed::new([]);
    let full = NONE.get_or_insert(1).unwrap_err();
    assert_eq!((full.capacity, NONE.len(), NONE.remove(1)), (0, 0, false));
    let _: &dyn core::error::Error = &full;
}

#[test]
fn keys_may_be_anything_that_can_be_copied_and_compared() {
    static CLOCK: ManualClock = ManualClock::new();
    static CONFIG: Config<Clock> = Config::new("peer");
    static PEERS: Keyed<core::net::IpAddr, Clock, 2> =
        Keyed::new([CircuitBreaker::new(&CONFIG, &CLOCK), CircuitBreaker::new(&CONFIG, &CLOCK)]);
    static EUI: Keyed<[u8; 8], Clock, 1> =
        Keyed::new([CircuitBreaker::new(&Config::new("node"), &CLOCK)]);
    let here = core::net::IpAddr::from([127, 0, 0, 1]);
    PEERS.get_or_insert(here).unwrap().force_open();
    EUI.get_or_insert(*b"01234567").unwrap().force_open();
    assert!(format!("{PEERS:?}").starts_with("{127.0.0.1: Circuit { id: \"peer\", state: Forced"));
    assert!(format!("{:?}", PEERS.circuits()).contains("next: 0"));
    assert_eq!(EUI.get_or_insert([0; 8]).unwrap_err().capacity, 1);
    assert_eq!(PEERS.breakers().len(), 2);
}

/// A comparison that changes the set is what an interrupt between two looks is.
#[test]
fn who_is_interrupted_by_a_change_looks_again() {
    thread_local! {
        static INTERRUPT: Cell<Option<fn()>> = const { Cell::new(None) };
    }
    #[derive(Clone, Copy, Debug)]
    struct Key(u8);
    impl PartialEq for Key {
        fn eq(&self, other: &Key) -> bool {
            if let Some(interrupt) = INTERRUPT.take() {
                interrupt();
            }
            self.0 == other.0
        }
    }
    static CLOCK: ManualClock = ManualClock::new();
    static CONFIG: Config<Clock> = Config::new("node").error_threshold(1);
    static NODES: Keyed<Key, Clock, 2> =
        Keyed::new([CircuitBreaker::new(&CONFIG, &CLOCK), CircuitBreaker::new(&CONFIG, &CLOCK)]);
    NODES.get_or_insert(Key(1)).unwrap();
    // The same key is inserted while it is looked for: there is one of it.
    INTERRUPT.set(Some(|| NODES.get_or_insert(Key(2)).unwrap().force_open()));
    assert_eq!(NODES.get_or_insert(Key(2)).unwrap().state(), State::ForcedOpen);
    assert_eq!(NODES.len(), 2);
    // The last place that could go goes to somebody who fails.
    INTERRUPT.set(Some(|| NODES.get_or_insert(Key(3)).unwrap().force_open()));
    assert_eq!(NODES.get_or_insert(Key(4)).unwrap_err().capacity, 2);
    // What is found has gone when it is touched.
    NODES.reset_all();
    INTERRUPT.set(Some(|| assert!(NODES.remove(Key(3)))));
    assert_eq!(NODES.get_or_insert(Key(3)).unwrap().state(), State::Closed);
    assert_eq!(NODES.len(), 2);
    INTERRUPT.set(Some(|| assert!(NODES.remove(Key(3)))));
    assert!(!NODES.remove(Key(3)));
}

#[test]
fn threads_that_ask_for_the_same_keys_share_their_breakers() {
    let (nodes, _) = nodes::<8, _>(Config::new("node").error_threshold(1));
    for key in 0..4 {
        let _ = nodes.get_or_insert(key).unwrap().call(|| Err::<(), _>(7));
    }
    std::thread::scope(|scope| {
        for thread in 0..8_u8 {
            scope.spawn(move || {
                for round in 0..2_000_u16 {
                    let key = 10 + ((round + u16::from(thread)) % 40) as u8;
                    nodes.get_or_insert(key).unwrap().call(|| Ok::<_, ()>(())).unwrap();
                    let open = nodes.get(u8::try_from(round % 4).unwrap()).unwrap();
                    assert!(open.call(|| Ok::<_, ()>(())).is_err());
                }
            });
        }
    });
    let mut all = keys(nodes);
    assert_eq!(all.len(), 8);
    all.dedup();
    assert_eq!(all.len(), 8, "no key twice");
}

#[test]
fn the_error_is_small_and_can_be_shared() {
    fn is<T: Send + Sync + Copy + 'static>() {}
    fn shared<T: Send + Sync>() {}
    is::<KeyedFull>();
    shared::<Nodes<8>>();
}
