//! Outliving a reset.

use super::CircuitBreaker;
use crate::clock::Clock;
#[cfg(feature = "server")]
use crate::config::Config;
use crate::engine;
#[cfg(feature = "server")]
use crate::machine::{Saved, Seed};
use crate::snapshot::{Slept, Snapshot, SnapshotError, configuration};
use crate::strategy::Strategy;
use crate::ticks::ticks_passed;

/// To outlive a reset or a deep sleep.
impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// What it is now, to be written down; see [`Snapshot`]. A pure read, from anywhere.
    ///
    /// # Wraparound
    ///
    /// As for [`since_opening`](Self::since_opening): of an opening that nobody asked about for a whole range of
    /// 2³² ticks it may tell too much time left.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { saved: engine::saved(self.parts()), configuration: self.configuration() }
    }

    /// Takes over what a snapshot tells, whatever it was before: at its start, as a rule, before its first call.
    ///
    /// An opening goes on with what it has left, by the breaker's clock, which may have begun anew: how long it lasts in
    /// all, and when it began, read as before. The level falls by the time slept as by any other. Where that changes the
    /// state observers are told, with [`Reason::Restored`](crate::Reason::Restored).
    ///
    /// It is one write, from anywhere, and moves the generation: the results of calls that were admitted before count
    /// for nothing, and a call sees the breaker as it was or as it is restored, never in between.
    ///
    /// One that was closed is closed, also where the configuration says to
    /// [start by probing](crate::Recovery::start_by_probing): restore it only where the device has kept its set-up too.
    ///
    /// # Errors
    ///
    /// [`SnapshotError::Configuration`], for a snapshot of another breaker or another configuration; nothing has changed
    /// then.
    ///
    /// # Wraparound
    ///
    /// Of the time since an opening 2³¹ ticks are kept at most. Of longer sleeps the level of a closed breaker
    /// takes account all the same, that of an open one of so much. With `u64` ticks a restored opening began before the
    /// clock did, perhaps; if nobody asks about it, it reads `Open` once more after a whole range of 2³² ticks, as with
    /// `u32` ticks, for as long as it had left.
    pub fn restore(&self, snapshot: &Snapshot, slept: Slept) -> Result<(), SnapshotError> {
        if snapshot.configuration != self.configuration() {
            return Err(SnapshotError::Configuration);
        }
        let slept = match slept {
            Slept::Unknown => 0,
            Slept::For(time) => ticks_passed(time, C::HZ),
        };
        engine::restore(self.parts(), &snapshot.saved, slept);
        Ok(())
    }

    /// Another breaker becomes what this one is, unless it is as it was when it was handed over last. Nobody is told, since
    /// who is told has been told by this one.
    #[cfg(feature = "server")]
    pub(crate) fn hand_over(&self, to: &Self, last: Option<Saved>) -> Saved {
        let saved = engine::saved(self.parts());
        if !last.is_some_and(|last| saved.is_later(&last)) {
            engine::take_over(to.parts(), &saved, 0);
        }
        saved
    }

    /// Results of calls that were admitted before count for nothing from now on.
    #[cfg(feature = "server")]
    pub(crate) fn outdate(&self) {
        engine::outdate(self.parts());
    }

    /// A configuration for another breaker in place of this one.
    #[cfg(feature = "server")]
    pub(crate) fn as_settings_of(&self, config: Config<C, S, R>) -> Config<C, S, R> {
        config.in_place_of(self.head.fixed())
    }

    #[cfg(feature = "server")]
    pub(crate) fn has_settings_of(&self, other: &Self) -> bool {
        // The seed is no part of what a snapshot fits to.
        self.configuration() == other.configuration() && self.seed() == other.seed()
    }

    /// The seed that is a number.
    #[cfg(feature = "server")]
    fn seed(&self) -> Option<u32> {
        match self.head.fixed().recover()?.plan.seed {
            Seed::Number(seed) => Some(seed),
            Seed::Function(_) => None,
        }
    }

    fn configuration(&self) -> u32 {
        configuration(self.head.fixed(), C::HZ, self.strategy.fingerprint())
    }
}
