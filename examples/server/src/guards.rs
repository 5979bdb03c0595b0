//! All that stands between this service and its breakers.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use mcb::server::{Breaker, Breakers};
use mcb::{Rules, Verdict};

use crate::fault::Fault;
use crate::settings::Operator;
use crate::told::Told;

pub use crate::standin::Circuits;
pub type Changes = String;

/// The breakers that handlers call through, and all of them by id.
pub struct Guards {
    pub upstream: Breaker<Faults>,
    pub redis: Breaker<Faults>,
    pub postgres: Breaker<Faults>,
    pub all: Breakers,
}

impl Guards {
    pub fn new(circuits: &Circuits, told: Arc<Told>) -> Result<Guards, Box<dyn Error>> {
        let all = circuits.breakers(told)?;
        let guard = |id| match all.get(id) {
            Some(breaker) => Ok(breaker.with_rules(Faults)),
            None => Err(format!("circuits: {id} is missing")),
        };
        let (upstream, redis, postgres) = (guard("upstream")?, guard("redis")?, guard("postgres")?);
        Ok(Guards { upstream, redis, postgres, all })
    }

    /// Refuses settings that lack a circuit that is in use or required.
    pub fn check(&self, operator: &Operator, circuits: &Circuits) -> Result<(), String> {
        let used = ["upstream", "redis", "postgres"];
        match used.into_iter().chain(operator.required.iter().map(String::as_str)).find(|id| !circuits.has(id)) {
            Some(id) => Err(format!("circuits: {id} is missing")),
            None => Ok(()),
        }
    }

    pub fn reload(&self, circuits: &Circuits) -> Result<Changes, Box<dyn Error>> {
        circuits.reload(&self.all)
    }
}

/// What counts: every fault but those of the client; and one that says how long it lasts opens at once, for as long.
#[derive(Clone, Copy)]
pub struct Faults;

impl<T> Rules<T, Fault> for Faults {
    fn judge(&self, result: &Result<T, Fault>) -> Verdict {
        match result {
            Err(fault) if !fault.is_the_clients() => Verdict::Failure,
            _ => Verdict::Success,
        }
    }

    fn open_for(&self, result: &Result<T, Fault>) -> Option<Duration> {
        result.as_ref().err()?.wait()
    }
}

/// So that `?` does in a handler.
impl From<mcb::Error<Fault>> for Fault {
    fn from(error: mcb::Error<Fault>) -> Self {
        match error {
            mcb::Error::Rejected(rejected) => Fault::Rejected(rejected),
            mcb::Error::Inner(fault) => fault,
        }
    }
}
