//! What a user writes: drivers and services with a breaker in them, as they stand in applications.
#![cfg(not(loom))]

mod auto_traits;
mod drivers;
#[cfg(feature = "std")]
mod errors;
mod generic;
#[cfg(feature = "std")]
mod shared;
mod types;
