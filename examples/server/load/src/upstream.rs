//! What dies: an HTTP server on loopback whose answers are switched.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::seed::fails;
use crate::{Failure, serve_connection};

/// What a healthy answer takes, and a 500.
const WORK: Duration = Duration::from_millis(2);

const HEALTHY: u8 = 0;

/// The server's switch, and how many requests it saw while it was not healthy.
#[derive(Default)]
pub struct Upstream {
    mode: AtomicU8,
    reached: AtomicU64,
}

impl Upstream {
    /// From now on it fails like this, or no longer.
    pub fn switch(&self, failure: Option<Failure>) {
        self.mode.store(failure.map_or(HEALTHY, |failure| failure as u8), Relaxed);
    }

    /// How many requests reached it while it was dead, or as good as dead.
    pub fn reached(&self) -> u64 {
        self.reached.load(Relaxed)
    }

    async fn answer(&self) -> StatusCode {
        let mode = self.mode.load(Relaxed);
        if mode == HEALTHY {
            sleep(WORK).await;
            return StatusCode::OK;
        }
        let nth = self.reached.fetch_add(1, Relaxed);
        if mode == Failure::Hanging as u8 {
            // Also when it is healthy again: what hung is forgotten.
            pending::<()>().await;
        }
        sleep(WORK).await;
        if mode == Failure::Errors as u8 || fails(nth, 30) {
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::OK
        }
    }
}

/// Serves until its task is aborted.
pub async fn serve(listener: TcpListener, upstream: Arc<Upstream>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let upstream = upstream.clone();
        serve_connection(
            stream,
            service_fn(move |_: Request<Incoming>| {
                let upstream = upstream.clone();
                async move {
                    let mut response = Response::new(Full::new(Bytes::from_static(b"{}")));
                    *response.status_mut() = upstream.answer().await;
                    Ok::<_, Infallible>(response)
                }
            }),
        );
    }
}
