#![doc = include_str!("../README.md")]
#![no_std]
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
