//! A watchdog that is fed only while something can still recover by itself.
//!
//! An open circuit is no reason for a restart: it probes, and closes. One that is [locked out](State::LockedOut) gives
//! up until somebody resets it; where nobody is near, the watchdog may be that somebody. [`feed`] feeds it only while
//! none of the circuits is locked out, and [`feed_while`] while any condition of yours holds for each.
//!
//! ```
//! use mcb::{CircuitBreaker, Config, ManualClock, View, watchdog};
//!
//! static CLOCK: ManualClock = ManualClock::new();
//! static RADIO: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("radio"), &CLOCK);
//! static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("imu"), &CLOCK);
//! static VITAL: View = View::new(&[&RADIO]); // the node goes on without its IMU
//!
//! # let mut fed = 0;
//! # struct Wdt<'a>(&'a mut u32);
//! # impl Wdt<'_> { fn feed(&mut self) { *self.0 += 1 } }
//! # let mut wdt = Wdt(&mut fed);
//! // In the main loop, or in a task of low priority:
//! if let Err(withheld) = watchdog::feed(&VITAL, || wdt.feed()) {
//!     println!("{withheld}"); // the last line before the restart
//! }
//! # assert_eq!(fed, 1);
//! ```
//!
//! # Restarts without end
//!
//! A device that is dead for good is locked out again after each restart. List what the node cannot do without, and count
//! restarts in memory that outlives them, so that after some of them it goes on without.

use core::fmt;

use crate::circuit::Circuit;
use crate::state::State;

/// Why a watchdog was not fed.
///
/// ```
/// use mcb::{State, watchdog::Withheld};
/// let text = Withheld::new("radio", State::LockedOut).to_string();
/// assert_eq!(text, "watchdog not fed: circuit radio is locked-out");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Withheld {
    /// The first circuit in the list for which the condition does not hold.
    pub id: &'static str,
    /// The state that it is in.
    pub state: State,
}

impl Withheld {
    /// One, as a test of your own code may need it.
    #[must_use]
    pub const fn new(id: &'static str, state: State) -> Self {
        Withheld { id, state }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "watchdog not fed: circuit {} is {}", self.id, self.state)
    }
}

impl core::error::Error for Withheld {}

/// Runs `feed` while none of the circuits is locked out; they come from a `&View` or a `&Registry`, or any list.
///
/// One that was forced open by hand is not locked out: whoever did that is there to undo it. Of no circuits none is, so
/// an empty list is fed.
///
/// # Errors
///
/// [`Withheld`], with the first circuit that is locked out; `feed` has not run.
pub fn feed<'a, T>(
    circuits: impl IntoIterator<Item = &'a (dyn Circuit + Sync)>,
    feed: impl FnOnce() -> T,
) -> Result<T, Withheld> {
    feed_while(circuits, |state| state != State::LockedOut, feed)
}

/// Runs `feed` while `alive` holds for the state of each circuit.
///
/// ```
/// use mcb::{CircuitBreaker, Config, ManualClock, Registry, State, watchdog};
///
/// # static CLOCK: ManualClock = ManualClock::new();
/// static RADIO: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("radio"), &CLOCK);
/// static CIRCUITS: Registry<4> = Registry::new();
///
/// CIRCUITS.register(&RADIO)?;
/// RADIO.force_open();
/// let closed = |state| state == State::Closed;
/// let withheld = watchdog::feed_while(&CIRCUITS, closed, || unreachable!()).unwrap_err();
/// assert_eq!((withheld.id, withheld.state), ("radio", State::ForcedOpen));
/// # Ok::<(), mcb::RegistryError>(())
/// ```
///
/// # Errors
///
/// [`Withheld`], with the first circuit for which it does not hold; `feed` has not run.
pub fn feed_while<'a, T>(
    circuits: impl IntoIterator<Item = &'a (dyn Circuit + Sync)>,
    alive: impl Fn(State) -> bool,
    feed: impl FnOnce() -> T,
) -> Result<T, Withheld> {
    for circuit in circuits {
        // Read once: what is told is what was judged.
        let state = circuit.state();
        if !alive(state) {
            return Err(Withheld { id: circuit.id(), state });
        }
    }
    Ok(feed())
}
