//! Which results count, and who is shown the one that opened it.

use core::fmt::Debug;
use core::future::Future;
use core::pin::pin;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use mcb::{
    Cause, CircuitBreaker, Config, Consecutive, Detect, Error, EveryError, Hooks, Lists,
    ManualClock, Reporting, Rules, State, Transition, Verdict, Wrap,
};

use super::{Breaker, fails};

fn even(code: &u8) -> bool {
    code & 1 == 0
}
fn large(code: &u8) -> bool {
    *code >= 100
}

#[test]
fn the_whitelist_wins_and_an_empty_blacklist_means_all() {
    use Verdict::{Failure, Ignore, Success};

    fn verdicts(rules: &impl Rules<u8, u8>) -> [Verdict; 5] {
        [Ok(200), Err(1), Err(2), Err(101), Err(102)].map(|result| rules.judge(&result))
    }
    let none = Lists::<u8, 0, 0>::default();
    assert_eq!(verdicts(&none), [Success, Failure, Failure, Failure, Failure]);
    let black = Lists::new().blacklist([even]);
    assert_eq!(verdicts(&black), [Success, Ignore, Failure, Ignore, Failure]);
    let white = Lists::new().whitelist([large]);
    assert_eq!(verdicts(&white), [Success, Failure, Failure, Ignore, Ignore]);
    let both = black.whitelist([large]);
    assert_eq!(verdicts(&both), [Success, Ignore, Failure, Ignore, Ignore]);
    assert_eq!(verdicts(&both.detect_error(large)), [Failure, Ignore, Failure, Ignore, Ignore]);
    assert_eq!(verdicts(&EveryError.detect_error(even))[..2], [Failure, Failure]);
    assert_eq!(EveryError.detect_error(even).judge(&Ok::<_, u8>(1)), Success);
    assert_eq!(EveryError.judge(&Ok::<_, u8>(1)), Success);
}

#[cfg(feature = "std")]
#[test]
fn kinds_of_io_errors_are_listed_like_predicates() {
    use std::io::{
        self,
        ErrorKind::{NotFound, TimedOut, WouldBlock},
    };

    let rules = mcb::Kinds::new().blacklist([TimedOut, WouldBlock]).whitelist([WouldBlock]);
    let verdict = |kind| Rules::<u8, io::Error>::judge(&rules, &Err(io::Error::from(kind)));
    assert_eq!([TimedOut, WouldBlock, NotFound].map(verdict), {
        [Verdict::Failure, Verdict::Ignore, Verdict::Ignore]
    });
    assert_eq!(rules.detect_error(large).judge(&Ok::<_, io::Error>(100)), Verdict::Failure);
}

/// Rules that are told of openings: the id, and the value.
#[derive(Clone, Copy)]
struct Told(&'static Mutex<Vec<String>>, &'static str);

impl<T: Debug, E: Debug> Rules<T, E> for Told {
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        EveryError.judge(result)
    }
    fn opened_by(&self, id: &'static str, result: &Result<T, E>) {
        self.0.lock().unwrap().push(format!("{} {id} {result:?}", self.1));
    }
}

fn take(told: &Mutex<Vec<String>>) -> Vec<String> {
    core::mem::take(&mut told.lock().unwrap())
}

