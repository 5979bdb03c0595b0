//! The dependencies guarded by mcb.

use std::sync::Arc;
use std::time::Duration;

use mcb::server::{Breaker, Breakers, id};
use mcb::{Config, Error, Recovery, Rules, Verdict, Wait};

use crate::service::{Circuit, Failed, Guards, Rule, Settings};
use crate::world::{DbFault, Late, Page, World};

pub struct Mcb {
    upstream: Breaker<Judge>,
    database: Breaker<Judge>,
    circuits: Breakers,
    world: Arc<World>,
}

/// Which results count.
#[derive(Clone, Copy)]
struct Judge;

impl Rules<Page, Late> for Judge {
    fn judge(&self, result: &Result<Page, Late>) -> Verdict {
        match result {
            Ok(page) if page.status == 429 || page.status >= 500 => Verdict::Failure,
            Ok(_) => Verdict::Success,
            Err(Late) => Verdict::Failure,
        }
    }

    fn open_for(&self, result: &Result<Page, Late>) -> Option<Duration> {
        result.as_ref().ok()?.retry_after
    }
}

impl Rules<u64, DbFault> for Judge {
    fn judge(&self, result: &Result<u64, DbFault>) -> Verdict {
        match result {
            Ok(_) | Err(DbFault::NoSuchRow) => Verdict::Success,
            Err(DbFault::Lost | DbFault::Late) => Verdict::Failure,
        }
    }
}

fn breaker(rule: &Rule, all: &Breakers) -> Result<Breaker<Judge>, String> {
    let config = Config::new(id(&rule.id))
        .error_threshold(rule.failures_in_a_row)
        .recovery_timeout(Duration::from_millis(rule.open_ms))
        .with_recovery(Recovery::new().max_wait(Duration::from_secs(1_000)));
    let breaker = Breaker::new(config).map_err(|error| error.to_string())?;
    all.register(&breaker).map_err(|error| error.to_string())?;
    Ok(breaker.with_rules(Judge))
}

impl<E> From<Error<E>> for Failed<E> {
    fn from(error: Error<E>) -> Self {
        match error {
            Error::Inner(fault) => Failed::Fault(fault),
            Error::Rejected(rejected) => Failed::Unavailable {
                circuit: rejected.id.into(),
                retry_after: rejected.retry_after.map(Wait::as_duration),
            },
        }
    }
}

impl Guards for Mcb {
    fn new(settings: &Settings, world: Arc<World>) -> Result<Self, String> {
        let circuits = Breakers::new();
        let upstream = breaker(&settings.upstream, &circuits)?;
        let database = breaker(&settings.database, &circuits)?;
        Ok(Mcb { upstream, database, circuits, world })
    }

    async fn page(&self, path: String) -> Result<Page, Failed<Late>> {
        Ok(self.upstream.call_async(self.world.clone().page(path)).await?)
    }

    async fn row(&self, key: u64) -> Result<u64, Failed<DbFault>> {
        Ok(self.database.call_async(self.world.clone().row(key)).await?)
    }

    async fn ready(&self) -> bool {
        self.circuits.open().is_empty()
    }

    async fn circuits(&self) -> Vec<Circuit> {
        let told = |circuit: &Breaker| Circuit {
            id: circuit.id().into(),
            state: circuit.state().as_str(),
            errors: circuit.error_count().into(),
            retry_after_ms: circuit.retry_after().map(|wait| wait.as_duration().as_millis()),
        };
        self.circuits.list().iter().map(told).collect()
    }

    async fn force_open(&self, id: &str) -> bool {
        self.circuits.get(id).map(|circuit| circuit.force_open()).is_some()
    }

    async fn reset(&self, id: &str) -> bool {
        self.circuits.get(id).map(|circuit| circuit.reset()).is_some()
    }
}
