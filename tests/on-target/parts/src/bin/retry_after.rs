//! Opened by a result, for as long as it says.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::{Consecutive, EveryError, Recovery, RetryAfter};
use parts::steps::WORSE;

type Answer = Result<u32, u32>;

fn wait(answer: &Answer) -> Option<Duration> {
    (*answer == Err(WORSE)).then_some(Duration::from_secs(1))
}

parts::part!(
    Consecutive, RetryAfter<fn(&Answer) -> Option<Duration>>;
    .recovery(&Recovery::new().max_wait(Duration::from_secs(2)))
    .rules(EveryError.retry_after(wait as fn(&Answer) -> _))
);
