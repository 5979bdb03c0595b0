//! A breaker in a server: set up at run time, shared by threads, with a hook that holds a channel.
//!
//! ```text
//! cargo run --features std --example hosted
//! DB_ERRORS=5 DB_TIMEOUT_MS=2000 cargo run --features std --example hosted
//! DB_ERRORS=0 cargo run --features std --example hosted     # refused
//! ```

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use std::{env, io, thread};

use mcb::{CircuitBreaker, Config, Error, Hooks, Rejected, State, StdClock};

type Boxed = Box<dyn std::error::Error + Send + Sync>;

/// Stands for a database that goes down.
static DOWN: AtomicBool = AtomicBool::new(false);

fn query() -> io::Result<u32> {
    if DOWN.load(SeqCst) { Err(io::ErrorKind::ConnectionRefused.into()) } else { Ok(42) }
}

/// What can happen to a request. `Error::convert` makes it of either, with all that was inside.
#[derive(Debug)]
enum Fault {
    Overloaded(Rejected),
    Database(io::Error),
}

impl From<Rejected> for Fault {
    fn from(rejected: Rejected) -> Self {
        Fault::Overloaded(rejected)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Database(error)
    }
}

fn request(db: &CircuitBreaker<StdClock>) -> Result<u32, Fault> {
    db.call(query).map_err(Error::convert)
}

/// Where any error will do, `?` is all that it takes.
fn report(db: &CircuitBreaker<StdClock>) -> Result<String, Boxed> {
    let rows = db.call(query)?;
    Ok(format!("{rows} rows"))
}

/// A number from the environment.
fn setting<T: FromStr<Err: Into<Boxed>>>(name: &str, default: T) -> Result<T, Boxed> {
    env::var(name).map_or(Ok(default), |text| text.parse().map_err(Into::into))
}

fn main() -> Result<(), Boxed> {
    let config = Config::new("db")
        .error_threshold(setting("DB_ERRORS", 3)?)
        .recovery_timeout(Duration::from_millis(setting("DB_TIMEOUT_MS", 100)?));
    let (sender, changes) = mpsc::channel();
    let hooks = Hooks::new().on_transition(move |change| {
        let _ = sender.send(*change); // nobody may be listening any more
    });
    let db = Arc::new(CircuitBreaker::from_config(config, StdClock)?.with_hooks(hooks));
    println!("up:      {}", report(&db)?);

    DOWN.store(true, SeqCst);
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let db = Arc::clone(&db);
            // Each asks until it is turned away.
            thread::spawn(move || {
                loop {
                    match request(&db) {
                        Err(Fault::Overloaded(rejected)) => return rejected,
                        Err(Fault::Database(error)) => println!("down:    {error}"),
                        Ok(rows) => println!("up?      {rows} rows"),
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        println!("down:    {}", worker.join().expect("no worker panics"));
    }
    println!("down:    {}", report(&db).unwrap_err()); // the same text in a box

    DOWN.store(false, SeqCst);
    thread::sleep(db.retry_after().expect("nobody forced it open").as_duration());
    println!("up:      {}", report(&db)?);

    let path: Vec<State> = changes.try_iter().map(|change| change.to).collect();
    println!("changes: {path:?}");
    assert_eq!((path.first(), path.last()), (Some(&State::Open), Some(&State::Closed)));
    Ok(())
}
