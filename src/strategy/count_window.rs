//! The failure rate over the last calls.

pub(crate) mod bits;
pub(crate) mod ring;

pub(crate) use ring::{Calls, Ring};

use super::rate::Rate;
use super::{Fingerprint, Kept, Step, Strategy, Time};

/// Opens when so many percent of the last `N` calls failed, once there were enough of them; what
/// [`Config::count_window`](crate::Config::count_window) makes. `N` is 1 to 1,024.
///
/// The rate is exact over the full history: after `N` successes in a row the window is full of them and nothing is
/// written any more, and the next failure is one of `N`. A breaker that is new or has just closed starts with an empty
/// window, so that its first `N` calls write. It opens at the rate or above, and is asked at each counted result: a
/// success that makes up the minimum may open it. Results that are ignored are no calls. The error threshold is not used.
///
/// ```
/// use mcb::{CircuitBreaker, Config, CountWindow, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// // Half of the last 20 calls, if there were 10.
/// static DB: CircuitBreaker<&ManualClock, CountWindow<20>> =
///     CircuitBreaker::new(&Config::new("db").count_window::<20>(50, 10), &CLOCK);
///
/// for failed in [true, true, false, true, false, false, true, false, true] {
///     let _ = DB.call(|| if failed { Err("refused") } else { Ok(()) });
/// }
/// assert_eq!((DB.state(), DB.error_count()), (State::Closed, 5)); // five of nine, too few to tell
/// let _ = DB.call(|| Ok::<_, &str>(()));
/// assert_eq!(DB.state(), State::Open); // five of ten
/// ```
///
/// # Memory
///
/// Up to 32 calls stand in the breaker's word. More stand beside it, a bit each, in whole words of 32: 128 bytes for 1,024 calls. A
/// call has written the word a moment before it writes its bit, and until then its place holds an older outcome. So each
/// call that is between the two, and no more than that, may be judged wrongly by the others; it is over when the bit is
/// written, or, where that comes too late, after `N` calls that are counted.
///
/// A window that cannot be built does not compile:
///
/// ```compile_fail,E0277
/// # use mcb::{Config, ManualClock};
/// let config = Config::<&ManualClock>::new("db").count_window::<1_025>(50, 10);
/// // error[E0277]: a count window holds 1 to 1,024 calls
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountWindow<const N: usize> {
    pub(crate) rate: Rate,
}

impl<const N: usize> CountWindow<N> {
    pub(crate) const fn new(percent: u8, minimum: u16) -> Self {
        CountWindow { rate: Rate { percent, minimum } }
    }
}

impl<const N: usize> Strategy for CountWindow<N>
where
    Calls<N>: Ring,
{
    type Memory = <Calls<N> as Ring>::Memory;
    type Started = ();
    const MEMORY: Self::Memory = <Calls<N> as Ring>::MEMORY;
    const FRESH: u16 = 1;
    const BITS: u32 = if bits::hold(N) { bits::NEEDED } else { 1 };
    const RECORDS: bool = !bits::hold(N);

    #[inline]
    fn record(
        &self,
        memory: &Self::Memory,
        kept: Kept,
        failed: bool,
        _: u16,
        _: &impl Time,
    ) -> Step {
        if bits::hold(N) {
            bits::record(N as u32, self.rate, kept, failed)
        } else {
            ring::record(<Calls<N> as Ring>::cells(memory), N as u32, self.rate, kept, failed)
        }
    }

    #[inline]
    fn recorded(&self, memory: &Self::Memory, before: Kept, _: Kept, failed: bool) {
        if !bits::hold(N) {
            ring::recorded(<Calls<N> as Ring>::cells(memory), before, failed);
        }
    }

    fn fingerprint(&self) -> u32 {
        Fingerprint::NEW
            .with(14)
            .with(N as u32)
            .with(self.rate.percent.into())
            .with(self.rate.minimum.into())
            .number()
    }

    /// The failures in the window.
    #[inline]
    fn error_count(&self, memory: &Self::Memory, kept: Kept, _: &impl Time) -> u16 {
        if bits::hold(N) {
            bits::failures(kept)
        } else {
            ring::failures(<Calls<N> as Ring>::cells(memory), N as u32, kept)
        }
    }
}
