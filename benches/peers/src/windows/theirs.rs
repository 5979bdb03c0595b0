//! The windows of the published breakers: half of the last 100 calls, or of ten seconds, or what comes next to that.

use std::future::ready;
use std::time::Duration;

use super::{MINIMUM, Window};
use crate::peers::{Work, leak, poll_ready, tower_outcome, tower_ready};
use crate::subject::{Failed, LONG, refused, work};

const SPAN: Duration = Duration::from_secs(10);
const WAIT: Duration = Duration::from_secs(LONG);

/// No breaker: the guarded function alone.
pub struct Closure;

impl Window for Closure {
    const NAME: &'static str = "floor-closure";
    const BOXED: bool = false;

    fn new(_: u8) -> Self {
        Closure
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        match work(request) {
            Ok(value) => value,
            Err(Failed(value)) => value,
        }
    }

    fn size() -> usize {
        0
    }

    fn share(&self) -> Self {
        Closure
    }
}

/// The last 100 calls, behind a spin lock.
pub struct Recloser(&'static recloser::Recloser);

impl Window for Recloser {
    const NAME: &'static str = "recloser";

    fn new(percent: u8) -> Self {
        let rate = f32::from(percent) / 100.0;
        let custom = recloser::Recloser::custom().error_rate(rate).closed_len(100);
        Recloser(leak(custom.open_wait(WAIT).build()))
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        match self.0.call(|| work(request)) {
            Ok(value) => value,
            Err(recloser::Error::Inner(Failed(value))) => value,
            Err(rejected) => refused(rejected),
        }
    }

    fn size() -> usize {
        size_of::<recloser::Recloser>()
    }

    fn share(&self) -> Self {
        Recloser(self.0)
    }
}

type FailsafeBreaker = failsafe::StateMachine<
    failsafe::failure_policy::SuccessRateOverTimeWindow<failsafe::backoff::Constant>,
    (),
>;

/// A moving average over ten seconds, behind a lock.
pub struct Failsafe(&'static FailsafeBreaker);

impl Window for Failsafe {
    const NAME: &'static str = "failsafe";

    fn new(percent: u8) -> Self {
        let wait = failsafe::backoff::constant(WAIT);
        let rate = f64::from(100 - percent) / 100.0;
        let minimum = u32::from(MINIMUM);
        let policy =
            failsafe::failure_policy::success_rate_over_time_window(rate, minimum, SPAN, wait);
        Failsafe(leak(failsafe::Config::new().failure_policy(policy).build()))
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        use failsafe::CircuitBreaker as _;
        match self.0.call(|| work(request)) {
            Ok(value) => value,
            Err(failsafe::Error::Inner(Failed(value))) => value,
            Err(rejected) => refused(rejected),
        }
    }

    fn size() -> usize {
        size_of::<FailsafeBreaker>()
    }

    fn share(&self) -> Self {
        Failsafe(self.0)
    }
}

/// The last 100 calls, behind a lock.
pub struct Breaker(&'static breaker::CircuitBreaker);

impl Window for Breaker {
    const NAME: &'static str = "breaker";

    fn new(percent: u8) -> Self {
        let config = breaker::CircuitBreakerConfig::builder()
            .consecutive_failures(u32::MAX)
            .failure_rate_threshold(f32::from(percent) / 100.0)
            .sliding_window_size(100)
            .minimum_calls(u32::from(MINIMUM))
            .wait_duration(WAIT)
            .build();
        Breaker(leak(breaker::CircuitBreaker::new(config)))
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        match poll_ready(self.0.call(|| ready(work(request)))) {
            Ok(value) => value,
            Err(breaker::CircuitBreakerError::Failure(Failed(value))) => value,
            Err(rejected) => refused(rejected),
        }
    }

    fn size() -> usize {
        size_of::<breaker::CircuitBreaker>()
    }

    fn share(&self) -> Self {
        Breaker(self.0)
    }
}

type TowerBreaker = tower_resilience_circuitbreaker::CircuitBreaker<
    Work,
    tower_resilience_circuitbreaker::DefaultClassifier,
>;

/// All calls since it closed, whatever the size of its window; its window of time is a list of all calls in it.
pub struct Tower(TowerBreaker);

impl Window for Tower {
    const NAME: &'static str = "tower-resilience";
    const BOXED: bool = false;

    fn new(percent: u8) -> Self {
        Tower(
            tower_resilience_circuitbreaker::CircuitBreakerLayer::builder()
                .failure_rate_threshold(f64::from(percent) / 100.0)
                .sliding_window_size(100)
                .minimum_number_of_calls(usize::from(MINIMUM))
                .wait_duration_in_open(WAIT)
                .build()
                .expect("a valid configuration")
                .layer_fn(Work),
        )
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        use tower_service::Service as _;
        tower_ready(&mut self.0);
        tower_outcome(poll_ready(self.0.call(request)))
    }

    fn size() -> usize {
        size_of::<TowerBreaker>()
    }

    fn share(&self) -> Self {
        Tower(self.0.clone())
    }
}
