//! A compass (LSM303DLHC) whose driver needs setting up: the breaker stands around the driver's method, and connecting is
//! the step before a probe.

use core::fmt;

use embassy_time::{Duration, Ticker};
use embedded_hal_async::i2c::I2c;
use mcb::Error;

use crate::board::i2c::transactions;
use crate::breakers::{COMPASS, LAST_FIELD};
use crate::bus::Handle;
use crate::telling::{Answer, Answers};

const ADDRESS: u8 = 0x1E;
/// Registers.
const MODE: u8 = 0x02;
const FIELD: u8 = 0x03;
const IDENTITY: u8 = 0x0A;

pub static ANSWERS: Answers = Answers::new("compass", || transactions(ADDRESS));

/// The magnetic field's three parts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field([i16; 3]);

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Field([x, y, z]) = self;
        write!(f, "field {x} {y} {z}")
    }
}

#[derive(Debug)]
enum CompassError<E> {
    Bus(E),
    /// Somebody else answered.
    Stranger,
    /// It was never connected.
    Absent,
}

/// The driver.
struct Compass<B>(B);

impl<B: I2c> Compass<B> {
    /// Looks who is there, and has it measure all the time.
    async fn connect(mut bus: B) -> Result<Self, CompassError<B::Error>> {
        let mut identity = [0; 3];
        bus.write_read(ADDRESS, &[IDENTITY], &mut identity).await.map_err(CompassError::Bus)?;
        if &identity != b"H43" {
            return Err(CompassError::Stranger);
        }
        bus.write(ADDRESS, &[MODE, 0]).await.map_err(CompassError::Bus)?;
        Ok(Compass(bus))
    }

    async fn field(&mut self) -> Result<Field, CompassError<B::Error>> {
        let mut bytes = [0; 6];
        self.0.write_read(ADDRESS, &[FIELD], &mut bytes).await.map_err(CompassError::Bus)?;
        let [x, z, y] = [0, 2, 4].map(|at| i16::from_be_bytes([bytes[at], bytes[at + 1]]));
        Ok(Field([x, y, z]))
    }
}

/// Five times a second. What is not there at boot and what went away are one path.
#[embassy_executor::task]
pub async fn run() {
    let mut compass: Option<Compass<Handle>> = None;
    let mut ticker = Ticker::every(Duration::from_millis(200));
    loop {
        ANSWERS.begin();
        let connect = async |compass: &mut Option<_>| {
            ANSWERS.step("the compass is connected");
            Handle.set_up().await;
            *compass = Compass::connect(Handle).await.ok();
            compass.is_some()
        };
        let read = async |compass: &mut Option<Compass<_>>| match compass {
            Some(compass) => compass.field().await,
            None => Err(CompassError::Absent),
        };
        match LAST_FIELD.call_async_on(&COMPASS, &mut compass, connect, read).await {
            Ok(reading) if reading.fresh => ANSWERS.end(Answer::Fresh(&reading.value)),
            Ok(reading) => ANSWERS.end(Answer::Last(&reading.value, reading.age)),
            Err(Error::Rejected(rejected)) => ANSWERS.end(Answer::Rejected(rejected)),
            Err(Error::Inner(error)) => ANSWERS.end(Answer::Failed(&error)),
        }
        ticker.next().await;
    }
}
