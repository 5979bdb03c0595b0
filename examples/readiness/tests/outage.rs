//! The readiness probe, asked over HTTP while a real service goes and comes.

#[path = "../src/main.rs"]
#[allow(dead_code)] // its demonstration
mod readiness;

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use mcb::{CircuitBreaker, Config, ManualClock, NetError, Registry, State};
use serde_json::{Value, json};

static CLOCK: ManualClock = ManualClock::new();
static DB: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
    &Config::new("db").error_threshold(2).recovery_timeout(Duration::from_secs(30)),
    &CLOCK,
);
static CACHE: CircuitBreaker<&ManualClock, NetError> =
    CircuitBreaker::new(&Config::new("cache").strategy(NetError), &CLOCK);
static CIRCUITS: Registry<8> = Registry::new();

fn connect(address: SocketAddr) -> io::Result<()> {
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    // Without a listener the system may join a socket to itself, when it happens to pick this port.
    if stream.local_addr()? == stream.peer_addr()? {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    Ok(())
}

/// Binds, again and again while the system still holds the port.
fn bind(address: SocketAddr) -> TcpListener {
    let begin = Instant::now();
    loop {
        match TcpListener::bind(address) {
            Ok(listener) => return listener,
            Err(error) => assert!(begin.elapsed() < Duration::from_secs(10), "{error}"),
        }
    }
}

/// The status and the states that `/ready` tells; the headers are checked on the way.
fn states(probe: SocketAddr) -> (u16, Value) {
    let response = readiness::ask(probe, "/ready").unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<String> = lines.map(str::to_ascii_lowercase).collect();
    assert!(headers.contains(&"cache-control: no-cache".into()), "{head}");
    assert!(headers.contains(&"content-type: application/json".into()), "{head}");
    (status, serde_json::from_str(body).unwrap())
}

#[test]
fn readiness_follows_a_real_outage() {
    CIRCUITS.register(&DB).unwrap();
    CIRCUITS.register(&CACHE).unwrap();
    let probe = readiness::serve("127.0.0.1:0".parse().unwrap(), &CIRCUITS).unwrap();
    let told = |db: &str| json!({ "circuits": { "cache": "closed", "db": db } });

    let listener = bind("127.0.0.1:0".parse().unwrap());
    let address = listener.local_addr().unwrap();
    DB.call(|| connect(address)).unwrap();
    assert_eq!(states(probe), (200, told("closed")));

    // Down: one error is not enough, the second opens the circuit.
    drop(listener);
    assert!(DB.call(|| connect(address)).unwrap_err().inner().is_some());
    assert_eq!(states(probe), (200, told("closed")));
    assert!(DB.call(|| connect(address)).unwrap_err().inner().is_some());
    assert_eq!(states(probe), (503, told("open")));

    // Back, but nobody asks it before the timeout is over.
    let _listener = bind(address);
    CLOCK.advance(Duration::from_millis(29_999));
    assert!(DB.call(|| connect(address)).unwrap_err().is_rejected());
    assert_eq!(states(probe), (503, told("open")));

    // Asking the probe is a pure read: it is not the call that recovers.
    CLOCK.advance(Duration::from_millis(1));
    assert_eq!(states(probe), (200, told("half-open")));
    assert_eq!(states(probe), (200, told("half-open")));
    DB.call(|| connect(address)).unwrap();
    assert_eq!(DB.state(), State::Closed);
    assert_eq!(states(probe), (200, told("closed")));

    // Forced open by hand it is not ready either.
    CACHE.force_open();
    let forced = json!({ "circuits": { "cache": "forced-open", "db": "closed" } });
    assert_eq!(states(probe), (503, forced));
    CACHE.reset();
    assert_eq!(states(probe), (200, told("closed")));

    assert!(readiness::ask(probe, "/other").unwrap().starts_with("HTTP/1.1 404 "));
}
