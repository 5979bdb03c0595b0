// The README's examples include hosted ones, which are tested where there are servers. Its links lead to files; the
// first definition of a link counts, and here they lead to pages.
#![cfg_attr(feature = "server", doc = include_str!("front/links.md"))]
#![cfg_attr(feature = "server", doc = include_str!("front/states.md"))]
#![cfg_attr(feature = "server", doc = "")]
#![cfg_attr(feature = "server", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "server"),
    doc = "A miniature circuit breaker; see the README for the front page."
)]
//!
//! # Where to find what
//!
//! - a guarded call: [`CircuitBreaker::call`], [`call_async`](CircuitBreaker::call_async),
//!   [`call_on`](CircuitBreaker::call_on) with a recovery step, [`call_mut`](CircuitBreaker::call_mut),
//!   [`wrap`](Wrap), [`circuit!`]; by hand: [`try_acquire`](CircuitBreaker::try_acquire) and [`Permit`]
//! - what to use while it rejects: [`LastGood`]
//! - settings: [`Config`], and read from a file by the module `settings` (feature `settings`); when it
//!   opens: [`strategy`]; what counts: [`rules`]; who is told: [`observe`]
//! - time: [`clock`]; over a reset: [`Snapshot`]
//! - async: [`CircuitBreaker::call_async`]; with `embedded-hal-async` also `time_limit` and `next_probe`
//! - many breakers: [`Registry`], [`View`], [`Circuit`]; by a key that is known at run time only: [`Keyed`]
//! - buses, streams and flash: the module `bus` (features `embedded-hal`, `embedded-io`, `embedded-io-06`,
//!   `embedded-storage` and their async twins)
//! - a watchdog that is not fed while a circuit is locked out: [`watchdog`]
//! - what holds whatever happens: [invariants](CircuitBreaker#invariants)
//! - how to choose, place, tune, test and operate breakers, and how to come from others: the [`guide`]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(loom))))]
#![forbid(unsafe_code)]

#[cfg(any(test, loom, feature = "std"))]
extern crate std;

// From the ground up: a module uses only those above it, and no sibling in its own paragraph (tests/layout.rs).
mod lock;
mod state;
mod sync;
mod verdict;

mod ticks;
mod wait;

mod error;
pub mod strategy;

pub mod clock;

pub mod observe;
pub mod rules;
#[cfg(feature = "embedded-hal-async")]
mod time_limit;

mod machine;

mod storage;

mod engine;

mod circuit;
mod config;
mod snapshot;

mod breaker;

mod keyed;

#[cfg(any(
    feature = "embedded-hal",
    feature = "embedded-io",
    feature = "embedded-io-06",
    feature = "embedded-storage"
))]
pub mod bus;
mod last_good;
pub mod registry;
pub mod watchdog;

#[cfg(feature = "settings")]
pub mod settings;

#[cfg(feature = "server")]
pub mod server;

#[cfg(any(doc, doctest))]
pub mod guide;

#[cfg(feature = "defmt")]
mod defmt;

#[doc(hidden)]
pub use breaker::Fallible;
pub use breaker::{CallAsync, CallAsyncOn, CircuitBreaker, Permit, RecoveryOutcome, Wrap};
pub use circuit::Circuit;
pub use clock::*;
pub use config::{Config, ConfigError, ConfigErrorKind, Recovery};
pub use error::{Error, Rejected};
pub use keyed::{Keyed, KeyedCircuits, KeyedFull};
pub use last_good::{LastGood, Reading};
pub use observe::{Hooks, Observer};
pub use registry::{Registry, RegistryError, View};
pub use rules::{
    Detect, EveryError, Fatal, Kind, Kinds, Lists, Reporting, RetryAfter, Rules, Verdict,
};
pub use snapshot::{Slept, Snapshot, SnapshotError};
pub use state::{Cause, Reason, State, Transition};
#[cfg(feature = "std")]
pub use strategy::{AnyStrategy, Choice};
pub use strategy::{
    Consecutive, CountWindow, Debounce, DecayingRate, Either, FailuresPerPeriod, NetError,
    Strategy, TimeWindow, TimedConsecutive,
};
#[cfg(feature = "embedded-hal-async")]
pub use time_limit::{TimedError, time_limit};
pub use wait::Wait;
