//! A sensor service on loopback fails for real, and a breaker spares its caller the waiting.
//!
//! `cargo run --example quickstart` takes about three seconds. The service answers, then hangs, then is
//! gone, then comes back. Exit status 0 means that the breaker opened, failed fast, probed and
//! recovered exactly as configured; 1 means that it did not, and says what was missing.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mcb::{CircuitBreaker, Config, Error, FnClock, State};

const ERRORS: u16 = 3;
const PROBES: u8 = 2;
const RECOVERY: Duration = Duration::from_millis(400);

static SENSOR: CircuitBreaker<FnClock<u32, 1_000>> = CircuitBreaker::new(
    &Config::new("sensor")
        .error_threshold(ERRORS)
        .recovery_threshold(PROBES)
        .recovery_timeout(RECOVERY),
    FnClock::new(millis),
);

/// The breaker's clock: milliseconds since the first look at it.
fn millis() -> u32 {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    ORIGIN.get_or_init(Instant::now).elapsed().as_millis() as u32
}

/// What is guarded: a new connection and one reading, in hundredths of a degree.
fn read_sensor(address: SocketAddr) -> io::Result<u16> {
    const TIMEOUT: Duration = Duration::from_millis(100);
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut reading = [0; 2];
    stream.read_exact(&mut reading).map_err(|error| match error.kind() {
        // What Unix calls a read that timed out.
        io::ErrorKind::WouldBlock => io::Error::new(io::ErrorKind::TimedOut, "no answer in time"),
        _ => error,
    })?;
    Ok(u16::from_be_bytes(reading))
}

fn main() -> io::Result<ExitCode> {
    let start = millis();
    let mut service = Some(Service::start("127.0.0.1:0".parse().unwrap())?);
    let address = service.as_ref().unwrap().address;
    println!(
        "breaker: opens after {ERRORS} errors, stays open for {RECOVERY:?}, closes after {PROBES} probes\n\n\
         {:>7}  {:9}    {:9}  {:>9}  the caller got",
        "time", "before", "after", "took"
    );

    // What befalls the service, and when.
    let mut plan = [(0, "answers"), (400, "hangs"), (1_400, "is gone"), (1_900, "is back")]
        .into_iter()
        .peekable();
    let mut calls: Vec<Call> = Vec::new();
    // Until some calls passed a breaker that had been open; at most for eight seconds.
    while millis() - start < 8_000 && !all_well_again(&calls) {
        if let Some((_, event)) = plan.next_if(|(at, _)| millis() - start >= *at) {
            println!("{:>7}  the service {event}", "");
            match event {
                "hangs" => HANGS.store(true, Ordering::SeqCst),
                "is gone" => service.take().map_or(Ok(()), Service::stop)?,
                "is back" => service = Some(Service::start(address)?),
                _ => {}
            }
        }
        let call = Call::make(address);
        println!("{:>5} ms  {call}", call.at - start);
        calls.push(call);
        thread::sleep(Duration::from_millis(50));
    }
    if let Some(service) = service {
        service.stop()?;
    }

    summary(&calls);
    let missing = missing(&calls);
    if missing.is_empty() {
        println!("\nopened, failed fast, probed and recovered as configured");
        return Ok(ExitCode::SUCCESS);
    }
    for line in missing {
        eprintln!("MISSING: {line}");
    }
    Ok(ExitCode::FAILURE)
}

/// One call and what came of it.
struct Call {
    at: u32,
    /// When the guarded function began, if it ran at all.
    ran: Option<u32>,
    took: Duration,
    before: State,
    after: State,
    /// When the breaker opened, if it is open after the call.
    opened: Option<u32>,
    got: Result<u16, Error<io::Error>>,
}

impl Call {
    fn make(address: SocketAddr) -> Self {
        let (at, before, mut ran) = (millis(), SENSOR.state(), None);
        let begin = Instant::now();
        let got = SENSOR.call(|| {
            ran = Some(millis());
            read_sensor(address)
        });
        let took = begin.elapsed();
        let (after, opened) = (SENSOR.state(), SENSOR.open_time());
        Call { at, ran, took, before, after, opened, got }
    }

    fn passed(&self) -> bool {
        self.got.is_ok()
    }

    fn failed(&self) -> bool {
        matches!(self.got, Err(Error::Inner(_)))
    }

    fn rejected(&self) -> bool {
        matches!(self.got, Err(Error::Rejected(_)))
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let arrow = if self.before == self.after { "  " } else { "->" };
        write!(f, "{:9} {arrow} {:9}  {:>9.1?}  ", self.before, self.after, self.took)?;
        match &self.got {
            Ok(reading) => write!(f, "{}.{:02} degrees", reading / 100, reading % 100),
            Err(Error::Inner(error)) => write!(f, "failed: {error}"),
            Err(Error::Rejected(rejected)) => write!(f, "rejected: {rejected}"),
        }
    }
}

fn all_well_again(calls: &[Call]) -> bool {
    let since_open = calls.iter().rev().take_while(|call| call.before == State::Closed).count();
    since_open < calls.len() && since_open >= 5
}

