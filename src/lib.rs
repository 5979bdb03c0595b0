// The README's examples include hosted ones, which are tested where there is `std`.
#![cfg_attr(feature = "std", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "std"),
    doc = "A miniature circuit breaker; see the README for the front page."
)]
//!
//! # Where to find what
//!
//! - a guarded call: [`CircuitBreaker::call`], [`call_async`](CircuitBreaker::call_async),
//!   [`call_on`](CircuitBreaker::call_on) with a recovery step, [`call_mut`](CircuitBreaker::call_mut),
//!   [`wrap`](Wrap), [`circuit!`]; by hand: [`try_acquire`](CircuitBreaker::try_acquire) and [`Permit`]
//! - settings: [`Config`]; when it opens: [`strategy`]; what counts: [`rules`]; what is told: [`hooks`]
//! - time: [`clock`]
//! - many breakers: [`Registry`], [`View`], [`Circuit`]
//! - buses and streams: the module `guard` (features `embedded-hal`, `embedded-io` and their async twins)
//! - what holds whatever happens: [invariants](CircuitBreaker#invariants)
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(loom))))]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

mod breaker;
mod cell;
mod circuit;
pub mod clock;
mod config;
mod error;
#[cfg(any(feature = "embedded-hal", feature = "embedded-io"))]
pub mod guard;
pub mod hooks;
mod log;
mod macros;
mod registry;
pub mod rules;
mod state;
pub mod strategy;
mod sync;

pub use breaker::{CircuitBreaker, Helped, Permit, Wrap};
pub use circuit::Circuit;
#[cfg(feature = "embassy-time")]
pub use clock::EmbassyTime;
#[cfg(feature = "embedded-time")]
pub use clock::EmbeddedTime;
#[cfg(feature = "fugit")]
pub use clock::Fugit;
#[cfg(feature = "rtic-time")]
pub use clock::RticTime;
#[cfg(feature = "std")]
pub use clock::StdClock;
pub use clock::{CachedClock, Clock, FnClock, ManualClock};
pub use config::{Config, ConfigError};
pub use error::{Error, Rejected, Wait};
pub use hooks::{Cause, Hooked, Hooks, Observer, Opened, Transition, TypedHooks};
#[doc(hidden)]
pub use macros::Fallible;
pub use registry::{Circuits, OpenCircuits, Registry, RegistryError, View};
pub use rules::{Detect, EveryError, Kind, Kinds, Lists, Rules, Verdict};
pub use state::State;
pub use strategy::{Consecutive, NetError, Strategy};
