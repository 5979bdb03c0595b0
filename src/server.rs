//! Breakers of a server: made from settings at run time, shared by handles, found by their ids.
//!
//! Needs the feature `server`. [`Breaker`] is one type for all of them, whatever strategy and recovery its settings
//! choose; [`Breakers`] holds them by id, for readiness probes, metrics and operators;
//! [`KeyedBreakers`] has one for each host or tenant, and never too many.
//!
//! ```
//! use std::time::Duration;
//! use mcb::Config;
//! use mcb::server::{Breaker, Breakers};
//!
//! let breakers = Breakers::new();
//! let db = Breaker::new(Config::new("db").error_threshold(3).recovery_timeout(Duration::from_secs(10)))?;
//! breakers.register(&db)?;
//!
//! let rows: Result<u32, mcb::Error<std::io::Error>> = db.call(|| Ok(42));
//! assert_eq!(rows.unwrap(), 42);
//! assert!(breakers.open().is_empty()); // ready
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A function of your own, with a time limit, and with an error that is no fault. The limit belongs inside, and both
//! errors become one, so that rules see either; a closure is rules enough:
//!
//! ```
//! use std::time::Duration;
//! use mcb::Verdict;
//! use mcb::server::Breaker;
//! use tokio::time::timeout;
//!
//! enum Fault { Late, NotFound, Down }
//! async fn query(key: u32) -> Result<u32, Fault> { if key == 7 { Ok(42) } else { Err(Fault::NotFound) } }
//!
//! async fn guarded(db: &Breaker, key: u32) -> Result<u32, mcb::Error<Fault>> {
//!     let rules = |result: &Result<u32, Fault>| match result {
//!         Ok(_) => Verdict::Success,
//!         Err(Fault::NotFound) => Verdict::Ignore,
//!         Err(Fault::Late | Fault::Down) => Verdict::Failure,
//!     };
//!     let query = async { timeout(Duration::from_secs(1), query(key)).await.unwrap_or(Err(Fault::Late)) };
//!     db.with_rules(rules).call_async(query).await
//! }
//! ```

mod breaker;
mod breakers;
mod builder;
mod future;
mod id;
mod keyed;
mod permit;
#[cfg(feature = "settings")]
mod reload;
mod shared;
#[cfg(feature = "tower")]
pub mod tower;

pub use breaker::Breaker;
pub use breakers::{Breakers, DuplicateId};
pub use builder::Builder;
pub use future::CallAsync;
pub use id::id;
pub use keyed::{KeyedBreakers, KeyedError, WhenFull};
pub use permit::OwnedPermit;
#[cfg(feature = "settings")]
pub use reload::Reloaded;
