//! Bounded load on loopback: 64 clients, a service, and an upstream that is healthy for 4 s, dead for 6 s and back
//! for 4 s, with mcb, with tower-resilience, with failsafe and without a breaker.
//!
//! ```text
//! cargo run --release            # the subjects side by side, 45 s
//! cargo run --release -- serial  # one after another, 210 s
//! ```

mod check;
mod clients;
mod rate;
mod report;
mod seed;
mod service;
mod subjects;
mod upstream;

use std::fmt;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Bytes, Incoming};
use hyper::{server, service::HttpService};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::report::Row;
use crate::subjects::Subject;
use crate::upstream::Upstream;

const HEALTHY: Duration = Duration::from_secs(4);
const DEAD: Duration = Duration::from_secs(6);
const BACK: Duration = Duration::from_secs(4);

/// How the upstream dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It accepts, and never answers.
    Hanging = 1,
    /// Every answer is a 500.
    Errors,
    /// Nearly a third are: 30 %.
    Third,
}

impl Failure {
    const ALL: [Failure; 3] = [Failure::Hanging, Failure::Errors, Failure::Third];
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Failure::Hanging => "hanging",
            Failure::Errors => "errors",
            Failure::Third => "third",
        })
    }
}

/// Serves one connection in a task of its own, for as long as the client keeps it.
fn serve_connection<S>(stream: TcpStream, service: S)
where
    S: HttpService<
            Incoming,
            ResBody = http_body_util::Full<Bytes>,
            Error = std::convert::Infallible,
        > + Send
        + 'static,
    S::Future: Send,
{
    let _ = stream.set_nodelay(true);
    tokio::spawn(
        server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
    );
}

/// One scene of one subject, with an upstream and a service of its own.
async fn scene(failure: Failure, subject: Subject) -> std::io::Result<Row> {
    let (upstream, switch) =
        (TcpListener::bind("127.0.0.1:0").await?, Arc::new(Upstream::default()));
    let service = TcpListener::bind("127.0.0.1:0").await?;
    let (asked, address) = (upstream.local_addr()?, service.local_addr()?);
    let mut servers = JoinSet::new();
    servers.spawn(upstream::serve(upstream, switch.clone()));
    servers.spawn(service::serve(service, asked, subject));

    let start = Instant::now();
    let clients = tokio::spawn(clients::run(address, start, start + HEALTHY + DEAD + BACK));
    sleep_until(start + HEALTHY).await;
    switch.switch(Some(failure));
    sleep_until(start + HEALTHY + DEAD).await;
    switch.switch(None);
    let back = start.elapsed();
    let sent = clients.await?;
    servers.abort_all();
    Ok(Row::new(failure, subject, switch.reached(), &sent, HEALTHY, back))
}

async fn scenes(serial: bool) -> std::io::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for failure in Failure::ALL {
        let mut running = Vec::new();
        for subject in Subject::ALL {
            let scene = tokio::spawn(scene(failure, subject));
            if serial {
                rows.push(report::told(scene.await??));
            } else {
                running.push(scene);
            }
        }
        for scene in running {
            rows.push(report::told(scene.await??));
        }
    }
    Ok(rows)
}

async fn run(serial: bool) -> std::io::Result<ExitCode> {
    let (started, rate) = (Instant::now(), tokio::spawn(rate::run()));
    let rows = scenes(serial).await?;
    let rate = rate.await?;
    report::rate(&rate);
    report::busy(started.elapsed());
    Ok(check::all(&rows, &rate))
}

fn main() -> std::io::Result<ExitCode> {
    let serial = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("serial") => true,
        Some(other) => {
            eprintln!("unknown argument {other}, can be serial");
            return Ok(ExitCode::from(2));
        }
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(serial))
}
