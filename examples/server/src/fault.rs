//! What can go wrong in a request, and what the client is told of it.

use std::fmt;
use std::time::Duration;

use axum::Json;
use axum::http::{StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request gave no value.
#[derive(Debug)]
pub enum Fault {
    /// The circuit of what is needed lets nothing through.
    Rejected(mcb::Rejected),
    /// The time limit has passed.
    TimedOut,
    /// The upstream answered with this status, and maybe for how long to leave it alone.
    Status(StatusCode, Option<Duration>),
    Http(reqwest::Error),
    Redis(redis::RedisError),
    Postgres(tokio_postgres::Error),
}

impl Fault {
    /// Whether the client asked for what cannot be, so that nothing is wrong with the dependency.
    pub fn is_the_clients(&self) -> bool {
        // Classes 22 and 23 of SQL's states: data that does not fit, and a broken constraint.
        let Fault::Postgres(error) = self else { return false };
        error.code().is_some_and(|state| matches!(&state.code()[..2], "22" | "23"))
    }

    /// For how long the dependency itself asks to be left alone.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Fault::Status(_, wait) => *wait,
            _ => None,
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let wait = match &self {
            Fault::Rejected(rejected) => rejected.retry_after.map(mcb::Wait::as_duration),
            fault => fault.wait(),
        };
        let status = match &self {
            Fault::Rejected(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ if wait.is_some() => StatusCode::SERVICE_UNAVAILABLE,
            _ if self.is_the_clients() => StatusCode::BAD_REQUEST,
            Fault::TimedOut => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        };
        // Whole seconds, rounded up, so that nobody who waits for them is early.
        let seconds = wait.map(|wait| wait.as_millis().div_ceil(1_000).max(1).to_string());
        let header = seconds.map(|seconds| [(RETRY_AFTER, seconds)]);
        (status, header, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Rejected(rejected) => rejected.fmt(f),
            Fault::TimedOut => f.write_str("the time limit has passed"),
            Fault::Status(status, _) => write!(f, "the upstream answered {status}"),
            Fault::Http(error) => error.fmt(f),
            Fault::Redis(error) => error.fmt(f),
            Fault::Postgres(error) => error.fmt(f),
        }
    }
}

impl From<reqwest::Error> for Fault {
    fn from(error: reqwest::Error) -> Self {
        // The address is nothing to tell a client.
        Fault::Http(error.without_url())
    }
}

impl From<redis::RedisError> for Fault {
    fn from(error: redis::RedisError) -> Self {
        Fault::Redis(error)
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Fault::Postgres(error)
    }
}

impl From<tokio::time::error::Elapsed> for Fault {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Fault::TimedOut
    }
}
