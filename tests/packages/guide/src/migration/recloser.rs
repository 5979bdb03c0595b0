use std::time::Duration;

use recloser::{Error, Recloser};

pub fn breaker() -> Recloser {
    Recloser::custom()
        .error_rate(0.5)
        .closed_len(20)
        .half_open_len(1)
        .open_wait(Duration::from_secs(30))
        .build()
}

pub fn ask(
    breaker: &Recloser,
    query: impl FnOnce() -> Result<u32, &'static str>,
) -> Result<u32, &'static str> {
    match breaker.call_with(|error: &&str| *error != "no such row", query) {
        Ok(rows) => Ok(rows),
        Err(Error::Rejected) => Err("not asked"),
        Err(Error::Inner(error)) => Err(error),
    }
}
