//! What `TracingObserver` makes, by a subscriber of this test's own.
#![cfg(all(feature = "tracing", not(loom)))]

use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Write};
use std::sync::Once;

use life::{Clock, leak, live};
use mcb::observe::TracingObserver;
use mcb::{ManualClock, Observer};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber, dispatcher};

#[path = "support/life.rs"]
mod life;

/// What each thread, and so each test, lets through and has been told, after the name of the span that it is in.
struct Told;

thread_local! {
    static LEVEL: Cell<Option<Level>> = const { Cell::new(None) };
    static EVENTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static SPAN: Cell<&'static str> = const { Cell::new("") };
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}:{}", self.0);
        } else {
            write!(self.0, " {}={value:?}", field.name()).unwrap();
        }
    }
}

impl Subscriber for Told {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        LEVEL.get().is_some_and(|level| *metadata.level() <= level)
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        SPAN.set(attributes.metadata().name());
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        assert_eq!(event.metadata().target(), "mcb");
        let mut line = Line(String::new());
        event.record(&mut line);
        let line = format!("{}{} {}", SPAN.get(), event.metadata().level(), line.0);
        EVENTS.with_borrow_mut(|events| events.push(line));
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {
        SPAN.set("");
    }
}

fn listen(level: Option<Level>) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        dispatcher::set_global_default(dispatcher::Dispatch::new(Told)).unwrap();
    });
    LEVEL.set(level);
    EVENTS.take();
}

/// The events of each step.
fn life(level: Option<Level>) -> Vec<(String, Vec<String>)> {
    listen(level);
    let (observer, clock): (_, Clock) = (leak(TracingObserver::new()), leak(ManualClock::new()));
    let mut events = Vec::new();
    live("db", observer, clock, |step, _| events.push((step.to_owned(), EVENTS.take())));
    events
}

fn of<'a>(events: &'a [(String, Vec<String>)], step: &str) -> &'a [String] {
    &events.iter().find(|(name, _)| name == step).unwrap().1
}

#[test]
fn a_transition_is_an_event_with_the_fields_of_the_proposal() {
    let events = life(Some(Level::DEBUG));
    for (step, wanted) in [
        ("made", &[][..]),
        ("success", &[]),
        ("failure", &[]),
        (
            "opens",
            &[
                r#"WARN circuit opened: circuitbreaker.name="db" circuitbreaker.state="open" mcb.from="closed" mcb.reason="failure" mcb.cause="error" mcb.errors=2 mcb.rejected=0"#,
            ],
        ),
        (
            "five rejected",
            &[
                r#"DEBUG call rejected: circuitbreaker.name="db" mcb.rejected=1 mcb.passed=false"#,
                r#"DEBUG call rejected: circuitbreaker.name="db" mcb.rejected=2 mcb.passed=false"#,
                r#"DEBUG call rejected: circuitbreaker.name="db" mcb.rejected=4 mcb.passed=false"#,
            ],
        ),
        (
            "reopens",
            &[
                r#"DEBUG circuit half-open: circuitbreaker.name="db" circuitbreaker.state="half-open" mcb.from="open" mcb.reason="time" mcb.errors=2 mcb.rejected=5"#,
                r#"DEBUG probe ended: circuitbreaker.name="db" mcb.verdict="failure""#,
                r#"WARN circuit opened: circuitbreaker.name="db" circuitbreaker.state="open" mcb.from="half-open" mcb.reason="failure" mcb.cause="error" mcb.errors=3 mcb.rejected=0"#,
            ],
        ),
        (
            "probe succeeds",
            &[
                r#"DEBUG probe ended: circuitbreaker.name="db" mcb.verdict="success""#,
                r#"INFO circuit starts slowly: circuitbreaker.name="db" circuitbreaker.state="slow-start" mcb.from="half-open" mcb.reason="success" mcb.errors=0 mcb.rejected=0"#,
            ],
        ),
        (
            "closes",
            &[
                r#"INFO circuit closed: circuitbreaker.name="db" circuitbreaker.state="closed" mcb.from="slow-start" mcb.reason="time" mcb.errors=0 mcb.rejected=0"#,
            ],
        ),
        (
            "forced closed",
            &[
                r#"INFO circuit closed: circuitbreaker.name="db" circuitbreaker.state="forced-closed" mcb.from="forced-open" mcb.reason="by-hand" mcb.errors=0 mcb.rejected=1"#,
            ],
        ),
        (
            "restored",
            &[
                r#"WARN circuit opened: circuitbreaker.name="db" circuitbreaker.state="open" mcb.from="closed" mcb.reason="restored" mcb.errors=2 mcb.rejected=0"#,
            ],
        ),
    ] {
        assert_eq!(of(&events, step), wanted, "{step}");
    }
    assert_eq!(
        of(&events, "locked out").last().unwrap(),
        r#"ERROR circuit locked out: circuitbreaker.name="db" circuitbreaker.state="locked-out" mcb.from="half-open" mcb.reason="failure" mcb.cause="error" mcb.errors=4 mcb.rejected=0"#
    );
}

#[test]
fn what_is_let_through_says_how_much_is_made() {
    let count = |level| life(level).iter().map(|(_, events)| events.len()).sum::<usize>();
    let [off, error, warn, info] =
        [None, Some(Level::ERROR), Some(Level::WARN), Some(Level::INFO)].map(count);
    assert_eq!((off, error, warn, info), (0, 1, 8, 14));
    let calls = life(Some(Level::TRACE));
    let success = r#"TRACE call ended: circuitbreaker.name="db" mcb.verdict="success""#;
    assert_eq!(of(&calls, "success"), [success]);
    assert_eq!(of(&calls, "five rejected").len(), 5);
}

#[test]
fn a_storm_of_rejections_is_few_events() {
    listen(Some(Level::DEBUG));
    let observer = TracingObserver::new();
    for _ in 0..1_000_000 {
        observer.on_rejected("db", false);
    }
    assert_eq!(EVENTS.take().len(), 20);
}

#[test]
fn an_event_lies_in_the_span_of_its_call() {
    listen(Some(Level::DEBUG));
    let (observer, clock): (_, Clock) = (leak(TracingObserver::new()), leak(ManualClock::new()));
    let b = life::breaker("db", observer, clock);
    life::fail(&b);
    tracing::info_span!("query ").in_scope(|| life::fail(&b));
    life::succeed(&b);
    let events = EVENTS.take();
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(events[0].starts_with("query WARN circuit opened"), "{events:?}");
    assert!(events[1].starts_with("DEBUG call rejected"), "{events:?}");
}
