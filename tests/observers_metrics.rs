//! What `MetricsObserver` counts, by a recorder of this test's own, and that a call allocates nothing for it.
#![cfg(all(feature = "metrics", not(loom)))]

use core::cell::Cell;
use core::time::Duration;
use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use life::{Clock, fail, leak, live, succeed};
use mcb::observe::MetricsObserver;
use mcb::{
    CircuitBreaker, Config, FnClock, ManualClock, Observer, Reason, Recovery, State, Transition,
    Verdict,
};
use metrics::atomics::AtomicU64;
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    with_local_recorder,
};

#[path = "support/life.rs"]
mod life;

/// Values by name and labels, as Prometheus writes them.
#[derive(Default)]
struct Values {
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    described: Mutex<Vec<(String, Option<Unit>)>>,
}

fn text(key: &Key) -> String {
    let labels: Vec<_> =
        key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
    format!("{}{{{}}}", key.name(), labels.join(","))
}

/// A gauge, which is a whole number.
fn whole(gauge: &AtomicU64) -> i32 {
    f64::from_bits(gauge.load(Relaxed)).to_string().parse().unwrap()
}

impl Recorder for Values {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.described.lock().unwrap().push((name.as_str().to_owned(), unit));
    }
    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.described.lock().unwrap().push((name.as_str().to_owned(), unit));
    }
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        panic!("there is none");
    }
    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        assert_eq!(metadata.target(), "mcb");
        let mut counters = self.counters.lock().unwrap();
        Counter::from_arc(Arc::clone(counters.entry(text(key)).or_default()))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let mut gauges = self.gauges.lock().unwrap();
        Gauge::from_arc(Arc::clone(gauges.entry(text(key)).or_default()))
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        panic!("there is none");
    }
}

impl Values {
    /// `None` where it is not there.
    fn counter(&self, key: &str) -> Option<u64> {
        self.counters.lock().unwrap().get(key).map(|value| value.load(Relaxed))
    }

    fn gauge(&self, key: &str) -> i32 {
        whole(&self.gauges.lock().unwrap()[key])
    }

    fn calls(&self, id: &str) -> [u64; 4] {
        ["success", "failure", "ignored", "rejected"].map(|outcome| {
            self.counter(&format!("mcb_calls_total{{name={id},outcome={outcome}}}")).unwrap()
        })
    }

    fn probes(&self, id: &str) -> [u64; 3] {
        ["success", "failure", "ignored"].map(|outcome| {
            self.counter(&format!("mcb_probes_total{{name={id},outcome={outcome}}}")).unwrap()
        })
    }

    fn transitions(&self, id: &str, from: State, to: State) -> Option<u64> {
        self.counter(&format!("mcb_transitions_total{{name={id},from={from},to={to}}}"))
    }

    fn open_seconds(&self, id: &str) -> u64 {
        self.counter(&format!("mcb_open_seconds_total{{name={id}}}")).unwrap()
    }

    /// The states that are not 0, of seven that are there.
    fn states(&self, id: &str) -> Vec<(String, i32)> {
        let gauges = self.gauges.lock().unwrap();
        let before = format!("mcb_state{{name={id},state=");
        let states = gauges.iter().filter_map(|(key, value)| {
            let state = key.strip_prefix(&before)?.trim_end_matches('}').to_owned();
            Some((state, whole(value)))
        });
        let states: Vec<_> = states.collect();
        assert_eq!(states.len(), 7, "{states:?}");
        states.into_iter().filter(|(_, value)| *value != 0).collect()
    }
}

fn is_in(state: State) -> Vec<(String, i32)> {
    vec![(state.to_string(), 1)]
}

fn counting() -> (&'static MetricsObserver<Clock>, Clock, Values) {
    let clock: Clock = leak(ManualClock::new());
    (leak(MetricsObserver::with_clock(clock)), clock, Values::default())
}

