//! The published breakers. Each is configured so that the measured path is its
//! shortest: no listeners, no metrics, and, where there is a choice, counting
//! consecutive failures, as mcb does by default.

use std::future::{Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::awaits::Awaited;
use crate::subject::{FAILS, Failed, LONG, Subject, THRESHOLD, refused, work};

/// A breaker that lives as long as the program, as shared ones do.
pub fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Fails as often as opens the breaker.
pub fn fail<S: Subject>(mut subject: S, times: u32) -> S {
    for _ in 0..times {
        subject.call(FAILS);
    }
    subject
}

/// Time that costs next to nothing: a counter that a timer interrupt would move.
pub static TICKS: AtomicU64 = AtomicU64::new(1);

// --- the floor ------------------------------------------------------------------

/// No breaker: the guarded function alone.
pub struct Closure;

impl Subject for Closure {
    const NAME: &'static str = "floor-closure";

    fn closed() -> Self {
        Closure
    }

    fn open() -> Self {
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

    fn share(&self) -> Option<Self> {
        Some(Closure)
    }
}

/// No breaker: the guarded future alone.
pub struct Bare;

impl Awaited for Bare {
    const NAME: &'static str = "floor-future";

    type Output = Result<u64, Failed>;

    fn healthy() -> Self {
        Bare
    }

    #[inline(always)]
    fn guard<F>(&mut self, future: F) -> impl Future<Output = Self::Output>
    where
        F: Future<Output = Result<u64, Failed>> + Send + 'static,
    {
        future
    }

    #[inline(always)]
    fn outcome(output: Self::Output) -> u64 {
        match output {
            Ok(value) => value,
            Err(Failed(value)) => value,
        }
    }
}

/// The least that a shared breaker can do: before the call one relaxed load and a
/// branch, after a failure one compare-and-swap loop.
#[derive(Clone, Copy)]
pub struct Load(&'static AtomicU64);

impl Subject for Load {
    const NAME: &'static str = "floor-load";
    const BOXED: bool = true;

    fn closed() -> Self {
        Load(leak(AtomicU64::new(0)))
    }

    fn open() -> Self {
        Load(leak(AtomicU64::new(FAILS)))
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        if self.0.load(Relaxed) & FAILS != 0 {
            return refused(());
        }
        match work(request) {
            Ok(value) => value,
            Err(Failed(value)) => {
                let mut seen = self.0.load(Relaxed);
                while let Err(now) =
                    self.0.compare_exchange_weak(seen, (seen + 1) & !FAILS, Relaxed, Relaxed)
                {
                    seen = now;
                }
                value
            }
        }
    }

    fn size() -> usize {
        size_of::<AtomicU64>()
    }

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

// --- by hand ----------------------------------------------------------------------

/// What a user writes instead of a breaker: a counter and a deadline.
pub struct ByHand {
    failures: AtomicU32,
    deadline: AtomicU64,
}

impl ByHand {
    #[inline(always)]
    fn call<T, E>(
        &self,
        now: impl Fn() -> u64,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, Option<E>> {
        let failures = self.failures.load(Relaxed);
        if failures >= THRESHOLD && now() < self.deadline.load(Relaxed) {
            return Err(None);
        }
        match f() {
            Ok(value) => {
                if failures > 0 {
                    self.failures.store(0, Relaxed);
                }
                Ok(value)
            }
            Err(error) => {
                if self.failures.fetch_add(1, Relaxed) + 1 >= THRESHOLD {
                    self.deadline.store(now() + LONG * 1000, Relaxed);
                }
                Err(Some(error))
            }
        }
    }
}

/// Milliseconds by the standard clock, as they are kept in an atomic.
#[inline(always)]
fn milliseconds() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_millis() as u64
}

/// Shared by reference, with the free clock, or the standard one.
#[derive(Clone, Copy)]
pub struct Manual<const STD: bool>(&'static ByHand);

impl<const STD: bool> Subject for Manual<STD> {
    const NAME: &'static str = if STD { "by-hand-std" } else { "by-hand" };
    const BOXED: bool = true;

    fn closed() -> Self {
        Manual(leak(ByHand { failures: AtomicU32::new(0), deadline: AtomicU64::new(0) }))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        let now = || if STD { milliseconds() } else { TICKS.load(Relaxed) };
        match self.0.call(now, || work(request)) {
            Ok(value) => value,
            Err(Some(Failed(value))) => value,
            Err(None) => refused(()),
        }
    }

    fn size() -> usize {
        size_of::<ByHand>()
    }

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

// --- reliakit-circuit -------------------------------------------------------------

/// Not shareable, and it takes the time as a number.
pub struct Reliakit(reliakit_circuit::CircuitBreaker);

impl Subject for Reliakit {
    const NAME: &'static str = "reliakit";

    fn closed() -> Self {
        Reliakit(reliakit_circuit::CircuitBreaker::new(THRESHOLD, LONG * 1000))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        if !self.0.allow(TICKS.load(Relaxed)) {
            return refused(());
        }
        match work(request) {
            Ok(value) => {
                self.0.on_success();
                value
            }
            Err(Failed(value)) => {
                self.0.on_failure(TICKS.load(Relaxed));
                value
            }
        }
    }

    fn size() -> usize {
        size_of::<reliakit_circuit::CircuitBreaker>()
    }
}

/// The same with the standard clock, in milliseconds since its construction.
pub struct ReliakitStd(reliakit_circuit::CircuitBreaker, Instant);

impl ReliakitStd {
    #[inline(always)]
    fn now(&self) -> u64 {
        self.1.elapsed().as_millis() as u64
    }
}

impl Subject for ReliakitStd {
    const NAME: &'static str = "reliakit-std";

    fn closed() -> Self {
        ReliakitStd(reliakit_circuit::CircuitBreaker::new(THRESHOLD, LONG * 1000), Instant::now())
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        let now = self.now();
        if !self.0.allow(now) {
            return refused(());
        }
        match work(request) {
            Ok(value) => {
                self.0.on_success();
                value
            }
            Err(Failed(value)) => {
                let now = self.now();
                self.0.on_failure(now);
                value
            }
        }
    }

    fn size() -> usize {
        size_of::<reliakit_circuit::CircuitBreaker>()
    }
}

// --- recloser ---------------------------------------------------------------------

#[derive(Clone, Copy)]
pub struct Recloser(&'static recloser::Recloser);

impl Recloser {
    /// A rate above 1 is never reached.
    fn new(rate: f32) -> Self {
        Recloser(leak(
            recloser::Recloser::custom()
                .error_rate(rate)
                .closed_len(100)
                .open_wait(Duration::from_secs(LONG))
                .build(),
        ))
    }
}

impl Subject for Recloser {
    const NAME: &'static str = "recloser";
    const BOXED: bool = true;

    fn closed() -> Self {
        Self::new(2.0)
    }

    fn open() -> Self {
        fail(Self::new(0.5), 200)
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

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

// --- failsafe ---------------------------------------------------------------------

type FailsafeBreaker = failsafe::StateMachine<
    failsafe::failure_policy::ConsecutiveFailures<failsafe::backoff::Constant>,
    (),
>;

#[derive(Clone, Copy)]
pub struct Failsafe(&'static FailsafeBreaker);

impl Subject for Failsafe {
    const NAME: &'static str = "failsafe";
    const BOXED: bool = true;

    fn closed() -> Self {
        let wait = failsafe::backoff::constant(Duration::from_secs(LONG));
        let policy = failsafe::failure_policy::consecutive_failures(THRESHOLD, wait);
        Failsafe(leak(failsafe::Config::new().failure_policy(policy).build()))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
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

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

impl Awaited for Failsafe {
    const NAME: &'static str = "failsafe";

    type Output = Result<u64, failsafe::Error<Failed>>;

    fn healthy() -> Self {
        Self::closed()
    }

    #[inline(always)]
    fn guard<F>(&mut self, future: F) -> impl Future<Output = Self::Output>
    where
        F: Future<Output = Result<u64, Failed>> + Send + 'static,
    {
        use failsafe::futures::CircuitBreaker as _;
        self.0.call(future)
    }

    #[inline(always)]
    fn outcome(output: Self::Output) -> u64 {
        match output {
            Ok(value) => value,
            Err(failsafe::Error::Inner(Failed(value))) => value,
            Err(rejected) => refused(rejected),
        }
    }
}

// --- breaker ----------------------------------------------------------------------

/// Asynchronous only: its future is polled once.
#[derive(Clone, Copy)]
pub struct Breaker(&'static breaker::CircuitBreaker);

/// The output of a future that is ready at its first poll, or, where a lock inside
/// it is contended, soon: it needs no waker then, only another poll.
#[inline(always)]
pub fn poll_ready<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}

impl Subject for Breaker {
    const NAME: &'static str = "breaker";
    const BOXED: bool = true;

    fn closed() -> Self {
        let config = breaker::CircuitBreakerConfig::builder()
            .consecutive_failures(THRESHOLD)
            .failure_rate_threshold(0.0)
            .wait_duration(Duration::from_secs(LONG))
            .build();
        Breaker(leak(breaker::CircuitBreaker::new(config)))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
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

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

impl Awaited for Breaker {
    const NAME: &'static str = "breaker";

    type Output = Result<u64, breaker::CircuitBreakerError<Failed>>;

    fn healthy() -> Self {
        Self::closed()
    }

    #[inline(always)]
    fn guard<F>(&mut self, future: F) -> impl Future<Output = Self::Output>
    where
        F: Future<Output = Result<u64, Failed>> + Send + 'static,
    {
        self.0.call(|| future)
    }

    #[inline(always)]
    fn outcome(output: Self::Output) -> u64 {
        match output {
            Ok(value) => value,
            Err(breaker::CircuitBreakerError::Failure(Failed(value))) => value,
            Err(rejected) => refused(rejected),
        }
    }
}

// --- tower-resilience-circuitbreaker ------------------------------------------------

/// The service that it guards.
#[derive(Clone, Copy)]
pub struct Work;

impl tower_service::Service<u64> for Work {
    type Response = u64;
    type Error = Failed;
    type Future = Ready<Result<u64, Failed>>;

    #[inline(always)]
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failed>> {
        Poll::Ready(Ok(()))
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> Self::Future {
        ready(work(request))
    }
}

type TowerBreaker<S> = tower_resilience_circuitbreaker::CircuitBreaker<
    S,
    tower_resilience_circuitbreaker::DefaultClassifier,
>;

fn tower<S>(service: S) -> TowerBreaker<S> {
    tower_resilience_circuitbreaker::CircuitBreakerLayer::builder()
        .consecutive_failures(THRESHOLD as usize)
        .wait_duration_in_open(Duration::from_secs(LONG))
        .build()
        .expect("a valid configuration")
        .layer_fn(service)
}

/// What a service has to be asked before each call; it costs a caller no more than that here.
#[inline(always)]
pub fn tower_ready<R, S: tower_service::Service<R>>(service: &mut S) {
    let mut context = Context::from_waker(Waker::noop());
    if !matches!(service.poll_ready(&mut context), Poll::Ready(Ok(()))) {
        unreachable!("neither the breaker nor the service makes a caller wait");
    }
}

#[inline(always)]
pub fn tower_outcome(
    output: Result<u64, tower_resilience_circuitbreaker::CircuitBreakerError<Failed>>,
) -> u64 {
    match output {
        Ok(value) => value,
        Err(tower_resilience_circuitbreaker::CircuitBreakerError::Inner(Failed(value))) => value,
        Err(rejected) => refused(rejected),
    }
}

/// A service, so that each thread has a clone; the circuit behind it is shared.
pub struct Tower(TowerBreaker<Work>);

impl Subject for Tower {
    const NAME: &'static str = "tower-resilience";

    fn closed() -> Self {
        Tower(tower(Work))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        use tower_service::Service as _;
        tower_ready(&mut self.0);
        tower_outcome(poll_ready(self.0.call(request)))
    }

    fn size() -> usize {
        size_of::<TowerBreaker<Work>>()
    }

    fn share(&self) -> Option<Self> {
        Some(Tower(self.0.clone()))
    }
}

/// A service whose requests are futures.
#[derive(Clone, Copy)]
pub struct Await;

impl<F: Future<Output = Result<u64, Failed>>> tower_service::Service<F> for Await {
    type Response = u64;
    type Error = Failed;
    type Future = F;

    #[inline(always)]
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failed>> {
        Poll::Ready(Ok(()))
    }

    #[inline(always)]
    fn call(&mut self, future: F) -> F {
        future
    }
}

pub struct TowerAwait(TowerBreaker<Await>);

impl Awaited for TowerAwait {
    const NAME: &'static str = "tower-resilience";

    type Output = Result<u64, tower_resilience_circuitbreaker::CircuitBreakerError<Failed>>;

    fn healthy() -> Self {
        TowerAwait(tower(Await))
    }

    #[inline(always)]
    fn guard<F>(&mut self, future: F) -> impl Future<Output = Self::Output>
    where
        F: Future<Output = Result<u64, Failed>> + Send + 'static,
    {
        use tower_service::Service as _;
        tower_ready::<F, _>(&mut self.0);
        self.0.call(future)
    }

    #[inline(always)]
    fn outcome(output: Self::Output) -> u64 {
        tower_outcome(output)
    }
}

// --- circuitbreaker-rs --------------------------------------------------------------

type CircuitbreakerRsBreaker =
    circuitbreaker_rs::CircuitBreaker<circuitbreaker_rs::DefaultPolicy, Failed>;

#[derive(Clone, Copy)]
pub struct CircuitbreakerRs(&'static CircuitbreakerRsBreaker);

impl Subject for CircuitbreakerRs {
    const NAME: &'static str = "circuitbreaker-rs";
    const BOXED: bool = true;

    fn closed() -> Self {
        CircuitbreakerRs(leak(
            CircuitbreakerRsBreaker::builder()
                // Above 1, so that the share of errors opens nothing.
                .failure_threshold(2.0)
                .consecutive_failures(u64::from(THRESHOLD))
                .cooldown(Duration::from_secs(LONG))
                .build(),
        ))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        match self.0.call(|| work(request)) {
            Ok(value) => value,
            Err(circuitbreaker_rs::BreakerError::Operation(Failed(value))) => value,
            Err(rejected) => refused(rejected),
        }
    }

    fn size() -> usize {
        size_of::<CircuitbreakerRsBreaker>()
    }

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

// --- clocks -------------------------------------------------------------------------

/// What reading the standard clock costs: no rejection can be cheaper.
pub struct StdClock;

impl Subject for StdClock {
    const NAME: &'static str = "floor-std-clock";

    fn closed() -> Self {
        StdClock
    }

    fn open() -> Self {
        Self::closed()
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        black_box(Instant::now());
        request
    }

    fn size() -> usize {
        0
    }
}
