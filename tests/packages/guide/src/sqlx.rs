//! A Postgres database.

use std::io;
use std::time::Duration;

use mcb::server::Breaker;
use mcb::{Rules, Verdict};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::time::timeout;

/// Which errors say that the database is in trouble.
#[derive(Clone, Copy)]
pub struct Sql;

impl<T> Rules<T, sqlx::Error> for Sql {
    fn judge(&self, result: &Result<T, sqlx::Error>) -> Verdict {
        use sqlx::Error::{Database, Io, PoolTimedOut, Protocol, RowNotFound, Tls, WorkerCrashed};
        match result {
            Ok(_) | Err(RowNotFound) => Verdict::Success,
            // The class of the SQL state: the database answered, and says what is wrong.
            Err(Database(error)) => match error.code().as_deref().and_then(|code| code.get(..2)) {
                Some("08" | "53" | "57" | "58") => Verdict::Failure, // connection, resources, shutdown
                Some("28") => Verdict::Fatal,                        // our password is refused
                Some("40") => Verdict::Ignore, // a deadlock: it works when tried again
                _ => Verdict::Success,         // a broken constraint, a wrong query
            },
            Err(Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | WorkerCrashed) => Verdict::Failure,
            Err(_) => Verdict::Ignore, // a column that does not fit is our mistake
        }
    }
}

pub struct Orders {
    pool: PgPool,
    breaker: Breaker<Sql>,
}

impl Orders {
    pub fn new(url: &str, breaker: &Breaker) -> Result<Self, sqlx::Error> {
        // Waiting for a connection is part of the call: a pool that is exhausted counts. Nothing connects yet.
        let pool =
            PgPoolOptions::new().acquire_timeout(Duration::from_millis(500)).connect_lazy(url)?;
        Ok(Orders { pool, breaker: breaker.with_rules(Sql) })
    }

    pub async fn count(&self) -> Result<i64, mcb::Error<sqlx::Error>> {
        let query = sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(&self.pool);
        self.breaker
            .call_async(async {
                let late = |_| Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into()));
                timeout(Duration::from_secs(2), query).await.unwrap_or_else(late)
            })
            .await
    }
}
