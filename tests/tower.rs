//! The layer and the service for tower: readiness, clones, admission, verdicts, and a breaker by request.
#![cfg(all(feature = "tower", not(loom)))]

use std::cell::RefCell;
use std::future::{Future, Ready, ready};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mcb::server::Breaker;
use mcb::server::tower::{BreakerLayer, BreakerService};
use mcb::{Config, EveryError, ManualClock, State, Verdict};
use tower_layer::Layer;
use tower_service::Service;

type Clock = Arc<ManualClock>;
type Guard = Breaker<EveryError, Clock>;

/// A service that answers with the request, or fails with it, and must be ready before it is called.
#[derive(Debug, Default)]
struct Upstream {
    asked: Rc<RefCell<Vec<&'static str>>>,
    is_ready: bool,
    readiness: Rc<RefCell<Option<Result<(), &'static str>>>>,
}

/// As that of a service that holds a permit for one call: the clone has none.
impl Clone for Upstream {
    fn clone(&self) -> Self {
        Upstream {
            asked: Rc::clone(&self.asked),
            is_ready: false,
            readiness: Rc::clone(&self.readiness),
        }
    }
}

impl Upstream {
    fn ready() -> Self {
        let upstream = Upstream::default();
        *upstream.readiness.borrow_mut() = Some(Ok(()));
        upstream
    }
}

impl Service<Result<u16, &'static str>> for Upstream {
    type Response = u16;
    type Error = &'static str;
    type Future = Ready<Result<u16, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.asked.borrow_mut().push("readiness");
        match *self.readiness.borrow() {
            Some(ready) => {
                self.is_ready = ready.is_ok();
                Poll::Ready(ready)
            }
            None => Poll::Pending,
        }
    }

    fn call(&mut self, request: Result<u16, &'static str>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "called before it was ready");
        self.asked.borrow_mut().push("call");
        assert_ne!(request, Err("panic"), "on purpose");
        ready(request)
    }
}

fn guard(clock: &Clock) -> Guard {
    let config =
        Config::new("upstream").error_threshold(1).recovery_timeout(Duration::from_secs(30));
    Breaker::builder(config, Arc::clone(clock)).build().unwrap()
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn readiness<P>(
    service: &mut BreakerService<Upstream, P>,
) -> Poll<Result<(), mcb::Error<&'static str>>>
where
    BreakerService<Upstream, P>:
        Service<Result<u16, &'static str>, Error = mcb::Error<&'static str>>,
{
    service.poll_ready(&mut Context::from_waker(Waker::noop()))
}

fn ask(
    service: &mut BreakerService<Upstream, Guard>,
    request: Result<u16, &'static str>,
) -> Result<u16, mcb::Error<&'static str>> {
    assert_eq!(readiness(service), Poll::Ready(Ok(())));
    match poll(pin!(service.call(request))) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it is ready at once"),
    }
}

