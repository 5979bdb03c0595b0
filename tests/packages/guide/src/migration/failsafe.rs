use std::time::Duration;

use failsafe::{CircuitBreaker, Config, Error, backoff, failure_policy};

pub fn breaker() -> impl CircuitBreaker {
    let backoff = backoff::equal_jittered(Duration::from_secs(10), Duration::from_secs(45));
    let policy = failure_policy::consecutive_failures(3, backoff);
    Config::new().failure_policy(policy).build()
}

pub fn ask(
    breaker: &impl CircuitBreaker,
    query: impl FnOnce() -> Result<u32, &'static str>,
) -> Result<u32, &'static str> {
    match breaker.call_with(|error: &&str| *error != "no such row", query) {
        Ok(rows) => Ok(rows),
        Err(Error::Rejected) => Err("not asked"),
        Err(Error::Inner(error)) => Err(error),
    }
}
