//! A cache in Redis.

use std::time::Duration;

use mcb::server::Breaker;
use mcb::{Rules, Verdict};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, ErrorKind, RedisError, ServerErrorKind};

/// Which errors say that the store is in trouble.
#[derive(Clone, Copy)]
pub struct Store;

impl<T> Rules<T, RedisError> for Store {
    fn judge(&self, result: &Result<T, RedisError>) -> Verdict {
        use ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, ReadOnly};
        let Err(error) = result else { return Verdict::Success };
        match error.kind() {
            ErrorKind::Io => Verdict::Failure, // no connection, or too late
            ErrorKind::Server(BusyLoading | ClusterDown | MasterDown | ReadOnly) => {
                Verdict::Failure
            }
            ErrorKind::AuthenticationFailed => Verdict::Fatal,
            ErrorKind::Server(_) => Verdict::Success, // it answered: a wrong command
            _ => Verdict::Ignore,                     // a value that is not what we thought
        }
    }
}

pub struct Cache {
    manager: ConnectionManager,
    breaker: Breaker<Store>,
}

impl Cache {
    pub fn new(url: &str, breaker: &Breaker) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_millis(200)))
            .set_response_timeout(Some(Duration::from_millis(200)))
            .set_number_of_retries(0); // when to try again is the breaker's business
        let manager = ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?;
        Ok(Cache { manager, breaker: breaker.with_rules(Store) })
    }

    /// The cached value, or nothing, also where the cache cannot be asked: whoever calls does without.
    pub async fn get(&self, key: &str) -> Option<String> {
        let mut manager = self.manager.clone();
        self.breaker.call_async(manager.get(key)).await.unwrap_or(None)
    }
}
