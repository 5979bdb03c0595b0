//! What the service depends on. Nothing in here knows of breakers.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::http::{StatusCode, header::RETRY_AFTER};
use redis::AsyncCommands;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::NoTls;

use crate::fault::Fault;
use crate::settings::{Dependency, Service};

/// Clients of all of them. None connects before it is asked for something, so that the service starts without them.
pub struct Dependencies {
    upstream: (reqwest::Client, Dependency),
    redis: (ConnectionManager, Dependency),
    postgres: (Mutex<Option<Arc<tokio_postgres::Client>>>, Dependency),
}

impl Dependencies {
    pub fn new(service: &Service) -> Result<Self, Fault> {
        let Service { upstream, redis, postgres, .. } = service.clone();
        let manager = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(redis.time_limit))
            .set_response_timeout(Some(redis.time_limit))
            // Trying again is the breaker's business.
            .set_number_of_retries(0);
        let client = redis::Client::open(redis.url.as_str())?;
        Ok(Dependencies {
            upstream: (reqwest::Client::new(), upstream),
            redis: (ConnectionManager::new_lazy_with_config(client, manager)?, redis),
            postgres: (Mutex::new(None), postgres),
        })
    }

    /// Asks the upstream.
    pub async fn price(&self) -> Result<String, Fault> {
        let (client, Dependency { url, time_limit }) = &self.upstream;
        let response = timeout(*time_limit, client.get(url).send()).await??;
        let status = response.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Fault::Status(status, retry_after(&response)));
        }
        Ok(timeout(*time_limit, response.text()).await??)
    }

    /// Counts in Redis.
    pub async fn visits(&self) -> Result<u64, Fault> {
        let (manager, Dependency { time_limit, .. }) = &self.redis;
        Ok(timeout(*time_limit, manager.clone().incr("visits", 1)).await??)
    }

    /// Asks Postgres, which refuses what is no number.
    pub async fn total(&self, order: &str) -> Result<i64, Fault> {
        let time_limit = self.postgres.1.time_limit;
        timeout(time_limit, async {
            let client = self.connected().await?;
            let row = client.query_one("SELECT 100 * $1::text::bigint", &[&order]).await?;
            Ok(row.get(0))
        })
        .await?
    }

    /// The one connection, made again when it is lost. (A pool would stand here.)
    async fn connected(&self) -> Result<Arc<tokio_postgres::Client>, Fault> {
        let (client, Dependency { url, .. }) = &self.postgres;
        let mut client = client.lock().await;
        match &*client {
            Some(client) if !client.is_closed() => Ok(Arc::clone(client)),
            _ => {
                let (new, connection) = tokio_postgres::connect(url, NoTls).await?;
                tokio::spawn(connection);
                Ok(Arc::clone(client.insert(Arc::new(new))))
            }
        }
    }
}

/// The header's seconds, or the time until its date.
fn retry_after(response: &reqwest::Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(SystemTime::now()).ok(),
    }
}
