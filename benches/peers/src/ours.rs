//! mcb, in the ways in which it can be held.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use mcb::server::Breaker;
use mcb::{CachedClock, CircuitBreaker, Clock, Config, Error, Rejected, StdClock, Wait};

use crate::awaits::Awaited;
use crate::measure::failing_loop;
use crate::peers::{TICKS, fail, leak};
use crate::subject::{FAILS, Failed, LONG, Subject, THRESHOLD, refused, work};

/// The clock that reliakit is given too: a counter that a timer interrupt would move.
pub struct FreeClock;

impl Clock for FreeClock {
    type Ticks = u32;
    const HZ: u32 = 1_000;

    #[inline(always)]
    fn now(&self) -> u32 {
        TICKS.load(Relaxed) as u32
    }
}

const fn config<C: Clock>() -> Config<C> {
    Config::new("peer")
        .error_threshold(THRESHOLD as u16)
        .recovery_timeout(Duration::from_secs(LONG))
}

static FREE: Config<FreeClock> = config();
static STD: Config<StdClock> = config();

/// What a caller does with the result, as with the peers'. mcb's rejections are the only
/// ones that tell something: all of it is read.
macro_rules! outcome {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(Error::Inner(Failed(value))) => value,
            Err(Error::Rejected(Rejected { id, state, retry_after, error_count, .. })) => {
                let wait = retry_after.map(Wait::ticks);
                refused(id) + refused(state) + refused(wait) + refused(error_count)
            }
        }
    };
}

/// Shared through a reference of which the compiler knows nothing.
#[derive(Clone, Copy)]
pub struct Mcb(&'static CircuitBreaker<FreeClock>);

impl Subject for Mcb {
    const NAME: &'static str = "mcb";
    const BOXED: bool = true;

    fn closed() -> Self {
        Mcb(leak(CircuitBreaker::new(&FREE, FreeClock)))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        outcome!(self.0.call(|| work(request)))
    }

    fn size() -> usize {
        size_of::<CircuitBreaker<FreeClock>>()
    }

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

impl Awaited for Mcb {
    const NAME: &'static str = "mcb";

    type Output = Result<u64, Error<Failed>>;

    fn healthy() -> Self {
        Self::closed()
    }

    #[inline(always)]
    fn guard<F>(&mut self, future: F) -> impl Future<Output = Self::Output>
    where
        F: Future<Output = Result<u64, Failed>> + Send + 'static,
    {
        self.0.call_async(future)
    }

    #[inline(always)]
    fn outcome(output: Self::Output) -> u64 {
        outcome!(output)
    }
}

/// A breaker in a `static`, called by its name: the usual form. Its address and its
/// configuration are known to the compiler.
#[derive(Clone, Copy)]
pub struct McbStatic;

static IN_STATIC: CircuitBreaker<FreeClock> = CircuitBreaker::new(&FREE, FreeClock);

impl Subject for McbStatic {
    const NAME: &'static str = "mcb-static";

    fn closed() -> Self {
        IN_STATIC.reset();
        McbStatic
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        outcome!(IN_STATIC.call(|| work(request)))
    }

    fn size() -> usize {
        size_of::<CircuitBreaker<FreeClock>>()
    }

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

/// Shared, with the standard library's clock.
#[derive(Clone, Copy)]
pub struct McbStd(&'static CircuitBreaker<StdClock>);

impl Subject for McbStd {
    const NAME: &'static str = "mcb-std";
    const BOXED: bool = true;

    fn closed() -> Self {
        McbStd(leak(CircuitBreaker::new(&STD, StdClock)))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        outcome!(self.0.call(|| work(request)))
    }

    fn size() -> usize {
        size_of::<CircuitBreaker<StdClock>>()
    }

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

/// Of a server: a handle, the strategy by value, the standard library's clock.
#[derive(Clone, Copy)]
pub struct McbServer(&'static Breaker);

impl Subject for McbServer {
    const NAME: &'static str = "mcb-server";
    const BOXED: bool = true;

    fn closed() -> Self {
        // One less is the most that a strategy by value counts to.
        let config = config().error_threshold(THRESHOLD as u16 - 1);
        McbServer(leak(Breaker::new(config).expect("nothing is out of range")))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        outcome!(self.0.call(|| work(request)))
    }

    fn size() -> usize {
        size_of::<Breaker>()
    }

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

/// Shared, with the standard library's clock behind one that remembers.
#[derive(Clone, Copy)]
pub struct McbCached(&'static CircuitBreaker<&'static CachedClock<StdClock>>);

static REMEMBERED: CachedClock<StdClock> = CachedClock::new(StdClock);
static CACHED: Config<&CachedClock<StdClock>> = config();

impl Subject for McbCached {
    const NAME: &'static str = "mcb-cached";
    const BOXED: bool = true;

    fn closed() -> Self {
        REMEMBERED.update();
        McbCached(leak(CircuitBreaker::new(&CACHED, &REMEMBERED)))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        outcome!(self.0.call(|| work(request)))
    }

    fn size() -> usize {
        size_of::<CircuitBreaker<&CachedClock<StdClock>>>()
    }

    fn share(&self) -> Option<Self> {
        Some(*self)
    }
}

/// Held by `&mut`.
pub struct McbMut(CircuitBreaker<FreeClock>);

impl Subject for McbMut {
    const NAME: &'static str = "mcb-mut";

    fn closed() -> Self {
        McbMut(CircuitBreaker::new(&FREE, FreeClock))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        outcome!(self.0.call_mut(|| work(request)))
    }

    fn size() -> usize {
        size_of::<CircuitBreaker<FreeClock>>()
    }
}

/// Held by `&mut`, with the standard library's clock.
pub struct McbMutStd(CircuitBreaker<StdClock>);

impl Subject for McbMutStd {
    const NAME: &'static str = "mcb-mut-std";

    fn closed() -> Self {
        McbMutStd(CircuitBreaker::new(&STD, StdClock))
    }

    fn open() -> Self {
        fail(Self::closed(), THRESHOLD)
    }

    #[inline(always)]
    fn call(&mut self, request: u64) -> u64 {
        outcome!(self.0.call_mut(|| work(request)))
    }

    fn size() -> usize {
        size_of::<CircuitBreaker<StdClock>>()
    }
}

/// How often the clock is read by a thousand calls that fail without opening.
pub fn readings() -> f64 {
    static READINGS: AtomicU64 = AtomicU64::new(0);

    struct CountingClock;

    impl Clock for CountingClock {
        type Ticks = u32;
        const HZ: u32 = 1_000;

        fn now(&self) -> u32 {
            READINGS.fetch_add(1, Relaxed);
            0
        }
    }

    struct Counted(CircuitBreaker<CountingClock>);

    impl Subject for Counted {
        const NAME: &'static str = "counted";

        fn closed() -> Self {
            static COUNTED: Config<CountingClock> = config();
            Counted(CircuitBreaker::new(&COUNTED, CountingClock))
        }

        fn open() -> Self {
            unreachable!("only failures are counted")
        }

        fn call(&mut self, request: u64) -> u64 {
            outcome!(self.0.call(|| work(request)))
        }

        fn size() -> usize {
            0
        }
    }

    let mut counted = Counted::closed();
    failing_loop(&mut counted, 1_000);
    counted.call(FAILS);
    READINGS.load(Relaxed) as f64
}