#[test]
fn everything_is_there_from_the_beginning() {
    let (observer, _, values) = counting();
    with_local_recorder(&values, || {
        observer.register("db", State::Closed);
        observer.register("cache", State::LockedOut);
    });
    assert_eq!(values.states("db"), is_in(State::Closed));
    assert_eq!(values.states("cache"), is_in(State::LockedOut));
    assert_eq!((values.calls("db"), values.probes("db")), ([0; 4], [0; 3]));
    assert_eq!(values.transitions("db", State::Closed, State::Open), Some(0));
    assert_eq!(values.transitions("db", State::HalfOpen, State::Open), Some(0));
    assert_eq!(values.transitions("db", State::Closed, State::ForcedOpen), None);
    assert_eq!((values.open_seconds("db"), values.gauge("mcb_openings{name=db}")), (0, 0));
    let series = values.counters.lock().unwrap().len() + values.gauges.lock().unwrap().len();
    assert_eq!(series, 2 * 23);
    let mut described = values.described.into_inner().unwrap();
    described.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        described,
        [
            ("mcb_calls_total", Unit::Count),
            ("mcb_open_seconds_total", Unit::Seconds),
            ("mcb_openings", Unit::Count),
            ("mcb_probes_total", Unit::Count),
            ("mcb_state", Unit::Count),
            ("mcb_transitions_total", Unit::Count),
        ]
        .map(|(name, unit)| (name.to_owned(), Some(unit)))
    );
    assert_eq!(format!("{observer:?}"), r#"MetricsObserver {"cache", "db"}"#);
}

/// After each step what the breaker says of itself, and what was counted up to then.
#[test]
fn a_whole_life_is_counted() {
    let (observer, clock, values) = counting();
    with_local_recorder(&values, || {
        observer.register("db", State::Closed);
        let mut steps = 0;
        live("db", observer, clock, |step, b| {
            assert_eq!(values.states("db"), is_in(b.state()), "{step}");
            let openings = values.gauge("mcb_openings{name=db}");
            assert_eq!(openings, i32::from(b.openings()), "{step}");
            let (calls, probes) = match step {
                "made" => ([0, 0, 0, 0], [0, 0, 0]),
                "success" => ([1, 0, 0, 0], [0, 0, 0]),
                "ignored" => ([1, 0, 1, 0], [0, 0, 0]),
                "failure" => ([1, 1, 1, 0], [0, 0, 0]),
                "opens" => ([1, 2, 1, 0], [0, 0, 0]),
                "five rejected" => ([1, 2, 1, 5], [0, 0, 0]),
                "reopens" => ([1, 3, 1, 5], [0, 1, 0]),
                "probe ignored" => ([1, 3, 2, 5], [0, 1, 1]),
                "probe succeeds" => ([2, 3, 2, 5], [1, 1, 1]),
                "closes" | "forced open" => ([3, 3, 2, 5], [1, 1, 1]),
                "locked out" | "reset at last" | "restored" => ([3, 7, 2, 6], [1, 3, 1]),
                _ => ([3, 3, 2, 6], [1, 1, 1]),
            };
            assert_eq!((values.calls("db"), values.probes("db")), (calls, probes), "{step}");
            steps += 1;
        });
        assert_eq!(steps, 19);
    });
    for (from, to, times) in [
        (State::Closed, State::Open, 4),
        (State::Open, State::HalfOpen, 4),
        (State::HalfOpen, State::Open, 2),
        (State::HalfOpen, State::LockedOut, 1),
        (State::HalfOpen, State::SlowStart, 1),
        (State::SlowStart, State::Closed, 1),
        (State::Closed, State::ForcedOpen, 1),
        (State::ForcedOpen, State::ForcedClosed, 1),
        (State::ForcedClosed, State::Closed, 1),
        (State::Open, State::Closed, 1),
        (State::LockedOut, State::Closed, 1),
    ] {
        assert_eq!(values.transitions("db", from, to), Some(times), "{from} {to}");
    }
    // Twice 1.5 s, a quarter of a second by hand, and twice 1.5 s again; what is left over is not lost.
    assert_eq!(values.open_seconds("db"), 6);
    clock.advance_ticks(750);
    observer.refresh();
    assert_eq!(values.open_seconds("db"), 7);
}

#[test]
fn the_time_of_an_opening_under_way_is_told_by_a_refresh() {
    let (observer, clock, values) = counting();
    with_local_recorder(&values, || {
        let b = life::breaker("db", observer, clock);
        fail(&b);
        fail(&b);
        clock.advance(Duration::from_millis(900));
        observer.refresh();
        assert_eq!(values.open_seconds("db"), 0);
        clock.advance(Duration::from_millis(600));
        assert_eq!(values.open_seconds("db"), 0, "nobody asked");
        observer.refresh();
        observer.refresh();
        assert_eq!(values.open_seconds("db"), 1);
        clock.advance(Duration::from_millis(500));
        b.reset();
        assert_eq!(values.open_seconds("db"), 2, "a closing is told at once");
        clock.advance(Duration::from_secs(100));
        observer.refresh();
        assert_eq!(values.open_seconds("db"), 2);
    });
}

