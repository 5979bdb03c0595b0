//! What is measured: one trait, and the guarded function that all share.

use std::fmt;
use std::hint::black_box;

/// The error of the guarded function. (circuitbreaker-rs wants an `Error`.)
#[derive(Debug, Clone, Copy)]
pub struct Failed(pub u64);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed: {}", self.0)
    }
}

impl std::error::Error for Failed {}

/// A request with this bit set fails.
pub const FAILS: u64 = 1 << 63;

/// Failures in a row that open a breaker, where that can be set. As failing calls
/// are measured one in [`SPARED`] succeeds, so that with up to four threads none opens.
pub const THRESHOLD: u32 = 4096;

pub const SPARED: u64 = 1024;

/// Long enough that nothing recovers while it is measured, in seconds.
pub const LONG: u64 = 24 * 3600;

/// The guarded function: as little as a call can do whose outcome the compiler
/// does not know.
#[inline(always)]
pub fn work(request: u64) -> Result<u64, Failed> {
    if request & FAILS == 0 { Ok(request) } else { Err(Failed(request)) }
}

/// What a caller does with a rejection, or with a part of it: it has to exist, nothing
/// more. Without this the compiler would drop whatever a rejection tells its caller.
#[inline(always)]
pub fn refused<R>(rejection: R) -> u64 {
    black_box(&rejection);
    0
}

/// A breaker as one thread holds it: a reference if it is shared, the breaker
/// itself if it is not.
pub trait Subject: Sized + 'static {
    const NAME: &'static str;

    /// Whether [`Subject::closed`] boxed the breaker itself, which is then no
    /// part of what the breaker keeps on the heap.
    const BOXED: bool = false;

    /// A new closed breaker that opens at [`THRESHOLD`] failures in a row.
    fn closed() -> Self;

    /// An open one that stays open for as long as a run takes.
    fn open() -> Self;

    /// One guarded call of [`work`], in the best case: a future is polled once
    /// and ready. Must be inlined where it can be.
    fn call(&mut self, request: u64) -> u64;

    /// Bytes of the breaker itself; what it keeps on the heap is counted.
    fn size() -> usize;

    /// The same breaker for another thread, if it can be shared.
    fn share(&self) -> Option<Self>
    where
        Self: Send,
    {
        None
    }
}
