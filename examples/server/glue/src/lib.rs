//! One small service with two dependencies, guarded once by mcb and once by tower-resilience.
//!
//! All that is about breakers stands in [`with_mcb`] and in [`with_tower_resilience`]; `examples/server/glue.sh` counts
//! their lines. [`service`] is what both serve, [`world`] what both depend on, and `tests/both.rs` holds both to the same
//! behaviour, and says where they differ.

pub mod service;
pub mod with_mcb;
pub mod with_tower_resilience;
pub mod world;
