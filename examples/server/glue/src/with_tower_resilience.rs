//! The dependencies guarded by tower-resilience.

use std::sync::Arc;
use std::time::Duration;

use tower::util::BoxCloneSyncService;
use tower::{Layer, ServiceExt, service_fn};
use tower_resilience_circuitbreaker::{
    CircuitBreakerError, CircuitBreakerHandle, CircuitBreakerLayer, CircuitState, FailureClassifier,
};

use crate::service::{Circuit, Failed, Guards, Rule, Settings};
use crate::world::{DbFault, Late, Page, World};

pub struct TowerResilience {
    pages: BoxCloneSyncService<String, Page, CircuitBreakerError<Late>>,
    rows: BoxCloneSyncService<u64, u64, CircuitBreakerError<DbFault>>,
    upstream: Breaker,
    database: Breaker,
}

/// A handle, and what it does not tell.
struct Breaker {
    id: String,
    open: Duration,
    handle: CircuitBreakerHandle<Judge>,
}

/// Which results count.
struct Judge;

impl FailureClassifier<Page, Late> for Judge {
    fn classify(&self, result: &Result<Page, Late>) -> bool {
        match result {
            Ok(page) => page.status == 429 || page.status >= 500,
            Err(Late) => true,
        }
    }
}

impl FailureClassifier<u64, DbFault> for Judge {
    fn classify(&self, result: &Result<u64, DbFault>) -> bool {
        matches!(result, Err(DbFault::Lost | DbFault::Late))
    }
}

impl Breaker {
    fn new(rule: &Rule) -> Result<(CircuitBreakerLayer<Judge>, Self), String> {
        let open = Duration::from_millis(rule.open_ms);
        let (layer, handle) = CircuitBreakerLayer::builder()
            .name(&rule.id)
            .consecutive_failures(rule.failures_in_a_row.into())
            .wait_duration_in_open(open)
            .failure_classifier_type(Judge)
            .build_with_handle()
            .map_err(|error| error.to_string())?;
        Ok((layer, Breaker { id: rule.id.clone(), open, handle }))
    }

    /// The state by now, and the time left: an open circuit becomes half-open by a call, not by time.
    async fn told(&self) -> Circuit {
        let metrics = self.handle.metrics().await;
        let left = match metrics.state {
            CircuitState::Open => self.open.saturating_sub(metrics.time_since_state_change),
            _ => Duration::ZERO,
        };
        let state = match metrics.state {
            CircuitState::Closed => "closed",
            CircuitState::Open if !left.is_zero() => "open",
            _ => "half-open",
        };
        Circuit {
            id: self.id.clone(),
            state,
            errors: metrics.failure_count,
            retry_after_ms: Some(left.as_millis()),
        }
    }

    async fn failed<E>(&self, error: CircuitBreakerError<E>) -> Failed<E> {
        match error {
            CircuitBreakerError::Inner(fault) => Failed::Fault(fault),
            CircuitBreakerError::OpenCircuit => {
                let since = self.handle.metrics().await.time_since_state_change;
                let retry_after = Some(self.open.saturating_sub(since));
                Failed::Unavailable { circuit: self.id.clone(), retry_after }
            }
        }
    }
}

impl TowerResilience {
    fn breaker(&self, id: &str) -> Option<&Breaker> {
        [&self.upstream, &self.database].into_iter().find(|breaker| breaker.id == id)
    }
}

impl Guards for TowerResilience {
    fn new(settings: &Settings, world: Arc<World>) -> Result<Self, String> {
        let (layer, upstream) = Breaker::new(&settings.upstream)?;
        let pages = layer.layer(service_fn({
            let world = world.clone();
            move |path| world.clone().page(path)
        }));
        let (layer, database) = Breaker::new(&settings.database)?;
        let rows = layer.layer(service_fn(move |key| world.clone().row(key)));
        let (pages, rows) = (BoxCloneSyncService::new(pages), BoxCloneSyncService::new(rows));
        Ok(TowerResilience { pages, rows, upstream, database })
    }

    async fn page(&self, path: String) -> Result<Page, Failed<Late>> {
        match self.pages.clone().oneshot(path).await {
            Ok(page) => Ok(page),
            Err(error) => Err(self.upstream.failed(error).await),
        }
    }

    async fn row(&self, key: u64) -> Result<u64, Failed<DbFault>> {
        match self.rows.clone().oneshot(key).await {
            Ok(row) => Ok(row),
            Err(error) => Err(self.database.failed(error).await),
        }
    }

    async fn ready(&self) -> bool {
        self.circuits().await.iter().all(|circuit| circuit.state != "open")
    }

    async fn circuits(&self) -> Vec<Circuit> {
        vec![self.upstream.told().await, self.database.told().await]
    }

    async fn force_open(&self, id: &str) -> bool {
        let Some(breaker) = self.breaker(id) else { return false };
        breaker.handle.force_open().await;
        true
    }

    async fn reset(&self, id: &str) -> bool {
        let Some(breaker) = self.breaker(id) else { return false };
        breaker.handle.reset().await;
        true
    }
}
