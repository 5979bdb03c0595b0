//! The clients: each sends a request, waits for the answer, thinks, and sends the next.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode, header::HOST};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

pub const CONNECTIONS: u32 = 64;
const THINKS: Duration = Duration::from_millis(25);
/// Ten times what the service takes at most: an answer that is not there by then is lost.
const PATIENCE: Duration = Duration::from_secs(5);

/// One request.
pub struct Sent {
    /// Since the beginning of the scene.
    pub at: Duration,
    pub took: Duration,
    /// `None` if it is lost.
    pub status: Option<StatusCode>,
}

/// All requests that all clients send until the end.
pub async fn run(service: SocketAddr, start: Instant, end: Instant) -> Vec<Sent> {
    let mut clients = JoinSet::new();
    for nth in 0..CONNECTIONS {
        clients.spawn(client(service, start, start + THINKS * nth / CONNECTIONS, end));
    }
    clients.join_all().await.into_iter().flatten().collect()
}

async fn client(service: SocketAddr, start: Instant, first: Instant, end: Instant) -> Vec<Sent> {
    let mut all = Vec::new();
    let mut connection = None;
    sleep_until(first).await;
    while Instant::now() < end {
        let sent = Instant::now();
        let status = match timeout(PATIENCE, request(service, &mut connection)).await {
            Ok(Ok(status)) => Some(status),
            _ => None,
        };
        if status.is_none() {
            connection = None;
        }
        all.push(Sent { at: sent - start, took: sent.elapsed(), status });
        sleep(THINKS).await;
    }
    all
}

type Connection = SendRequest<Empty<Bytes>>;
type Error = Box<dyn std::error::Error + Send + Sync>;

async fn request(
    service: SocketAddr,
    connection: &mut Option<Connection>,
) -> Result<StatusCode, Error> {
    if connection.as_ref().is_none_or(Connection::is_closed) {
        let stream = TcpStream::connect(service).await?;
        stream.set_nodelay(true)?;
        let (sender, driver) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        *connection = Some(sender);
    }
    let Some(sender) = connection else { return Err("no connection".into()) };
    sender.ready().await?;
    let request = Request::get("/").header(HOST, "service").body(Empty::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    response.into_body().collect().await?;
    Ok(status)
}
