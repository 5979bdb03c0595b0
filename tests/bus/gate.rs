//! A gate: the same breaker around a driver's method and in the guard of its bus.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_hal::i2c::I2c;
use mcb::State;
use mcb::bus::{Gate, Guarded, PerAddress};

use super::device::{Device, FAULT};
use super::{TIMEOUT, breaker, clock};

/// A method of a driver: two transfers.
fn measure(bus: &mut impl I2c) -> Result<(), ()> {
    bus.write(0x48, &[0]).map_err(drop)?;
    bus.read(0x48, &mut [0]).map_err(drop)
}

#[test]
fn a_fault_counts_once_and_the_probes_own_transfers_pass() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), Gate::new(&breaker));
    for errors in 1..=2 {
        assert!(breaker.call(|| measure(&mut bus)).is_err());
        assert_eq!(breaker.error_count(), errors);
    }
    assert_eq!(breaker.state(), State::Open);
    bus.bus().fault = None;
    clock.advance(TIMEOUT);
    assert!(breaker.call(|| measure(&mut bus)).is_ok(), "the probe's own transfers");
    assert_eq!(breaker.state(), State::Closed);
    let methods: Vec<_> = bus.release().asked.iter().map(|(method, _)| *method).collect();
    assert_eq!(methods, ["write", "write", "write", "read"]);
}

#[test]
fn it_rejects_while_open_and_judges_nothing() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), Gate::new(&breaker));
    for _ in 0..9 {
        assert_eq!(bus.read(0x48_u8, &mut [0]).unwrap_err().into_inner(), Some(FAULT));
    }
    assert_eq!((breaker.state(), breaker.error_count()), (State::Closed, 0));

    breaker.try_acquire().unwrap().failure();
    breaker.try_acquire().unwrap().failure();
    let error = bus.read(0x48_u8, &mut [0]).unwrap_err();
    let rejected = error.rejected().expect("it is open");
    assert_eq!((rejected.state, rejected.error_count), (State::Open, 2));
    assert_eq!(rejected.retry_after, breaker.retry_after());
    assert_eq!(bus.bus().asked.len(), 9, "nothing on the bus");

    // Where it reads half-open, and while the probe is under way, everything passes and takes no slot.
    clock.advance(TIMEOUT);
    assert!(!bus.read(0x48_u8, &mut [0]).unwrap_err().is_rejected());
    assert!(breaker.retry_after().unwrap().is_zero());
    let probe = breaker.try_acquire().unwrap();
    assert!(!bus.read(0x48_u8, &mut [0]).unwrap_err().is_rejected());
    probe.success();
    assert_eq!((breaker.state(), breaker.error_count()), (State::Closed, 0));

    breaker.force_open();
    let error = bus.read(0x48_u8, &mut [0]).unwrap_err();
    let rejected = error.rejected().expect("it is forced open");
    assert_eq!((rejected.state, rejected.retry_after), (State::ForcedOpen, None));
    breaker.force_closed();
    assert!(!bus.read(0x48_u8, &mut [0]).unwrap_err().is_rejected());
}

#[test]
fn no_recovery_step_runs_behind_it() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::default(), Gate::new(&breaker))
        .recovery(|_: &mut Device| -> bool { panic!("the method's own step is the one") });
    breaker.try_acquire().unwrap().failure();
    breaker.try_acquire().unwrap().failure();
    clock.advance(TIMEOUT);
    assert!(bus.read(0x48_u8, &mut [0]).is_ok());
}

#[test]
fn it_asks_the_breaker_of_the_address() {
    let clock = clock();
    let (imu, rtc) = (breaker(clock), breaker(clock));
    let gates = Gate::new(PerAddress::new([(0x6A, &imu), (0x68, &rtc)]));
    // Through references too, as several handles of one bus would share them.
    let mut bus = Guarded::new(Device::default(), &gates);
    imu.force_open();
    assert!(bus.read(0x6A_u8, &mut [0]).unwrap_err().is_rejected());
    assert!(bus.read(0x68_u8, &mut [0]).is_ok());
    assert!(bus.read(0x50_u8, &mut [0]).is_ok()); // no breaker of its own
    assert_eq!(bus.release().asked, [("read", 0x68), ("read", 0x50)]);
}

#[test]
fn several_handles_may_own_it_together() {
    let breaker = std::sync::Arc::new(breaker(clock()));
    let gate = std::sync::Arc::new(Gate::new(breaker.clone()));
    let mut bus = Guarded::new(Device::broken(), gate.clone());
    assert!(!bus.read(0x48_u8, &mut [0]).unwrap_err().is_rejected());
    assert_eq!(breaker.error_count(), 0);
    breaker.force_open();
    assert!(bus.read(0x48_u8, &mut [0]).unwrap_err().is_rejected());
}

#[test]
fn an_awaited_operation_is_only_asked_about_too() {
    fn poll<F: Future>(future: F) -> Poll<F::Output> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }
    let breaker = breaker(clock());
    let mut bus = Guarded::new(Device::broken(), Gate::new(&breaker));
    for _ in 0..9 {
        let read = poll(embedded_hal_async::i2c::I2c::read(&mut bus, 0x48_u8, &mut [0]));
        assert!(matches!(read, Poll::Ready(Err(mcb::Error::Inner(FAULT)))));
    }
    assert_eq!(breaker.error_count(), 0);
    breaker.force_open();
    let read = poll(embedded_hal_async::i2c::I2c::read(&mut bus, 0x48_u8, &mut [0]));
    assert!(matches!(read, Poll::Ready(Err(mcb::Error::Rejected(_)))));
    assert_eq!(bus.release().asked.len(), 9);
}
