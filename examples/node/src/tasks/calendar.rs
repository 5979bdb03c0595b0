//! A calendar chip (DS1338), which goes on while the node is reset or asleep.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use embassy_time::{Duration, Ticker};
use embedded_hal_async::i2c::I2c;
use mcb::Error;
use mcb::bus::Guarded;

use crate::board::i2c::transactions;
use crate::breakers::CALENDAR;
use crate::bus::{BusError, Handle};
use crate::telling::{Answer, Answers};

const ADDRESS: u8 = 0x68;
const NEVER: u32 = u32::MAX;

pub static ANSWERS: Answers = Answers::new("calendar", || transactions(ADDRESS));

/// Seconds since midnight.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(pub u32);

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TimeOfDay(seconds) = *self;
        write!(f, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

static LAST: AtomicU32 = AtomicU32::new(NEVER);

/// What it told last, unless that was a failure.
pub fn time_of_day() -> Option<u32> {
    Some(LAST.load(Relaxed)).filter(|seconds| *seconds != NEVER)
}

async fn read<B: I2c>(bus: &mut B) -> Result<TimeOfDay, B::Error> {
    let mut bytes = [0; 3];
    bus.write_read(ADDRESS, &[0], &mut bytes).await?;
    // Two decimal digits each; the hours go to 24.
    let [seconds, minutes, hours] =
        bytes.map(|digits| u32::from(digits >> 4) * 10 + u32::from(digits & 0xF));
    Ok(TimeOfDay((hours * 60 + minutes) * 60 + seconds))
}

fn guarded() -> impl I2c<Error = Error<BusError>> {
    Guarded::new(Handle, &CALENDAR).recovery_async(async |bus: &mut Handle| {
        ANSWERS.step("the controller is set up");
        bus.set_up().await;
    })
}

/// Asks once, as far as the breaker lets it.
pub async fn ask() -> Result<TimeOfDay, Error<BusError>> {
    let time = read(&mut guarded()).await;
    LAST.store(time.map_or(NEVER, |time| time.0), Relaxed);
    time
}

/// Four times a second.
#[embassy_executor::task]
pub async fn run() {
    let mut ticker = Ticker::every(Duration::from_millis(250));
    loop {
        ANSWERS.begin();
        match ask().await {
            Ok(time) => ANSWERS.end(Answer::Fresh(&time)),
            Err(Error::Rejected(rejected)) => ANSWERS.end(Answer::Rejected(rejected)),
            Err(Error::Inner(error)) => ANSWERS.end(Answer::Failed(&error)),
        }
        ticker.next().await;
    }
}
