//! Two tasks read two devices on one I2C bus. A dip in the supply leaves the thermometer stretching the
//! bus's clock for ever; a time limit ends each transfer, and a breaker ends the trying.

#![no_std]
#![no_main]

mod driver;
mod log;
mod shared;
mod wire;

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use embassy_executor::Spawner;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::mutex::Mutex;
use embassy_time::{Delay, Duration, Instant, Ticker, Timer};
use embedded_hal_async::i2c::I2c;
use mcb::bus::{Guarded, TimeLimit};
use mcb::{Cause, CircuitBreaker, Config, EmbassyTime, Error, Observer, State, Transition};

use log::say;
use shared::Handle;
use wire::{CALENDAR, THERMOMETER, Wire};

type Bus = TimeLimit<Wire, Delay>;
type Breaker = CircuitBreaker<EmbassyTime>;

/// A transfer takes 1 ms when all is well.
const LIMIT: core::time::Duration = core::time::Duration::from_millis(6);
/// How often the thermometer is read, and the calendar.
const PERIODS: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(5)];
/// The milliseconds that a read of the calendar may take: a transfer of its own, one of the
/// thermometer's, and the printing.
const USUAL: u32 = 4;

static BUS: Mutex<CriticalSectionRawMutex, Bus> =
    Mutex::new(TimeLimit::new(Wire::new(), Delay, LIMIT));

static THERMOMETER_BREAKER: Breaker = CircuitBreaker::new(&config("thermometer"), EmbassyTime);
static CALENDAR_BREAKER: Breaker = CircuitBreaker::new(&config("calendar"), EmbassyTime);

const fn config(id: &'static str) -> Config<EmbassyTime> {
    Config::new(id)
        .error_threshold(3)
        .recovery_timeout(core::time::Duration::from_millis(50))
        .hooks(&Report)
}

/// What happens to either breaker.
struct Report;

impl Observer for Report {
    fn on_transition(&self, change: &Transition) {
        say!("{}: {} to {}", change.id, change.from, change.to);
    }

    fn on_open(&self, _: &Transition, _: Cause) {
        OPENINGS.fetch_add(1, Relaxed);
    }
}

static OPENINGS: AtomicU32 = AtomicU32::new(0);
static READS: AtomicU32 = AtomicU32::new(0);
static FAILURES: AtomicU32 = AtomicU32::new(0);
static REJECTIONS: AtomicU32 = AtomicU32::new(0);
static RECOVERIES: AtomicU32 = AtomicU32::new(0);
static CALENDAR_READS: AtomicU32 = AtomicU32::new(0);
/// Milliseconds of the slowest read of the calendar, ever and while the thermometer's breaker was open.
static SLOWEST: AtomicU32 = AtomicU32::new(0);
static SLOWEST_WHILE_OPEN: AtomicU32 = AtomicU32::new(0);

/// A driver knows neither of breakers nor of time limits.
async fn register<B: I2c>(bus: &mut B, device: u8) -> Result<u8, B::Error> {
    let mut value = [0];
    bus.write_read(device, &[0], &mut value).await?;
    Ok(value[0])
}

#[embassy_executor::task]
async fn thermometer() {
    let mut bus = Guarded::new(Handle(&BUS), &THERMOMETER_BREAKER).recovery_async(
        async |bus: &mut Handle<Bus>| {
            RECOVERIES.fetch_add(1, Relaxed);
            say!("thermometer: its reset pin is pulled");
            bus.0.lock().await.bus().reset_thermometer().await;
        },
    );
    let mut ticker = Ticker::every(PERIODS[0]);
    loop {
        let count = match register(&mut bus, THERMOMETER).await {
            Ok(celsius) => {
                say!("thermometer: {celsius} °C");
                &READS
            }
            Err(Error::Inner(error)) => {
                say!("thermometer: {error:?}");
                &FAILURES
            }
            Err(Error::Rejected(rejected)) => {
                say!("thermometer: {rejected}");
                &REJECTIONS
            }
        };
        count.fetch_add(1, Relaxed);
        ticker.next().await;
    }
}

#[embassy_executor::task]
async fn calendar() {
    let mut bus = Guarded::new(Handle(&BUS), &CALENDAR_BREAKER);
    let mut ticker = Ticker::every(PERIODS[1]);
    loop {
        let (start, other) = (Instant::now(), THERMOMETER_BREAKER.state());
        register(&mut bus, CALENDAR).await.expect("nothing is wrong with the calendar");
        let took = start.elapsed().as_millis() as u32;
        if took > USUAL {
            say!("calendar: took {took} ms, since the bus was hanging");
        }
        CALENDAR_READS.fetch_add(1, Relaxed);
        SLOWEST.fetch_max(took, Relaxed);
        if other == State::Open {
            SLOWEST_WHILE_OPEN.fetch_max(took, Relaxed);
        }
        ticker.next().await;
    }
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    driver::start(cortex_m::Peripherals::take().expect("taken once").SYST);
    // Each is spawned once, so there is room.
    spawner.spawn(thermometer().expect("room for one"));
    spawner.spawn(calendar().expect("room for one"));

    Timer::after_millis(25).await;
    BUS.lock().await.bus().brown_out();
    say!("-- the supply of the thermometer dips");
    Timer::after_millis(100).await;
    BUS.lock().await.bus().powered = true;
    say!("-- the supply is back");
    Timer::after_millis(80).await;
    verify(BUS.lock().await.bus().transfers);
}

/// Ends the run, with status 0 if all was as it had to be; a panic ends it with another.
fn verify(transfers: u32) -> ! {
    let [reads, failures, rejections] = [&READS, &FAILURES, &REJECTIONS].map(|n| n.load(Relaxed));
    let [openings, recoveries] = [&OPENINGS, &RECOVERIES].map(|n| n.load(Relaxed));
    say!(
        "{transfers} transfers: {reads} reads, {failures} failures; none for {rejections} rejections"
    );
    assert_eq!(transfers, reads + failures, "a rejected call reached the bus");
    assert!(rejections > 0);
    say!("{openings} openings, {recoveries} recovery steps");
    // Three failures open it; each opening after that is one probe that failed. Each probe had its step.
    assert!(openings >= 2, "a probe failed while there was no supply");
    assert_eq!((failures, recoveries), (3 + (openings - 1), openings));
    assert_eq!(THERMOMETER_BREAKER.state(), State::Closed);

    let [calendar, slowest, while_open] =
        [&CALENDAR_READS, &SLOWEST, &SLOWEST_WHILE_OPEN].map(|n| n.load(Relaxed));
    say!("the calendar was read {calendar} times, in {slowest} ms at most");
    say!("while the thermometer's breaker was open, in {while_open} ms at most");
    // A transfer that hangs delays the other device, by one time limit at most; rejections cost it nothing.
    assert!(slowest > USUAL && slowest <= USUAL + LIMIT.as_millis() as u32);
    assert!(while_open <= USUAL);
    assert!(u64::from(calendar) >= Instant::now().as_millis() / PERIODS[1].as_millis() - 1);
    assert_eq!(CALENDAR_BREAKER.open_time(), None);
    semihosting::process::exit(0)
}
