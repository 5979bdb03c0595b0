//! Settings that change while the breaker is in hands: what a kept reference is of, who is told, and what counts as a
//! change.
#![cfg(all(feature = "server", not(loom)))]

use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mcb::server::{Breaker, Breakers, CallAsync, KeyedBreakers, OwnedPermit};
use mcb::{Config, EveryError, ManualClock, Observer, Recovery, State, Transition, View};

fn config(threshold: u16) -> Config<mcb::StdClock> {
    Config::new("db").error_threshold(threshold).recovery_timeout(Duration::from_secs(30))
}

#[test]
fn a_reference_is_of_the_breaker_and_not_of_its_settings() {
    let db = Breaker::new(config(5)).unwrap();
    let circuit = db.circuit();
    let view = [circuit as &(dyn mcb::Circuit + Sync)];
    let view = View::new(&view);
    assert!(db.reconfigure(config(1)).unwrap());
    assert!(db.call(|| Err::<(), _>(7)).is_err());
    assert_eq!((circuit.state(), circuit.error_count()), (State::Open, 1));
    assert_eq!(view.open_circuits().count(), 1);
    circuit.force_closed();
    assert_eq!(db.state(), State::ForcedClosed);
}

#[test]
fn who_is_told_is_not_told_of_a_state_that_only_goes_on() {
    static TOLD: AtomicU32 = AtomicU32::new(0);
    struct Count;
    impl Observer for Count {
        fn on_transition(&self, _: &Transition) {
            TOLD.fetch_add(1, SeqCst);
        }
    }
    let db = Breaker::builder(config(5).hooks(&Count), mcb::StdClock).observer(Count).build();
    let db = db.unwrap();
    db.trip();
    assert_eq!(TOLD.swap(0, SeqCst), 2);
    assert!(db.reconfigure(config(6)).unwrap());
    assert_eq!((db.state(), TOLD.load(SeqCst)), (State::Open, 0));
}

#[test]
fn another_seed_is_another_setting() {
    let seeded = |seed| config(5).with_recovery(Recovery::new().jitter(20).seed(seed));
    let db = Breaker::new(seeded(1)).unwrap();
    assert!(db.reconfigure(seeded(2)).unwrap());
    assert!(!db.reconfigure(seeded(2)).unwrap());
}

#[test]
fn what_unwinds_leaves_handles_that_can_be_used() {
    fn safe<T: UnwindSafe + RefUnwindSafe>() {}
    safe::<(Breaker, Breakers, OwnedPermit, CallAsync<std::future::Ready<Result<(), ()>>>)>();
    safe::<KeyedBreakers>();
    let db = Breaker::new(config(1)).unwrap();
    assert!(catch_unwind(|| db.call(|| -> Result<(), ()> { panic!("of the call") })).is_err());
    assert_eq!(db.state(), State::Open);
}

type Act = Arc<Mutex<Option<Box<dyn FnOnce() + Send>>>>;

/// Does something the next time that it is read.
#[derive(Clone)]
struct Acting(Arc<ManualClock>, Act);

impl mcb::Clock for Acting {
    type Ticks = u32;
    const HZ: u32 = 1_000;

    fn now(&self) -> u32 {
        let act = self.1.lock().unwrap().take();
        if let Some(act) = act {
            act();
        }
        self.0.now()
    }
}

/// What happens to the breaker while it is handed over.
fn meanwhile(
    act: impl FnOnce(&Breaker<EveryError, Acting>, &ManualClock) + Send + 'static,
) -> (Breaker<EveryError, Acting>, Vec<String>) {
    struct Log(Arc<Mutex<Vec<String>>>);
    impl Observer for Log {
        fn on_transition(&self, change: &Transition) {
            self.0.lock().unwrap().push(format!("{}-{}", change.from, change.to));
        }
    }
    let (time, next) = (Arc::<ManualClock>::default(), Act::default());
    let told = Arc::<Mutex<Vec<String>>>::default();
    let config = |threshold| {
        Config::new("db").error_threshold(threshold).recovery_timeout(Duration::from_secs(30))
    };
    let db = Breaker::builder(config(1), Acting(Arc::clone(&time), Arc::clone(&next)))
        .observer(Log(Arc::clone(&told)))
        .build()
        .unwrap();
    db.trip();
    time.advance(Duration::from_secs(29));
    told.lock().unwrap().clear();
    let handle = db.clone();
    // The clock is read by the old breaker, for what is written down, and then by the new one.
    let then = Arc::clone(&next);
    *next.lock().unwrap() = Some(Box::new(move || {
        *then.lock().unwrap() = Some(Box::new(move || act(&handle, &time)));
    }));
    assert!(db.reconfigure(config(2)).unwrap());
    assert!(next.lock().unwrap().is_none(), "has acted");
    let told = std::mem::take(&mut *told.lock().unwrap());
    (db, told)
}

#[test]
fn what_happens_while_it_is_handed_over_is_handed_over_and_told_once() {
    let (db, told) = meanwhile(|db, _| db.reset());
    assert_eq!(db.state(), State::Closed);
    assert_eq!(told, ["open-closed"]);
}

#[test]
fn another_opening_while_it_is_handed_over_lasts_its_own_time() {
    let (db, _) = meanwhile(|db, _| {
        db.reset();
        db.trip();
    });
    let left = db.retry_after().unwrap().as_duration();
    assert!(left > Duration::from_secs(29), "{left:?}");
}

#[test]
fn a_clock_that_unwinds_keeps_no_slot_of_a_probe() {
    for readings in 0..4 {
        let (time, next) = (Arc::<ManualClock>::default(), Act::default());
        let config = Config::new("db").slow_call(Duration::from_secs(10));
        let clock = Acting(Arc::clone(&time), Arc::clone(&next));
        let db = Breaker::builder(config, clock).build().unwrap();
        db.trip();
        time.advance(Duration::from_secs(31));
        *next.lock().unwrap() = Some(unwinding(Arc::clone(&next), readings));
        let permit = catch_unwind(AssertUnwindSafe(|| db.try_acquire_owned()));
        next.lock().unwrap().take();
        drop(permit);
        assert!(db.try_acquire_owned().is_ok(), "at reading {readings}");
    }
}

/// After so many readings.
fn unwinding(next: Act, readings: u32) -> Box<dyn FnOnce() + Send> {
    Box::new(move || {
        assert!(readings > 0, "of the clock");
        let then = unwinding(Arc::clone(&next), readings - 1);
        *next.lock().unwrap() = Some(then);
    })
}

#[cfg(feature = "settings")]
#[test]
fn an_observer_that_ends_with_its_breaker_may_reload() {
    use mcb::settings::Settings;
    use std::sync::OnceLock;

    static BREAKERS: Breakers = Breakers::new();
    static DONE: OnceLock<usize> = OnceLock::new();
    struct Last;
    impl Observer for Last {}
    impl Drop for Last {
        fn drop(&mut self) {
            let done = BREAKERS.reload(&Settings::default(), Breaker::new);
            let _ = DONE.set(done.unwrap().removed.len());
        }
    }
    let settings: Settings = toml::from_str("[circuits.gone]").unwrap();
    let make = |config| Breaker::builder(config, mcb::StdClock).observer(Last).build();
    BREAKERS.reload(&settings, make).unwrap();
    BREAKERS.reload(&Settings::default(), make).unwrap();
    assert_eq!(DONE.get(), Some(&0));
}