#[test]
fn ten_openings_of_a_tenth_of_a_second_are_a_second() {
    let (observer, clock, values) = counting();
    with_local_recorder(&values, || {
        let b = life::breaker("db", observer, clock);
        for _ in 0..10 {
            b.trip();
            clock.advance_ticks(100);
            b.reset();
            clock.advance_ticks(777);
        }
        assert_eq!(values.open_seconds("db"), 1);
        // Over the wrap of 32 bits.
        clock.set(u32::MAX - 999);
        b.trip();
        clock.advance_ticks(5_000);
        observer.refresh();
        assert_eq!(values.open_seconds("db"), 6);
    });
}

#[test]
fn one_that_starts_by_probing_was_open() {
    static RECOVERY: Recovery<Clock> = Recovery::new().start_by_probing();
    let (observer, clock, values) = counting();
    let config = leak(Config::new("db").recovery(&RECOVERY).observer(observer));
    let b = CircuitBreaker::try_new(config, clock).unwrap();
    with_local_recorder(&values, || assert!(b.call(|| Ok::<_, ()>(())).is_ok()));
    assert_eq!(values.states("db"), is_in(State::Closed));
    assert_eq!(values.transitions("db", State::Open, State::HalfOpen), Some(1));
    assert_eq!(values.probes("db"), [1, 0, 0]);
}

#[test]
fn calls_that_pass_since_it_only_observes_have_an_outcome_of_their_own() {
    let (observer, _, values) = counting();
    let passed = "mcb_calls_total{name=db,outcome=passed}";
    with_local_recorder(&values, || {
        observer.register("db", State::Closed);
        assert_eq!(values.counter(passed), None);
        observer.on_rejected("db", true);
        observer.on_rejected("db", true);
        observer.on_result("db", Verdict::Fatal, false);
    });
    assert_eq!((values.counter(passed), values.calls("db")), (Some(2), [0, 1, 0, 0]));
}

