//! The guide: how to choose, place, tune, test and operate breakers. Prose, and programs that run as tests of the crate.
//!
//! Read in this order, or what you need:
//!
//! | page | the question |
//! |---|---|
//! | [`when`] | What does a breaker protect, and when is none better? |
//! | [`start`] | How do I guard a sensor, a bus, a database and an HTTP client, in ten minutes? |
//! | [`strategy`] | When should it open? And what do they call that where I come from? |
//! | [`numbers`] | Which threshold, which timeout? What will they cost? |
//! | [`order`] | Retry, timeout, fallback: what goes inside of what? |
//! | [`failures`] | Which results count? |
//! | [`scope`] | One breaker for what? |
//! | [`recovery`] | How does it come back: set-up, growing waits, lockout, slow start, deep sleep? |
//! | [`habits`] | What goes wrong most often, and what to do instead? |
//! | [`testing`] | How do I test my own code around a breaker? |
//! | [`operating`] | What do I watch, what wakes me, and what do I do then? |
//! | [`server`] | How does it look with axum, reqwest, sqlx, redis and tower? |
//! | [`parts`] | Which parts are there, and where is each of them shown? |
//! | [`features`] | Which features and clocks, which limits, on which targets? |
//! | [`costs`] | What does it cost, beside others? |
//! | [`proofs`] | What is proved of it, and what is not? |
//! | [`migration`] | How do I come from another breaker? |
//!
//! Some pages show parts that need a feature, and are empty without it; with all features all are there.

#[doc = include_str!("guide/when.md")]
pub mod when {}

#[cfg_attr(all(feature = "std", feature = "embedded-hal"), doc = include_str!("guide/start.md"))]
#[cfg_attr(
    not(all(feature = "std", feature = "embedded-hal")),
    doc = "Ten minutes: this page needs the features `std` and `embedded-hal`."
)]
pub mod start {}

#[doc = include_str!("guide/strategy.md")]
pub mod strategy {}

#[doc = include_str!("guide/numbers.md")]
pub mod numbers {}

#[doc = include_str!("guide/order.md")]
pub mod order {}

#[doc = include_str!("guide/failures.md")]
pub mod failures {}

#[cfg_attr(feature = "server", doc = include_str!("guide/scope.md"))]
#[cfg_attr(not(feature = "server"), doc = "Scope: this page needs the feature `server`.")]
pub mod scope {}

#[doc = include_str!("guide/recovery.md")]
pub mod recovery {}

#[doc = include_str!("guide/habits.md")]
pub mod habits {}

#[cfg_attr(feature = "server", doc = include_str!("guide/testing.md"))]
#[cfg_attr(
    not(feature = "server"),
    doc = "Testing your code: this page needs the feature `server`."
)]
pub mod testing {}

#[doc = include_str!("guide/operating.md")]
pub mod operating {}

#[cfg_attr(
    all(feature = "settings", feature = "tower", feature = "metrics"),
    doc = include_str!("guide/server.md")
)]
#[cfg_attr(
    not(all(feature = "settings", feature = "tower", feature = "metrics")),
    doc = "On a server: this page needs the features `settings`, `tower` and `metrics`."
)]
pub mod server {
    #[cfg_attr(
        all(feature = "settings", feature = "tower", feature = "metrics"),
        doc = include_str!("guide/server/axum.md")
    )]
    #[cfg_attr(
        not(all(feature = "settings", feature = "tower", feature = "metrics")),
        doc = "With axum: this page needs the features `settings`, `tower` and `metrics`."
    )]
    pub mod axum {}

    #[cfg_attr(
        all(feature = "settings", feature = "tower", feature = "metrics"),
        doc = include_str!("guide/server/clients.md")
    )]
    #[cfg_attr(
        not(all(feature = "settings", feature = "tower", feature = "metrics")),
        doc = "HTTP clients: this page needs the features `settings`, `tower` and `metrics`."
    )]
    pub mod clients {}

    #[cfg_attr(
        all(feature = "settings", feature = "tower", feature = "metrics"),
        doc = include_str!("guide/server/stores.md")
    )]
    #[cfg_attr(
        not(all(feature = "settings", feature = "tower", feature = "metrics")),
        doc = "Stores: this page needs the features `settings`, `tower` and `metrics`."
    )]
    pub mod stores {}
}

#[cfg_attr(feature = "std", doc = include_str!("guide/parts.md"))]
#[cfg_attr(not(feature = "std"), doc = "The parts: this page needs the feature `std`.")]
pub mod parts {}

#[doc = include_str!("guide/features.md")]
pub mod features {}

#[doc = include_str!("guide/costs.md")]
pub mod costs {}

#[doc = include_str!("guide/proofs.md")]
pub mod proofs {}

/// Coming from another breaker: what was, what becomes of it, and what will be different.
///
/// | from | |
/// |---|---|
/// | Python | [`pycircuitbreaker`](migration::pycircuitbreaker) |
/// | Rust | [`recloser`](migration::recloser), [`failsafe`](migration::failsafe), [`tower_resilience`](migration::tower_resilience) |
/// | Java | [`resilience4j`](migration::resilience4j) |
/// | .NET | [`polly`](migration::polly) |
pub mod migration {
    #[cfg_attr(feature = "std", doc = include_str!("guide/migration/pycircuitbreaker.md"))]
    #[cfg_attr(
        not(feature = "std"),
        doc = "From pycircuitbreaker: this page needs the feature `std`."
    )]
    pub mod pycircuitbreaker {}

    #[cfg_attr(feature = "std", doc = include_str!("guide/migration/recloser.md"))]
    #[cfg_attr(not(feature = "std"), doc = "From recloser: this page needs the feature `std`.")]
    pub mod recloser {}

    #[cfg_attr(feature = "std", doc = include_str!("guide/migration/failsafe.md"))]
    #[cfg_attr(not(feature = "std"), doc = "From failsafe: this page needs the feature `std`.")]
    pub mod failsafe {}

    #[cfg_attr(feature = "tower", doc = include_str!("guide/migration/tower_resilience.md"))]
    #[cfg_attr(
        not(feature = "tower"),
        doc = "From tower-resilience: this page needs the feature `tower`."
    )]
    pub mod tower_resilience {}

    #[cfg_attr(
        all(feature = "server", feature = "settings"),
        doc = include_str!("guide/migration/resilience4j.md")
    )]
    #[cfg_attr(
        not(all(feature = "server", feature = "settings")),
        doc = "From resilience4j: this page needs the features `server` and `settings`."
    )]
    pub mod resilience4j {}

    #[cfg_attr(feature = "std", doc = include_str!("guide/migration/polly.md"))]
    #[cfg_attr(not(feature = "std"), doc = "From Polly: this page needs the feature `std`.")]
    pub mod polly {}
}