#[test]
fn results_pass_and_are_judged_and_a_rejection_says_when_to_come_again() {
    let clock = Clock::default();
    let breaker = guard(&clock);
    let upstream = Upstream::ready();
    let mut service = BreakerLayer::new(breaker.clone()).layer(upstream.clone());
    assert_eq!(ask(&mut service, Ok(200)), Ok(200));
    assert_eq!(ask(&mut service, Err("reset")), Err(mcb::Error::Inner("reset")));
    assert_eq!(breaker.state(), State::Open);
    upstream.asked.borrow_mut().clear();
    let error = ask(&mut service, Ok(200)).unwrap_err();
    assert_eq!(error.to_string(), "circuit upstream is open, retry in 30 s (1 error)");
    assert!(upstream.asked.borrow().is_empty());
    clock.advance(Duration::from_secs(30));
    assert_eq!(ask(&mut service, Ok(200)), Ok(200));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn rules_see_responses() {
    let clock = Clock::default();
    let breaker = guard(&clock);
    let rules = EveryError.detect_error(|status: &u16| *status >= 500);
    let mut service = BreakerLayer::new(breaker.with_rules(rules)).layer(Upstream::ready());
    assert_eq!(readiness(&mut service), Poll::Ready(Ok(())));
    assert_eq!(poll(pin!(service.call(Ok(503)))), Poll::Ready(Ok(503)));
    assert_eq!(breaker.state(), State::Open);
}

/// An upstream that waits for a connection must not hold up who could be told at once; and it is not called unready.
#[test]
fn while_it_rejects_it_is_ready_without_the_service_inside() {
    let clock = Clock::default();
    let breaker = guard(&clock);
    let upstream = Upstream::default();
    let mut service = BreakerLayer::new(breaker.clone()).layer(upstream.clone());
    assert_eq!(readiness(&mut service), Poll::Pending);
    breaker.trip();
    assert!(ask(&mut service, Ok(200)).unwrap_err().is_rejected());
    assert_eq!(*upstream.asked.borrow(), ["readiness"]);
    // Its time is over between the two: the service inside was not asked, so this call cannot be the probe.
    assert_eq!(readiness(&mut service), Poll::Ready(Ok(())));
    clock.advance(Duration::from_secs(30));
    let late = poll(pin!(service.call(Ok(200))));
    assert!(matches!(late, Poll::Ready(Err(error)) if error.is_rejected()));
    // The next one is.
    assert_eq!(readiness(&mut service), Poll::Pending);
    *upstream.readiness.borrow_mut() = Some(Ok(()));
    assert_eq!(ask(&mut service, Ok(200)), Ok(200));
    assert_eq!(breaker.state(), State::Closed);
}

/// And the other way: what opens between the two rejects, though the service inside is ready.
#[test]
fn admission_is_asked_for_by_the_call() {
    let clock = Clock::default();
    let breaker = guard(&clock);
    let upstream = Upstream::ready();
    let mut service = BreakerLayer::new(breaker.clone()).layer(upstream.clone());
    assert_eq!(readiness(&mut service), Poll::Ready(Ok(())));
    breaker.trip();
    assert!(
        matches!(poll(pin!(service.call(Ok(200)))), Poll::Ready(Err(error)) if error.is_rejected())
    );
    assert_eq!(*upstream.asked.borrow(), ["readiness"]);
    // Held from the call on: a probe that is not polled yet keeps its slot, and gives it back when it is dropped.
    clock.advance(Duration::from_secs(30));
    assert_eq!(readiness(&mut service), Poll::Ready(Ok(())));
    let probe = service.call(Ok(200));
    assert!(breaker.try_acquire_owned().is_err());
    drop(probe);
    assert!(breaker.try_acquire_owned().unwrap().is_probe());
}

#[test]
fn an_error_of_readiness_is_judged() {
    let clock = Clock::default();
    let breaker = guard(&clock);
    let upstream = Upstream::default();
    *upstream.readiness.borrow_mut() = Some(Err("no connection"));
    let mut service = BreakerLayer::new(breaker.clone()).layer(upstream);
    assert_eq!(readiness(&mut service), Poll::Ready(Err(mcb::Error::Inner("no connection"))));
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_clone_is_not_ready() {
    let clock = Clock::default();
    let breaker = guard(&clock);
    breaker.trip();
    let mut service = BreakerLayer::new(breaker.clone()).layer(Upstream::ready());
    assert_eq!(readiness(&mut service), Poll::Ready(Ok(())));
    let mut clone = service.clone();
    breaker.reset();
    assert_eq!(ask(&mut clone, Ok(200)), Ok(200));
    // The one that was cloned is still ready only to refuse.
    assert!(
        matches!(poll(pin!(service.call(Ok(200)))), Poll::Ready(Err(error)) if error.is_rejected())
    );
    assert_eq!(ask(&mut service, Ok(200)), Ok(200));
    service.get_mut().is_ready = service.get_ref().is_ready;
    assert!(!service.into_inner().is_ready);
}

#[test]
fn a_panic_of_the_service_inside_is_a_failure() {
    let clock = Clock::default();
    let breaker = guard(&clock);
    let mut service = BreakerLayer::new(breaker.clone()).layer(Upstream::ready());
    assert_eq!(readiness(&mut service), Poll::Ready(Ok(())));
    let call = std::panic::AssertUnwindSafe(|| drop(service.call(Err("panic"))));
    assert!(std::panic::catch_unwind(call).is_err());
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_function_picks_the_breaker_of_a_request() {
    let clock = Clock::default();
    let (good, bad) = (guard(&clock), guard(&clock));
    let (even, odd) = (good.clone(), bad.clone());
    let layer = BreakerLayer::by(move |request: &Result<u16, &'static str>| match request {
        Ok(_) => Ok(even.clone()),
        Err("no such host") => Err("refused"),
        Err(_) => Ok(odd.clone()),
    });
    let upstream = Upstream::ready();
    let mut service = layer.layer(upstream.clone());
    let mut ask = |request| {
        assert_eq!(readiness(&mut service), Poll::Ready(Ok(())));
        poll(pin!(service.call(request)))
    };
    assert_eq!(ask(Err("reset")), Poll::Ready(Err(mcb::Error::Inner("reset"))));
    assert_eq!((good.state(), bad.state()), (State::Closed, State::Open));
    assert!(matches!(ask(Err("reset")), Poll::Ready(Err(error)) if error.is_rejected()));
    assert_eq!(ask(Ok(200)), Poll::Ready(Ok(200)));
    upstream.asked.borrow_mut().clear();
    assert_eq!(ask(Err("no such host")), Poll::Ready(Err(mcb::Error::Inner("refused"))));
    assert_eq!(*upstream.asked.borrow(), ["readiness"]);
}

/// What is dropped before its end means what the settings say.
#[test]
fn a_future_that_is_dropped_counts_as_the_settings_say() {
    let clock = Clock::default();
    let config = Config::new("upstream").error_threshold(1).dropped(Verdict::Failure);
    let breaker = Breaker::builder(config, clock).build().unwrap();
    let mut service = BreakerLayer::new(breaker.clone()).layer(Upstream::ready());
    assert_eq!(readiness(&mut service), Poll::Ready(Ok(())));
    drop(service.call(Ok(200)));
    assert_eq!(breaker.state(), State::Open);
}
