//! A NACK that means "not ready yet": an EEPROM does not answer while it writes a page.
//!
//! Two ways to keep such a NACK from opening the breaker, and what each cannot see.

use core::time::Duration;

use embedded_hal::i2c::{
    Error as _, ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation, SevenBitAddress,
};
use mcb::bus::Guarded;
use mcb::{CircuitBreaker, Config, Consecutive, Kinds, ManualClock, State};

const EEPROM: SevenBitAddress = 0x50;
const NOT_READY: ErrorKind = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);

static CLOCK: ManualClock = ManualClock::new();

/// The first way: no NACK of the address counts, every other error does. One line of configuration.
/// An EEPROM that is not there at all looks the same as one that is busy, and never opens this breaker.
static LENIENT: CircuitBreaker<&ManualClock, Consecutive, Kinds<ErrorKind, 0, 1>> =
    CircuitBreaker::new(
        &Config::new("lenient").error_threshold(2).rules(Kinds::new().whitelist([NOT_READY])),
        &CLOCK,
    );

/// The second way: one guarded call asks until the EEPROM is ready, for as long as its data sheet says
/// that a page takes. A NACK after that is a fault like any other.
static STRICT: CircuitBreaker<&ManualClock> =
    CircuitBreaker::new(&Config::new("strict").error_threshold(2), &CLOCK);
const PAGE: Duration = Duration::from_millis(5);

/// An EEPROM that is busy for a while after each write, or that was never soldered in.
struct Chip {
    soldered: bool,
    busy: u32,
    lost_arbitration: bool,
}

impl ErrorType for Chip {
    type Error = ErrorKind;
}

impl I2c for Chip {
    fn transaction(&mut self, _: u8, operations: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        if self.lost_arbitration {
            return Err(ErrorKind::ArbitrationLoss);
        }
        if !self.soldered || self.busy > 0 {
            self.busy = self.busy.saturating_sub(1);
            return Err(NOT_READY);
        }
        if operations.iter().any(|operation| matches!(operation, Operation::Write(_))) {
            self.busy = 3;
        }
        Ok(())
    }
}

/// Writes a page, asking once a millisecond for at most `PAGE`.
fn write_when_ready<B: I2c>(bus: &mut B, page: &[u8]) -> Result<(), B::Error> {
    let mut left = PAGE.as_millis();
    loop {
        match bus.write(EEPROM, page) {
            Err(error) if error.kind() == NOT_READY && left > 0 => {
                left -= 1;
                CLOCK.advance(Duration::from_millis(1)); // a delay, in real life
            }
            result => return result,
        }
    }
}

fn main() {
    let chip = |soldered| Chip { soldered, busy: 0, lost_arbitration: false };

    let mut bus = Guarded::new(chip(true), &LENIENT);
    bus.write(EEPROM, &[0, 1]).expect("the first page");
    for _ in 0..3 {
        let error = bus.write(EEPROM, &[0, 2]).unwrap_err();
        println!("lenient: {:?}, breaker {}", error.kind(), LENIENT.state());
    }
    assert_eq!(LENIENT.error_count(), 0);
    bus.bus().lost_arbitration = true;
    while LENIENT.state() == State::Closed {
        let error = bus.write(EEPROM, &[0, 2]).unwrap_err();
        println!("lenient: {:?}, {} errors", error.kind(), LENIENT.error_count());
    }
    println!(
        "lenient: {}",
        bus.write(EEPROM, &[0, 2]).unwrap_err().rejected().expect("it is open")
    );

    let mut bus = chip(true);
    for page in 0..3 {
        STRICT.call(|| write_when_ready(&mut bus, &[page])).expect("it is ready within 5 ms");
    }
    println!("strict: three pages, {} errors", STRICT.error_count());
    let mut nothing = chip(false);
    while STRICT.state() == State::Closed {
        let error = STRICT.call(|| write_when_ready(&mut nothing, &[0])).unwrap_err();
        println!("strict: {:?} after 5 ms, breaker {}", error.kind(), STRICT.state());
    }
    assert!(STRICT.call(|| write_when_ready(&mut nothing, &[0])).unwrap_err().is_rejected());
}