type Report = fn(&'static str, &Result<u8, u8>);

#[test]
fn rules_are_shown_the_result_that_opened_it_and_of_a_report_nothing() {
    static SEEN: AtomicU32 = AtomicU32::new(0);
    fn show(id: &'static str, result: &Result<u8, u8>) {
        assert_eq!((id, B.state()), ("b", State::Open));
        SEEN.store(result.map_or_else(u32::from, |_| 1), Relaxed);
    }
    static CLOCK: ManualClock = ManualClock::new();
    static B: Breaker<Consecutive, Reporting<Report>> = Breaker::new(
        &Config::new("b").error_threshold(2).rules(EveryError.reporting(show as Report)),
        &CLOCK,
    );
    fails(&B);
    assert_eq!(SEEN.load(Relaxed), 0, "it counts, and does not open");
    assert_eq!(B.call(|| Err::<u8, _>(42)), Err(Error::Inner(42)));
    assert_eq!(SEEN.swap(0, Relaxed), 42);
    assert!(B.call(|| Err::<u8, _>(43)).unwrap_err().is_rejected());
    B.reset();
    (0..2).for_each(|_| B.try_acquire().unwrap().failure());
    assert_eq!((B.state(), SEEN.load(Relaxed)), (State::Open, 0));
    // A failing probe opens it again, and the result is that of the probe.
    CLOCK.advance_ticks(30_000);
    fails(&B);
    assert_eq!(SEEN.load(Relaxed), 7);
}

#[test]
fn each_form_of_a_call_shows_its_result() {
    static CLOCK: ManualClock = ManualClock::new();
    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static CONFIG: Config<super::Clock, Consecutive, Told> =
        Config::new("b").error_threshold(1).rules(Told(&TOLD, "rules"));
    fn ready<F: Future>(future: F) -> F::Output {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it waits for nothing"),
        }
    }
    let mut b = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap();
    let _ = b.call(|| Err::<(), _>(1));
    b.reset();
    let _ = b.call_mut(|| Err::<(), _>(2));
    b.reset();
    let _ = b.call_on(&mut (), |()| (), |()| Err::<(), _>(3));
    b.reset();
    let _ = b.wrap(|code: u8| Err::<(), _>(code))(4);
    b.reset();
    let _ = ready(b.call_async(async { Err::<(), _>(5) }));
    b.reset();
    let on = async |(): &mut ()| Err::<(), _>(6);
    let _ = ready(b.call_async_on(&mut (), async |(): &mut ()| (), on));
    b.reset();
    // What opens it without a result has none to show.
    let panics = || catch_unwind(AssertUnwindSafe(|| b.call(|| -> Result<u8, u8> { panic!("x") })));
    assert!(panics().is_err());
    CLOCK.advance_ticks(30_000);
    let in_vain = b.call_on(&mut (), |()| false, |()| Ok::<_, ()>(()));
    assert!(in_vain.unwrap_err().is_rejected());
    assert_eq!((b.state(), b.error_count()), (State::Open, 2));
    let told: Vec<_> = (1..=6).map(|code| format!("rules b Err({code})")).collect();
    assert_eq!(take(&TOLD), told);
}

#[test]
fn what_is_put_around_rules_passes_everything_on() {
    static CLOCK: ManualClock = ManualClock::new();
    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    fn outer(id: &'static str, result: &Result<u8, u8>) {
        TOLD.lock().unwrap().push(format!("report {id} {result:?}"));
    }
    type Around = Reporting<Report, Detect<u8, Told>>;
    static B: Breaker<Consecutive, Around> = Breaker::new(
        &Config::new("b")
            .error_threshold(1)
            .rules(Detect::new(Told(&TOLD, "rules"), large).reporting(outer as Report)),
        &CLOCK,
    );
    fails(&B);
    assert_eq!(take(&TOLD), ["rules b Err(7)", "report b Err(7)"]);
    B.reset();
    assert_eq!(B.call(|| Ok::<_, u8>(200)), Ok(200));
    assert_eq!(B.state(), State::Open);
    assert_eq!(take(&TOLD), ["rules b Ok(200)", "report b Ok(200)"]);
    B.reset();
    assert_eq!(B.call(|| Ok::<_, u8>(1)), Ok(1));
    assert_eq!(B.state(), State::Closed);
    // The plain ones say nothing.
    Rules::<u8, u8>::opened_by(&EveryError, "b", &Err(7));
    Rules::<u8, u8>::opened_by(&Lists::new().blacklist([even]), "b", &Err(7));
    assert!(take(&TOLD).is_empty());
    assert_eq!(format!("{:?}", EveryError.reporting(())), "Reporting { rules: EveryError, .. }");
}

#[test]
fn every_ready_made_rule_can_report() {
    use Verdict::{Failure, Ignore, Success};

    fn nothing(_: &'static str, _: &Result<u8, u8>) {}
    let report = nothing as Report;
    let verdicts = [
        EveryError.reporting(report).judge(&Err(2)),
        Lists::new().whitelist([even]).reporting(report).judge(&Err(2)),
        Lists::new().whitelist([even]).reporting(report).judge(&Err(3)),
        EveryError.detect_error(even).reporting(report).judge(&Ok(2)),
        Reporting::new(EveryError, report).judge(&Ok(2)),
    ];
    assert_eq!(verdicts, [Failure, Ignore, Failure, Failure, Success]);
}

/// The rules are shown it after the observer was told, with the state settled.
#[test]
fn the_observer_comes_first() {
    static CLOCK: ManualClock = ManualClock::new();
    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    fn opened(opening: &Transition, cause: Cause) {
        TOLD.lock().unwrap().push(format!("hook {} {cause}", opening.id));
    }
    static B: Breaker<Consecutive, Told> = Breaker::new(
        &Config::new("b")
            .error_threshold(1)
            .rules(Told(&TOLD, "rules"))
            .hooks(&Hooks::new().on_open(opened)),
        &CLOCK,
    );
    fails(&B);
    assert_eq!(take(&TOLD), ["hook b error", "rules b Err(7)"]);
}
