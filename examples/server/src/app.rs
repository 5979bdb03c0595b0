//! What all requests share, and how it changes while the service runs.

use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use mcb::server::Reloaded;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Semaphore, watch};

use crate::dependencies::Dependencies;
use crate::guards::Guards;
use crate::settings::{Operator, Service, Settings};
use crate::told::Told;

/// So many may watch the events at a time.
const WATCHERS: usize = 64;

pub struct App {
    pub guards: Guards,
    pub dependencies: Dependencies,
    pub told: Arc<Told>,
    pub metrics: PrometheusHandle,
    pub watchers: Arc<Semaphore>,
    /// True once the service is to stop.
    pub stopping: watch::Receiver<bool>,
    path: PathBuf,
    service: Service,
    operator: RwLock<Operator>,
}

impl App {
    /// Reads the settings, and connects to nothing.
    pub async fn new(
        path: PathBuf,
        metrics: PrometheusHandle,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, Box<dyn Error>> {
        let Settings { service, operator, breakers } = Settings::read(&path).await?;
        let told = Arc::new(Told::new());
        let guards = Guards::new(&breakers, Arc::clone(&told))?;
        Ok(App {
            guards,
            dependencies: Dependencies::new(&service).map_err(|fault| fault.to_string())?,
            told,
            metrics,
            watchers: Arc::new(Semaphore::new(WATCHERS)),
            stopping,
            path,
            service,
            operator: RwLock::new(operator),
        })
    }

    /// Where to listen.
    pub fn address(&self) -> std::net::SocketAddr {
        self.service.listen
    }

    /// What the file says of operators, as read last.
    pub fn operator(&self) -> Operator {
        self.operator.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the settings again, and tells what came of it.
    pub async fn reload(&self) {
        match self.try_reload().await {
            Ok(changes) => {
                println!("settings read again: {changes}");
                self.told.settings(false, changes.to_string());
            }
            Err(error) => {
                // Readers of TOML end theirs with a line of its own.
                let error = error.to_string().trim_end().to_owned();
                eprintln!("settings refused, all stays as it was: {error}");
                self.told.settings(true, error);
            }
        }
    }

    /// Takes all of them over, or none.
    async fn try_reload(&self) -> Result<Reloaded, Box<dyn Error>> {
        let Settings { service, operator, breakers } = Settings::read(&self.path).await?;
        if service != self.service {
            return Err("what stands under [service] is read at the start alone".into());
        }
        let changes = self.guards.reload(&breakers)?;
        *self.operator.write().unwrap_or_else(PoisonError::into_inner) = operator;
        Ok(changes)
    }
}
