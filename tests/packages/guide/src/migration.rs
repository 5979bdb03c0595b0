//! Breakers before a move.

pub mod failsafe;
pub mod recloser;
pub mod tower_resilience;
