//! The service in front of the upstream: every request asks it, through the breaker, with a time limit inside.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::serve_connection;
use crate::subjects::{Guard, Outcome, Subject};

/// The time limit of a call of the upstream.
pub const LIMIT: Duration = Duration::from_millis(600);

type Upstream = Client<HttpConnector, Empty<Bytes>>;

/// The guarded call: anything but a whole answer below 500 in time is a failure.
async fn ask(upstream: Upstream, uri: Uri) -> Result<(), ()> {
    let answer = timeout(LIMIT, async {
        let response = upstream.get(uri).await.map_err(drop)?;
        let status = response.status();
        response.into_body().collect().await.map_err(drop)?;
        if status.is_server_error() { Err(()) } else { Ok(()) }
    });
    answer.await.unwrap_or(Err(()))
}

/// Serves until its task is aborted.
pub async fn serve(listener: TcpListener, upstream: SocketAddr, subject: Subject) {
    let client: Upstream = Client::builder(TokioExecutor::new()).build_http();
    let uri: Uri = format!("http://{upstream}/").parse().expect("an address and a path");
    let guard = Arc::new(Guard::new(subject, move || ask(client.clone(), uri.clone())));
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let guard = guard.clone();
        serve_connection(
            stream,
            service_fn(move |_: Request<Incoming>| {
                let guard = guard.clone();
                async move {
                    let mut response = Response::new(Full::new(Bytes::from_static(b"{}")));
                    *response.status_mut() = match guard.call().await {
                        Outcome::Ok => StatusCode::OK,
                        Outcome::Failed => StatusCode::BAD_GATEWAY,
                        Outcome::Rejected => StatusCode::SERVICE_UNAVAILABLE,
                    };
                    Ok::<_, Infallible>(response)
                }
            }),
        );
    }
}
