//! A thermometer (TMP105): a driver that knows nothing of breakers, on a guarded bus.

use core::fmt;

use embassy_time::{Duration, Ticker};
use embedded_hal_async::i2c::I2c;
use mcb::Error;
use mcb::bus::Guarded;

use crate::board::i2c::transactions;
use crate::breakers::{LAST_TEMPERATURE, THERMOMETER};
use crate::bus::Handle;
use crate::telling::{Answer, Answers};

const ADDRESS: u8 = 0x48;
/// The configuration register: comparator mode, no shutdown.
const SET_UP: [u8; 2] = [1, 0];

pub static ANSWERS: Answers = Answers::new("thermometer", || transactions(ADDRESS));

/// Degrees, in 256 parts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Celsius(pub i16);

impl fmt::Display for Celsius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = i32::from(self.0) * 10 / 256;
        write!(f, "{}.{} °C", tenths / 10, tenths.unsigned_abs() % 10)
    }
}

async fn temperature<B: I2c>(bus: &mut B) -> Result<Celsius, B::Error> {
    let mut bytes = [0; 2];
    bus.write_read(ADDRESS, &[0], &mut bytes).await?;
    Ok(Celsius(i16::from_be_bytes(bytes)))
}

/// Ten times a second; while the breaker is open with the last temperature, as long as it is of use.
#[embassy_executor::task]
pub async fn run() {
    let mut bus = Guarded::new(Handle, &THERMOMETER).recovery_async(async |bus: &mut Handle| {
        ANSWERS.step("the controller is set up, and the thermometer");
        bus.set_up().await;
        bus.write(ADDRESS, &SET_UP).await
    });
    let mut ticker = Ticker::every(Duration::from_millis(100));
    loop {
        ANSWERS.begin();
        // The guard has judged it; `LastGood` keeps what it is given.
        match temperature(&mut bus).await {
            Ok(celsius) => {
                LAST_TEMPERATURE.store(&THERMOMETER, celsius);
                ANSWERS.end(Answer::Fresh(&celsius));
            }
            Err(Error::Rejected(rejected)) => {
                let last = LAST_TEMPERATURE.read(&THERMOMETER);
                ANSWERS.end(match &last {
                    Some(last) => Answer::Last(&last.value, last.age),
                    None => Answer::Rejected(rejected),
                });
            }
            Err(Error::Inner(error)) => ANSWERS.end(Answer::Failed(&error)),
        }
        ticker.next().await;
    }
}
