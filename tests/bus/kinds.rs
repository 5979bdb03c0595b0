//! Which kinds of errors count.

use embedded_hal::i2c::{ErrorKind, I2c, NoAcknowledgeSource};
use embedded_hal::{digital, spi};
use mcb::bus::Guarded;
use mcb::{CircuitBreaker, Config, Consecutive, Kind, Kinds, ManualClock, State};

use super::clock;
use super::device::{Device, FAULT, Fault};

const ADDRESS: ErrorKind = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
const DATA: ErrorKind = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Data);
const UNKNOWN: ErrorKind = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Unknown);

#[test]
fn a_nack_of_unknown_source_includes_every_nack_and_nothing_else() {
    for nack in [ADDRESS, DATA, UNKNOWN] {
        assert!(UNKNOWN.includes(&nack));
        assert!(nack.includes(&nack));
        assert!(!nack.includes(&ErrorKind::Bus));
        assert!(!ErrorKind::Bus.includes(&nack));
    }
    assert!(!ADDRESS.includes(&DATA));
    assert!(!DATA.includes(&ADDRESS));
    assert!(!ADDRESS.includes(&UNKNOWN)); // the driver could not tell: it may have been data
}

#[test]
fn kinds_of_the_other_buses_include_themselves_alone() {
    assert!(spi::ErrorKind::Overrun.includes(&spi::ErrorKind::Overrun));
    assert!(!spi::ErrorKind::Overrun.includes(&spi::ErrorKind::ModeFault));
    assert!(digital::ErrorKind::Other.includes(&digital::ErrorKind::Other));
    assert!(embedded_io::ErrorKind::TimedOut.includes(&embedded_io::ErrorKind::TimedOut));
    assert!(!embedded_io::ErrorKind::TimedOut.includes(&embedded_io::ErrorKind::Other));
}

#[test]
fn a_nack_that_means_not_ready_does_not_count() {
    static CONFIG: Config<&ManualClock, Consecutive, Kinds<ErrorKind, 0, 1>> =
        Config::new("eeprom").error_threshold(1).rules(Kinds::new().whitelist([ADDRESS]));
    let breaker = CircuitBreaker::try_new(&CONFIG, clock()).unwrap();
    let mut bus = Guarded::new(Device::broken(), &breaker);
    for _ in 0..9 {
        assert!(bus.write(0x50_u8, &[0]).is_err()); // still writing its page
    }
    assert_eq!((breaker.state(), breaker.error_count()), (State::Closed, 0));
    bus.bus().fault = Some(Fault { i2c: ErrorKind::ArbitrationLoss, ..FAULT });
    assert!(bus.write(0x50_u8, &[0]).is_err());
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn only_blacklisted_kinds_count_where_there_are_any() {
    static CONFIG: Config<&ManualClock, Consecutive, Kinds<ErrorKind, 1, 1>> = Config::new("imu")
        .error_threshold(1)
        .rules(Kinds::new().blacklist([UNKNOWN]).whitelist([DATA]));
    let breaker = CircuitBreaker::try_new(&CONFIG, clock()).unwrap();
    let mut bus = Guarded::new(Device::default(), &breaker);
    for (kind, state) in
        [(ErrorKind::Bus, State::Closed), (DATA, State::Closed), (ADDRESS, State::Open)]
    {
        bus.bus().fault = Some(Fault { i2c: kind, ..FAULT });
        assert!(bus.read(0x6A_u8, &mut [0]).is_err());
        assert_eq!(breaker.state(), state, "{kind}");
    }
}
