//! What `LogObserver` writes, by a logger of this test's own.
#![cfg(all(feature = "log", not(loom)))]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Once;

use life::{Clock, leak, live};
use log::{LevelFilter, Log, Metadata, Record};
use mcb::observe::LogObserver;
use mcb::{ManualClock, Observer, Reason, State, Transition};

#[path = "support/life.rs"]
mod life;

/// What each thread, and so each test, lets through and has written.
struct Logger;

thread_local! {
    static LEVEL: Cell<LevelFilter> = const { Cell::new(LevelFilter::Off) };
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= LEVEL.get()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            assert_eq!(record.target(), "mcb");
            let line = format!("{} {}", record.level(), record.args());
            LINES.with_borrow_mut(|lines| lines.push(line));
        }
    }

    fn flush(&self) {}
}

fn listen(level: LevelFilter) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        log::set_logger(&Logger).unwrap();
        log::set_max_level(LevelFilter::Trace);
    });
    LEVEL.set(level);
    LINES.take();
}

/// The lines of each step.
fn life(level: LevelFilter) -> BTreeMap<String, Vec<String>> {
    listen(level);
    let (observer, clock): (_, Clock) = (leak(LogObserver::new()), leak(ManualClock::new()));
    let mut lines = BTreeMap::new();
    live("db", observer, clock, |step, _| {
        lines.insert(step.to_owned(), LINES.take());
    });
    lines
}

#[test]
fn a_transition_is_a_line_at_a_level_that_fits() {
    let lines = life(LevelFilter::Debug);
    for (step, wanted) in [
        ("made", &[][..]),
        ("success", &[]),
        ("ignored", &[]),
        ("failure", &[]),
        ("opens", &["WARN circuit db: closed -> open, 2 errors"]),
        (
            "five rejected",
            &[
                "DEBUG circuit db: rejected, 1 so far",
                "DEBUG circuit db: rejected, 2 so far",
                "DEBUG circuit db: rejected, 4 so far",
            ],
        ),
        (
            "reopens",
            &[
                "DEBUG circuit db: 5 calls were rejected",
                "DEBUG circuit db: open -> half-open, 2 errors",
                "DEBUG circuit db: probe: failure",
                "WARN circuit db: half-open -> open, 3 errors",
            ],
        ),
        (
            "probe ignored",
            &["DEBUG circuit db: open -> half-open, 3 errors", "DEBUG circuit db: probe: ignored"],
        ),
        (
            "probe succeeds",
            &[
                "DEBUG circuit db: probe: success",
                "INFO circuit db: half-open -> slow-start, 0 errors",
            ],
        ),
        ("closes", &["INFO circuit db: slow-start -> closed, 0 errors"]),
        ("forced open", &["WARN circuit db: closed -> forced-open, 0 errors"]),
        ("rejected by hand", &["DEBUG circuit db: rejected, 1 so far"]),
        (
            "forced closed",
            &[
                "DEBUG circuit db: 1 calls were rejected",
                "INFO circuit db: forced-open -> forced-closed, 0 errors",
            ],
        ),
        ("reset", &["INFO circuit db: forced-closed -> closed, 0 errors"]),
        ("tripped", &["WARN circuit db: closed -> open, 2 errors"]),
        ("reset again", &["INFO circuit db: open -> closed, 0 errors"]),
        ("reset at last", &["INFO circuit db: locked-out -> closed, 0 errors"]),
        ("restored", &["WARN circuit db: closed -> open, 2 errors"]),
    ] {
        assert_eq!(lines[step], wanted, "{step}");
    }
    let last = lines["locked out"].last().unwrap();
    assert_eq!(last, "ERROR circuit db: half-open -> locked-out, 4 errors");
}

#[test]
fn what_is_let_through_says_how_much_is_written() {
    let count = |level| life(level).values().map(Vec::len).sum::<usize>();
    let [error, warn, info] = [LevelFilter::Error, LevelFilter::Warn, LevelFilter::Info].map(count);
    assert_eq!((count(LevelFilter::Off), error, warn, info), (0, 1, 8, 14));
    // All that trace adds: five plain results that count, and two rejections.
    let calls = life(LevelFilter::Trace);
    assert_eq!(calls["success"], ["TRACE circuit db: success"]);
    assert_eq!(calls["ignored"], ["TRACE circuit db: ignored"]);
    assert_eq!(calls["failure"], ["TRACE circuit db: failure"]);
    assert_eq!(calls["five rejected"][2], "TRACE circuit db: rejected, 3 so far");
}

#[test]
fn a_storm_of_rejections_is_few_lines() {
    listen(LevelFilter::Debug);
    let observer = LogObserver::new();
    for _ in 0..1_000_000 {
        observer.on_rejected("db", false);
    }
    assert_eq!(LINES.take().len(), 20);
    for _ in 0..3 {
        observer.on_rejected("db", true);
    }
    let passed = ["DEBUG circuit db: would be rejected, 1 so far"; 1];
    assert_eq!(LINES.take()[..1], passed);
    let probe = Transition::new("db", State::Open, State::HalfOpen, Reason::Time, 5);
    observer.on_transition(&probe);
    observer.on_transition(&probe);
    assert_eq!(
        LINES.take(),
        [
            "DEBUG circuit db: 1000000 calls were rejected",
            "DEBUG circuit db: 3 calls would have been rejected",
            "DEBUG circuit db: open -> half-open, 5 errors",
            "DEBUG circuit db: open -> half-open, 5 errors",
        ]
    );
}
