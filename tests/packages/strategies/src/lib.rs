//! Oracles: what strategies and recovery do, written from their specification alone, plainly, with wide integers
//! and whole histories; and the means that follow from it, exact ones and measured ones.
//!
//! - [`oracles`] opens as the specification says; [`real`] is a breaker of the library behind the same [`Judge`].
//! - [`chains`] solves for the mean number of calls until an opening; [`measure`] counts them.
//! - [`compare`] runs both side by side.
//! - [`recovery`] says how long an opening lasts, and when it is the last one.

pub mod chains;
pub mod compare;
pub mod measure;
pub mod oracles;
pub mod real;
pub mod recovery;
pub mod settings;

/// What is told the outcomes of a closed breaker, and says when it opens.
pub trait Judge {
    /// Takes one outcome at a tick that never falls, and says whether the breaker opens.
    fn outcome(&mut self, now: u64, failed: bool) -> bool;

    /// Closes it again by hand, with nothing kept.
    fn reset(&mut self);

    /// Closes it again by a probe at this tick, one after the opening at least.
    fn recover(&mut self, _now: u64) {
        self.reset();
    }

    /// A call ends without an outcome, which is none at all.
    fn ignored(&mut self, _now: u64) {}

    /// The errors to tell just after an outcome that did not open it; `None` where the specification leaves it open.
    fn errors(&self) -> Option<u64>;
}
