use embedded_hal::i2c::{Error as _, ErrorKind, I2c, Operation};
use mcb::bus::{Guarded, PerAddress};
use mcb::{CircuitBreaker, Config, ManualClock, State};

use super::device::{Device, FAULT, NACK};
use super::{TIMEOUT, breaker, clock};

#[test]
fn each_operation_is_the_bus_s_own_and_one_guarded_call() {
    let breaker = breaker(clock());
    let mut bus = Guarded::new(Device::default(), &breaker);
    bus.read(0x48_u8, &mut [0]).unwrap();
    bus.write(0x48_u8, &[0]).unwrap();
    bus.write_read(0x48_u8, &[0], &mut [0]).unwrap();
    bus.transaction(0x48_u8, &mut [Operation::Write(&[0]), Operation::Write(&[0])]).unwrap();
    let asked = [("read", 0x48), ("write", 0x48), ("write_read", 0x48), ("transaction", 0x48)];
    assert_eq!(bus.release().asked, asked);
}

#[test]
fn ten_bit_addresses_are_guarded_too() {
    let breaker = breaker(clock());
    let mut bus = Guarded::new(Device::broken(), &breaker);
    assert_eq!(bus.read(0x248_u16, &mut [0]).unwrap_err().into_inner(), Some(FAULT));
    assert!(bus.write(0x248_u16, &[0]).is_err());
    assert!(bus.write_read(0x248_u16, &[0], &mut [0]).unwrap_err().is_rejected());
    assert!(bus.transaction(0x248_u16, &mut []).unwrap_err().is_rejected());
    assert_eq!(bus.bus().asked, [("read", 0x248), ("write", 0x248)]);
}

#[test]
fn a_rejected_operation_costs_no_traffic_and_is_of_the_kind_other() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), &breaker);
    for _ in 0..2 {
        assert_eq!(bus.read(0x48_u8, &mut [0]).unwrap_err().kind(), NACK);
    }
    assert_eq!(breaker.state(), State::Open);
    let error = bus.read(0x48_u8, &mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other);
    assert_eq!(error.rejected().and_then(|rejected| rejected.retry_after).unwrap().ticks(), 100);
    assert_eq!(bus.bus().asked.len(), 2);

    bus.bus().fault = None;
    clock.advance(TIMEOUT);
    assert!(bus.read(0x48_u8, &mut [0]).is_ok());
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn one_breaker_may_guard_several_handles() {
    let breaker = breaker(clock());
    let mut imu = Guarded::new(Device::broken(), &breaker);
    let mut level = Guarded::new(Device::default(), &breaker);
    for _ in 0..2 {
        assert!(imu.read(0x6A_u8, &mut [0]).is_err());
    }
    assert!(level.read(0x48_u8, &mut [0]).unwrap_err().is_rejected());
}

#[test]
fn a_guard_per_address_keeps_the_others_going() {
    static CONFIG: Config<&ManualClock> = Config::new("imu").error_threshold(1);
    let clock = clock();
    let imu = CircuitBreaker::try_new(&CONFIG, clock).unwrap();
    let rtc = breaker(clock);
    let absent = Device { fault: Some(FAULT), absent: Some(0x6A), ..Device::default() };
    let mut bus = Guarded::new(absent, PerAddress::new([(0x6A, &imu), (0x68, &rtc)]));

    assert_eq!(bus.read(0x6A_u8, &mut [0]).unwrap_err().kind(), NACK);
    assert!(bus.read(0x6A_u8, &mut [0]).unwrap_err().is_rejected());
    assert!(bus.read(0x68_u8, &mut [0]).is_ok());
    assert!(bus.read(0x50_u8, &mut [0]).is_ok()); // no breaker of its own
    assert_eq!((imu.state(), rtc.state()), (State::Open, State::Closed));
    assert_eq!(bus.release().asked, [("read", 0x6A), ("read", 0x68), ("read", 0x50)]);
}

#[test]
fn an_address_without_a_breaker_is_never_rejected_and_keeps_its_error() {
    let breaker = breaker(clock());
    let mut bus = Guarded::new(Device::broken(), PerAddress::new([(0x6A, &breaker)]));
    for _ in 0..9 {
        assert_eq!(bus.write(0x50_u8, &[0]).unwrap_err().kind(), NACK);
    }
    assert_eq!(breaker.error_count(), 0);
}

#[test]
fn an_arc_is_a_breaker_too() {
    let breaker = std::sync::Arc::new(breaker(clock()));
    let mut bus = Guarded::new(Device::broken(), breaker.clone());
    assert!(bus.read(0x48_u8, &mut [0]).is_err());
    assert_eq!(breaker.error_count(), 1);
}

#[test]
fn a_guard_shows_its_breaker() {
    let breaker = breaker(clock());
    let bus = Guarded::new(Device::default(), PerAddress::new([(0x48_u8, &breaker)]));
    assert_eq!(format!("{bus:?}"), "Guarded { breakers: {72: \"device\"}, .. }");
}
