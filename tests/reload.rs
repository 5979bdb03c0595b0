//! A registry that follows settings: what stays, what comes, what goes, and what a bad file changes, which is nothing.
#![cfg(all(feature = "server", feature = "settings", not(loom)))]

use std::cell::Cell;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mcb::server::{Breaker, Breakers, Reloaded};
use mcb::settings::Settings;
use mcb::{Config, EveryError, ManualClock, State};

type Clock = Arc<ManualClock>;

fn read(text: &str) -> Settings {
    toml::from_str(text).unwrap()
}

struct Server {
    breakers: Breakers<Clock>,
    clock: Clock,
    made: Cell<u32>,
}

impl Server {
    fn new() -> Self {
        Server { breakers: Breakers::new(), clock: Clock::default(), made: Cell::new(0) }
    }

    fn reload(&self, text: &str) -> Result<Reloaded, mcb::settings::SettingsError> {
        self.breakers.reload(&read(text), |config| {
            self.made.set(self.made.get() + 1);
            Breaker::builder(config, Arc::clone(&self.clock)).build()
        })
    }

    fn get(&self, id: &str) -> Breaker<EveryError, Clock> {
        self.breakers.get(id).unwrap()
    }

    fn ids(&self) -> Vec<&'static str> {
        self.breakers.list().iter().map(|breaker| breaker.id()).collect()
    }
}

#[test]
fn state_level_and_time_left_stay_for_every_breaker_that_does() {
    let server = Server::new();
    let first = "
        [defaults]
        recovery_timeout = '10s'
        recovery = { doubling = '10m', reset_time = '1h' }
        [circuits.db]
        [circuits.mail]
        [circuits.search]
    ";
    assert_eq!(server.reload(first).unwrap().added, ["db", "mail", "search"]);
    let (db, mail) = (server.get("db"), server.get("mail"));
    db.trip();
    server.clock.advance(Duration::from_secs(10));
    assert!(db.call(|| Err::<(), _>(7)).is_err()); // the probe: the second opening in a row
    mail.force_open();
    server.clock.advance(Duration::from_secs(5));
    let left = db.retry_after().unwrap().as_millis();

    let done = server.reload(&first.replace("'10s'", "'1m'")).unwrap();
    assert_eq!(done.changed, ["db", "mail", "search"]);
    assert_eq!(done.to_string(), "0 added, 0 removed, 3 changed (db, mail, search), 0 unchanged");
    assert_eq!((db.state(), db.openings(), mail.state()), (State::Open, 2, State::ForcedOpen));
    let now = db.retry_after().unwrap().as_millis();
    assert!((left..left + 100).contains(&now), "{left} and then {now}");
    assert!(server.get("db").is_same(&db));
    assert_eq!(server.made.get(), 3);
}

#[test]
fn what_is_the_same_goes_on_counting() {
    let server = Server::new();
    server.reload("[circuits.db]\n[circuits.mail]").unwrap();
    let db = server.get("db");
    assert!(db.call(|| Err::<(), _>(7)).is_err());
    let done =
        server.reload("[circuits.mail]\nmax_probes = 2\n[circuits.db]\n[circuits.new]").unwrap();
    assert_eq!(done.to_string(), "1 added (new), 0 removed, 1 changed (mail), 1 unchanged");
    assert_eq!((done.unchanged, db.error_count()), (vec!["db"], 1));
}

#[test]
fn a_bad_file_changes_nothing_at_all() {
    let server = Server::new();
    server.reload("[circuits.db]\n[circuits.mail]").unwrap();
    let db = server.get("db");
    assert!(db.call(|| Err::<(), _>(7)).is_err());
    let bad = "
        [circuits.db]
        error_threshold = 1
        [circuits.new]
        [circuits.search]
        probe_timeout = '0s'
    ";
    let error = server.reload(bad).unwrap_err();
    let told = "circuit search: probe_timeout is 0s, must be 1ms to 24days 20h 31m 23s 648ms";
    assert_eq!(error.to_string(), told);
    assert_eq!((server.ids(), server.made.get()), (vec!["db", "mail"], 2));
    assert!(db.call(|| Err::<(), _>(7)).is_err());
    assert_eq!((db.state(), db.error_count()), (State::Closed, 2));
    // Nor does one that whoever makes them refuses.
    let made = |config: Config<Clock, _>| {
        Breaker::builder(config.max_probes(99), Clock::default()).build()
    };
    let settings = read("[circuits.db]\nerror_threshold = 1\n[circuits.new]");
    let error = server.breakers.reload(&settings, made).unwrap_err();
    assert_eq!(
        error.to_string(),
        "circuit new is refused: circuit new: max_probes is 99, must be 1 to 15"
    );
    assert_eq!((server.ids(), db.error_count()), (vec!["db", "mail"], 2));
}

#[test]
fn what_goes_is_what_came_with_settings_and_its_handles_go_on() {
    let server = Server::new();
    let by_hand = |id| Breaker::builder(Config::new(id), Clock::default()).build().unwrap();
    let (own, adopted) = (by_hand("own"), by_hand("adopted"));
    server.breakers.register(&own).unwrap();
    server.breakers.register(&adopted).unwrap();
    server.reload("[circuits.db]\n[circuits.adopted]\nerror_threshold = 1").unwrap();
    assert!(adopted.call(|| Err::<(), _>(7)).is_err());
    assert_eq!(adopted.state(), State::Open);
    let db = server.get("db");
    let done = server.reload("[circuits]").unwrap();
    assert_eq!(done.to_string(), "0 added, 2 removed (db, adopted), 0 changed, 0 unchanged");
    assert_eq!(server.ids(), ["own"]);
    assert!(db.call(|| Ok::<_, ()>(7)).is_ok());
    // One that comes again begins anew.
    db.force_open();
    assert_eq!(server.reload("[circuits.db]").unwrap().added, ["db"]);
    assert_eq!(server.get("db").state(), State::Closed);
}

#[test]
fn reloads_at_once_come_one_after_the_other() {
    let breakers = Breakers::<Clock>::new();
    thread::scope(|scope| {
        for worker in 0..8 {
            let breakers = &breakers;
            scope.spawn(move || {
                for round in 0..40 {
                    let odd = (worker + round) % 2 == 1;
                    let text = if odd {
                        "[circuits.a]\n[circuits.b]"
                    } else {
                        "[circuits.b]\n[circuits.c]"
                    };
                    let make = |config| Breaker::builder(config, Clock::default()).build();
                    let done = breakers.reload(&read(text), make).unwrap();
                    assert_eq!(done.added.len() + done.changed.len() + done.unchanged.len(), 2);
                }
            });
        }
    });
    let ids: Vec<_> = breakers.list().iter().map(|breaker| breaker.id()).collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
}
