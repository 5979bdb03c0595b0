//! How long an opening lasts, and what an opening and a closing leave behind: what a [`Plan`] makes of the words that
//! the other transitions give.
//!
//! A breaker without a plan has none of this: what it calls goes by way of a pointer that only
//! [`Config::recovery`](crate::Config::recovery) sets.

mod duration;
mod plan;

pub(super) use duration::code;
pub(crate) use plan::{Moment, Plan, Schedule, Seed};