fn times(calls: &[Call], kind: fn(&Call) -> bool) -> Vec<Duration> {
    let mut times: Vec<_> = calls.iter().filter(|call| kind(call)).map(|call| call.took).collect();
    times.sort();
    times
}

fn median(times: &[Duration]) -> Duration {
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn summary(calls: &[Call]) {
    let [passed, failed, rejected] =
        [Call::passed, Call::failed, Call::rejected].map(|kind| times(calls, kind));
    println!();
    for (kind, times) in [("passed", &passed), ("failed", &failed), ("rejected", &rejected)] {
        println!("{:>3} calls {kind:8}  median {:>9.1?}", times.len(), median(times));
    }
    let unguarded = median(&failed) * rejected.len() as u32;
    let spent: Duration = rejected.iter().sum();
    let spared = unguarded.saturating_sub(spent);
    println!(
        "spared: {spared:.2?} ({} rejections x {:.1?} less {spent:.1?} spent on them)",
        rejected.len(),
        median(&failed)
    );
}

/// Compares what happened with the configuration; empty when all is as it should be.
fn missing(calls: &[Call]) -> Vec<String> {
    let mut missing = Vec::new();
    let mut check = |good: bool, what: &str| {
        if !good {
            missing.push(what.to_string());
        }
    };

    // It opened with the third failure in a row, and not before.
    let trip = calls.iter().position(|call| call.after != State::Closed).unwrap_or(calls.len());
    let row = calls.iter().take(trip + 1).rev().take_while(|call| call.failed()).count();
    check(trip < calls.len(), "the breaker never opened");
    check(row == usize::from(ERRORS), "it did not open with the configured number of errors");

    // While open it rejected at once, without running the guarded function.
    let (failed, rejected) = (times(calls, Call::failed), times(calls, Call::rejected));
    check(!rejected.is_empty(), "no call was rejected");
    check(median(&rejected) * 10 < median(&failed), "rejecting was not far faster than failing");
    check(calls.iter().all(|call| call.rejected() == call.ran.is_none()), "a rejected call ran");

    // It let a probe pass after the recovery timeout, never before; failed probes opened it again.
    let (mut probes, mut failed_probes, mut successes) = (0, 0, 0);
    let mut opened = None;
    for call in calls.iter().skip(trip) {
        if let (Some(ran), Some(opened)) = (call.ran, opened) {
            let waited = Duration::from_millis(u64::from(ran - opened));
            check(waited >= RECOVERY, "a probe passed before the recovery timeout was over");
        }
        if call.before == State::HalfOpen {
            probes += 1;
            failed_probes += u32::from(call.failed());
            successes = if call.passed() { successes + 1 } else { 0 };
            check(!call.failed() || call.after == State::Open, "a failed probe did not open it");
            if call.after == State::Closed {
                check(successes == PROBES, "it did not close with the configured number of probes");
            }
        }
        // Half-open probes have no opening to wait for once the first of them has passed.
        opened = if call.after == State::Open { call.opened } else { None };
    }
    check(probes > 0, "no probe passed");
    check(failed_probes > 0, "no probe met the outage");
    check(successes >= PROBES, "it never recovered");
    check(all_well_again(calls), "calls did not pass as usual after the recovery");
    missing
}

/// The sensor service: a thread that answers each connection with a reading.
struct Service {
    address: SocketAddr,
    thread: JoinHandle<()>,
}

/// The service accepts but does not answer.
static HANGS: AtomicBool = AtomicBool::new(false);
/// The service is about to end.
static ENDS: AtomicBool = AtomicBool::new(false);

impl Service {
    fn start(address: SocketAddr) -> io::Result<Self> {
        HANGS.store(false, Ordering::SeqCst);
        ENDS.store(false, Ordering::SeqCst);
        let listener = bind(address)?;
        let address = listener.local_addr()?;
        Ok(Service { address, thread: thread::spawn(move || serve(&listener)) })
    }

    /// Wakes the thread with a connection and waits until its listener is dropped.
    fn stop(self) -> io::Result<()> {
        ENDS.store(true, Ordering::SeqCst);
        TcpStream::connect(self.address)?;
        self.thread.join().map_err(|_| io::Error::other("the service panicked"))
    }
}

fn serve(listener: &TcpListener) {
    let mut unanswered = Vec::new();
    for stream in listener.incoming() {
        if ENDS.load(Ordering::SeqCst) {
            return;
        }
        let Ok(mut stream) = stream else { continue };
        if HANGS.load(Ordering::SeqCst) {
            unanswered.push(stream);
        } else {
            // A caller that is gone already has no use for the reading.
            let _ = stream.write_all(&2_150_u16.to_be_bytes());
        }
    }
}

/// Binds, again and again for a second while the system still holds the port.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let begin = Instant::now();
    loop {
        match TcpListener::bind(address) {
            Err(_) if begin.elapsed() < Duration::from_secs(1) => {
                thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
}
