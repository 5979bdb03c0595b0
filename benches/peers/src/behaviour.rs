//! What breakers do where published ones failed: the same steps for every breaker, each cell of the matrix a program of
//! its own, so that one which hangs, panics or counts bytes disturbs no other.

pub mod cells;
mod ours;
mod peers;
mod recloser;
mod record;
mod rows;
mod rows_of_calls;
mod rows_of_settings;
mod tower;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

/// The error of the guarded function.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Whether it is one that the rules, where there are some, are to ignore.
    pub ignored: bool,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("fault")
    }
}

impl std::error::Error for Fault {}

/// What a row asks of a breaker. The settings are the same in all rows but for what the row is about.
#[derive(Clone)]
pub struct Settings {
    /// How a closed one opens.
    pub opens: Opens,
    /// Successes that close it, at least.
    pub successes: u32,
    /// Probes that are out at the same time, where that can be limited.
    pub probes: u32,
    /// Successes and probes are meant exactly so, even where they do not fit together.
    pub exactly: bool,
    /// How long it stays open.
    pub wait: Duration,
    /// A limit for a probe or a call that hangs, where the breaker has one.
    pub limit: Option<Duration>,
    /// Who is told of transitions.
    pub hook: Option<Hook>,
    /// Whether faults that say so are ignored.
    pub ignoring: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Opens {
    /// After so many errors in a row, or the nearest to it that the breaker has.
    InARow(u32),
    /// At half of the last 100 calls.
    HalfOf100,
    /// At half of the calls, and at least 5 of them, in a window of so much time.
    HalfOver(Duration),
}

/// Long enough that no scheduler makes an opening pass before it is looked at.
pub const WAIT: Duration = Duration::from_millis(500);

impl Default for Settings {
    fn default() -> Self {
        Settings {
            opens: Opens::InARow(8),
            successes: 1,
            probes: 1,
            exactly: false,
            wait: WAIT,
            limit: None,
            hook: None,
            ignoring: false,
        }
    }
}

/// A transition, as a hook is told of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    Opened,
    HalfOpened,
    Closed,
}

pub type Hook = Arc<dyn Fn(Change) + Send + Sync>;

/// Why there is no breaker with such settings.
#[derive(Debug)]
pub enum Not {
    /// Refused with an error, as a setting should be that makes no sense.
    Refused,
    /// The breaker has no such thing.
    Lacking(&'static str),
    /// It has, and does wrong.
    Fails(String),
}

pub fn fails<T>(why: impl Into<String>) -> Result<T, Not> {
    Err(Not::Fails(why.into()))
}

/// How a guarded call ended for its caller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ended {
    Well,
    Badly,
    Rejected,
}

pub type Call = Pin<Box<dyn Future<Output = Ended> + Send>>;
pub type Guarded<'a> = &'a mut dyn FnMut() -> Result<(), Fault>;

/// A breaker in its best configuration. Whoever has an asynchronous call is called by it: its calls stay out for as long
/// as a row likes.
pub trait Peer: Send + Sync {
    /// The call, not yet begun.
    fn call(&self, guarded: Gated) -> Call;

    /// The call of a closure, if there is one.
    fn call_now(&self, _: Guarded) -> Option<Ended> {
        None
    }

    /// Lets so much time go by.
    fn pass(&self, time: Duration) {
        thread::sleep(time + time / 10 + Duration::from_micros(50));
    }

    /// Sets the counter of milliseconds that is the breaker's time, if there is one.
    fn set_clock(&self, _: u32) -> Result<(), Not> {
        Err(Not::Lacking("its clock is `std::time::Instant`, which neither wraps nor steps"))
    }

    /// Everything that can be read, as text.
    fn read(&self) -> Result<String, Not>;

    /// When the next call may pass.
    fn time_left(&self) -> Result<Duration, Not> {
        fails("nothing tells it")
    }

    /// Closes it by hand, if that can be.
    fn reset(&self) {}

    /// What a hook does with its breaker: reads it and calls it.
    fn used_by_hook(&self, itself: &Arc<dyn Peer>) -> Result<(), Not> {
        let _ = self.read();
        Flight::once(&**itself, GOOD);
        Ok(())
    }
}

pub type Made = Result<Arc<dyn Peer>, Not>;

pub const GOOD: Outcome = Outcome::Good;
pub const BAD: Outcome = Outcome::Bad;

/// What the guarded function does once it is let go.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
pub enum Outcome {
    Good = 1,
    Bad,
    Ignored,
    Panic,
}

#[derive(Default)]
struct Gate {
    reached: AtomicBool,
    outcome: AtomicU8,
}

/// The guarded future: pending until its gate is opened.
pub struct Gated(Arc<Gate>);

impl Future for Gated {
    type Output = Result<(), Fault>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.reached.store(true, SeqCst);
        match self.0.outcome.load(SeqCst) {
            0 => Poll::Pending,
            1 => Poll::Ready(Ok(())),
            2 => Poll::Ready(Err(Fault { ignored: false })),
            3 => Poll::Ready(Err(Fault { ignored: true })),
            _ => std::panic::panic_any("the guarded function panics"),
        }
    }
}

/// A call that is out.
pub struct Flight {
    call: Call,
    gate: Arc<Gate>,
}

impl Flight {
    /// Begins a call; `None` if it is rejected.
    pub fn start(peer: &dyn Peer) -> Option<Flight> {
        let gate = Arc::new(Gate::default());
        let mut flight = Flight { call: peer.call(Gated(Arc::clone(&gate))), gate };
        // Where the lock inside is contended it takes another poll. What never gets there is ended from outside.
        loop {
            match flight.poll() {
                Some(Ended::Rejected) => return None,
                Some(other) => unreachable!("{other:?} without having been let go"),
                None if flight.gate.reached.load(SeqCst) => return Some(flight),
                None => thread::sleep(Duration::from_micros(10)),
            }
        }
    }

    /// As an executor does when it is woken, or when time goes by.
    pub fn poll(&mut self) -> Option<Ended> {
        let _inside = runtime().enter();
        match self.call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(ended) => Some(ended),
            Poll::Pending => None,
        }
    }

    /// Lets the guarded function end so.
    pub fn end(mut self, outcome: Outcome) -> Ended {
        self.gate.outcome.store(outcome as u8, SeqCst);
        loop {
            if let Some(ended) = self.poll() {
                return ended;
            }
            thread::sleep(Duration::from_micros(10));
        }
    }

    /// A whole call.
    pub fn once(peer: &dyn Peer, outcome: Outcome) -> Ended {
        Flight::start(peer).map_or(Ended::Rejected, |flight| flight.end(outcome))
    }
}

/// The output of a future that waits for nothing but a lock.
pub fn awaited<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        thread::sleep(Duration::from_micros(10));
    }
}

/// Timers, for those who need some.
fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).enable_time().build().expect("a runtime")
    })
}

/// Fails until a call is rejected.
pub fn open(peer: &dyn Peer) -> Result<(), Not> {
    let opened = (0..200).any(|_| Flight::once(peer, BAD) == Ended::Rejected);
    if opened { Ok(()) } else { fails("200 errors in a row do not open it") }
}

/// Whether it is closed, seen from outside: half-open it would open again. Eight errors in a row open what is closed.
pub fn takes_four_failures(peer: &dyn Peer) -> bool {
    (0..4).all(|_| Flight::once(peer, BAD) == Ended::Badly)
}
