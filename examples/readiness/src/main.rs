//! A readiness probe: `GET /ready` tells the state of every circuit, for an orchestrator to ask.
//!
//! Status 200, or 503 while a circuit is open: `{"circuits":{"db":"open"}}`.
//!
//! `cargo run` in this folder shows an outage and ends; with `-- --serve` it guards whatever listens at
//! 127.0.0.1:5432 and serves <http://127.0.0.1:8080/ready> until it is stopped.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use axum::http::{StatusCode, header::CACHE_CONTROL};
use axum::{Json, Router, response::IntoResponse, routing::get};
use mcb::{CircuitBreaker, Config, Registry, StdClock};
use serde_json::{Map, Value, json};

/// Serves `/ready` for these circuits.
pub(crate) fn router(registry: &'static Registry<8>) -> Router {
    Router::new().route("/ready", get(async || ready(registry)))
}

fn ready(registry: &Registry<8>) -> impl IntoResponse + use<> {
    let status = match registry.open_circuits().next() {
        Some(_) => StatusCode::SERVICE_UNAVAILABLE,
        None => StatusCode::OK,
    };
    let circuits: Map<String, Value> = registry
        .circuits()
        .map(|circuit| (circuit.id().into(), circuit.state().as_str().into()))
        .collect();
    (status, [(CACHE_CONTROL, "no-cache")], Json(json!({ "circuits": circuits })))
}

/// Serves on a thread of its own, for as long as the program runs; returns the address.
pub(crate) fn serve(address: SocketAddr, registry: &'static Registry<8>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, router(registry)).await
        })
    });
    Ok(address)
}

/// Asks over HTTP; returns the response, status line and all.
pub(crate) fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}

static DB: CircuitBreaker<StdClock> = CircuitBreaker::new(
    &Config::new("db").error_threshold(2).recovery_timeout(Duration::from_millis(300)),
    StdClock,
);
static CIRCUITS: Registry<8> = Registry::new();

/// What is guarded: any use of the database.
fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect_timeout(&address, Duration::from_millis(100))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    CIRCUITS.register(&DB)?;
    if std::env::args().any(|argument| argument == "--serve") {
        let db = "127.0.0.1:5432".parse()?;
        println!("http://{}/ready", serve("127.0.0.1:8080".parse()?, &CIRCUITS)?);
        loop {
            let _ = DB.call(|| connect(db));
            thread::sleep(Duration::from_secs(1));
        }
    }

    let probe = serve("127.0.0.1:0".parse()?, &CIRCUITS)?;
    let show = |when: &str| -> io::Result<()> {
        let response = ask(probe, "/ready")?;
        let (head, body) = response.split_once("\r\n\r\n").unwrap_or((&response, ""));
        println!("{when:28} {:32} {body}", head.lines().next().unwrap_or(""));
        Ok(())
    };

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let db = listener.local_addr()?;
    DB.call(|| connect(db))?;
    show("the database answers:")?;

    drop(listener);
    while DB.call(|| connect(db)).is_err_and(|error| !error.is_rejected()) {}
    show("it is gone:")?;

    let _listener = TcpListener::bind(db)?;
    show("it is back:")?;
    if let Some(wait) = DB.retry_after() {
        thread::sleep(wait.as_duration());
    }
    show("after the recovery timeout:")?;
    DB.call(|| connect(db))?;
    show("after a successful probe:")?;
    Ok(())
}