/// Two copies of one id at different places, as a literal and an interned text are.
#[test]
fn an_id_is_the_same_wherever_it_stands() {
    let (observer, _, values) = counting();
    let copies: [&'static str; 2] =
        [leak("db".to_owned()).as_str(), leak("db".to_owned()).as_str()];
    with_local_recorder(&values, || {
        for id in copies {
            observer.on_result(id, Verdict::Success, false);
        }
        // More ids than there are places.
        for number in 0..500 {
            let id = leak(format!("host-{number}")).as_str();
            observer.on_result(id, Verdict::Success, false);
            observer.on_result(id, Verdict::Success, false);
        }
    });
    assert_eq!((values.calls("db"), values.states("db")), ([2, 0, 0, 0], is_in(State::Closed)));
    assert!((0..500).all(|number| values.calls(&format!("host-{number}")) == [2, 0, 0, 0]));
}

/// Two threads that tell of two changes in the other order leave no state behind.
#[test]
fn the_order_in_which_threads_tell_does_not_matter() {
    let (observer, clock, values) = counting();
    let change = |from, to, reason| Transition::new("db", from, to, reason, 5);
    let failure = Reason::Failure(mcb::Cause::Error);
    with_local_recorder(&values, || {
        observer.on_transition(&change(State::Open, State::HalfOpen, Reason::Time));
        observer.on_transition(&change(State::Closed, State::Open, failure));
        assert_eq!(values.states("db"), is_in(State::HalfOpen));
        clock.advance_ticks(2_000);
        observer.on_transition(&change(State::Closed, State::Open, failure));
        observer.on_transition(&change(State::HalfOpen, State::Closed, Reason::Success));
        assert_eq!(values.states("db"), is_in(State::Open));
    });
}

#[test]
fn one_that_is_no_more_is_in_no_state_and_its_time_ends() {
    let (observer, clock, values) = counting();
    with_local_recorder(&values, || {
        let b = life::breaker("db", observer, clock);
        fail(&b);
        fail(&b);
        succeed(&b);
        clock.advance_ticks(3_000);
        observer.retire("db");
        observer.retire("of nobody");
        assert_eq!((values.states("db"), values.open_seconds("db")), (vec![], 3));
        assert_eq!(values.gauge("mcb_openings{name=db}"), 0);
        clock.advance_ticks(3_000);
        observer.refresh();
        assert_eq!((values.open_seconds("db"), values.calls("db")), (3, [0, 2, 0, 1]));
        // And again, after a further reload.
        observer.register("db", State::Open);
        clock.advance_ticks(1_000);
        observer.refresh();
        assert_eq!((values.states("db"), values.open_seconds("db")), (is_in(State::Open), 4));
    });
}

/// One for all breakers of a service, which stays over new settings.
#[cfg(feature = "server")]
#[test]
fn breakers_made_at_run_time_share_one() {
    use mcb::server::Breaker;
    let (observer, clock, values) = counting();
    with_local_recorder(&values, || {
        let config = |id, errors| Config::<Clock>::new(id).error_threshold(errors);
        let [db, cache] = ["db", "cache"].map(|id| {
            observer.register(id, State::Closed);
            Breaker::builder(config(id, 1), clock).observer(observer).build().unwrap()
        });
        assert!(db.call(|| Err::<(), _>("down")).is_err());
        assert!(cache.call(|| Ok::<_, &str>(())).is_ok());
        assert!(db.reconfigure(config("db", 9)).unwrap());
        assert_eq!(values.states("db"), is_in(db.state()));
        assert!(db.call(|| Ok::<_, &str>(())).is_err());
        clock.advance(Duration::from_secs(30));
        assert!(db.call(|| Ok::<_, &str>(())).is_ok());
        assert_eq!((values.states("db"), values.open_seconds("db")), (is_in(State::Closed), 30));
    });
    assert_eq!((values.calls("db"), values.calls("cache")), ([1, 1, 0, 1], [1, 0, 0, 0]));
}

/// Made before there is a recorder: nothing, and no panic.
#[test]
fn without_a_recorder_there_is_no_state() {
    let (observer, clock, values) = counting();
    live("db", observer, clock, |_, _| {});
    with_local_recorder(&values, || observer.refresh());
    assert!(values.gauges.lock().unwrap().is_empty());
}

#[test]
fn threads_count_each_call() {
    let values = Values::default();
    let observer = MetricsObserver::new();
    with_local_recorder(&values, || observer.register("db", State::Closed));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10_000 {
                    observer.on_result("db", Verdict::Success, true);
                    observer.on_rejected("db", false);
                }
            });
        }
    });
    assert_eq!((values.calls("db"), values.probes("db")), ([40_000, 0, 0, 40_000], [40_000, 0, 0]));
}

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every method hands its arguments on to `System`, whose contract is the same.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_call_allocates_nothing_after_the_first() {
    let (observer, clock, values) = counting();
    with_local_recorder(&values, || {
        let b = life::breaker("db", observer, clock);
        let before = ALLOCATIONS.get();
        succeed(&b);
        assert!(ALLOCATIONS.get() > before, "the first is counted, so the count works");
        let before = ALLOCATIONS.get();
        for _ in 0..1_000 {
            succeed(&b);
            drop(b.try_acquire().unwrap());
        }
        fail(&b);
        assert_eq!(ALLOCATIONS.get() - before, 0);
        fail(&b);
        let before = ALLOCATIONS.get();
        (0..1_000).for_each(|_| succeed(&b));
        assert_eq!(ALLOCATIONS.get() - before, 0, "nor does a rejection");
        assert_eq!(values.calls("db"), [1_001, 2, 1_000, 1_000]);
    });
}

/// Wide ticks, which the statistics keep in 56 bits.
#[test]
fn clocks_of_wide_ticks_count_seconds_too() {
    static NOW: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(u64::MAX - 5);
    let values = Values::default();
    let clock = FnClock::<u64, 1_000>::new(|| NOW.load(Relaxed));
    let observer = MetricsObserver::with_clock(clock);
    with_local_recorder(&values, || {
        observer.register("db", State::Open);
        NOW.store(4_000, Relaxed);
        observer.refresh();
    });
    assert_eq!(values.open_seconds("db"), 4);
}

#[test]
fn one_that_goes_on_after_its_end_is_in_one_state_again() {
    let (observer, clock, values) = counting();
    with_local_recorder(&values, || {
        let b = life::breaker("db", observer, clock);
        succeed(&b);
        observer.retire("db");
        fail(&b);
        fail(&b);
        assert_eq!(values.states("db"), is_in(State::Open));
        observer.retire("db");
        b.reset();
        assert_eq!((values.states("db"), values.open_seconds("db")), (is_in(State::Closed), 0));
    });
}
