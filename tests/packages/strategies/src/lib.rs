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

pub use oracles::Judge;
