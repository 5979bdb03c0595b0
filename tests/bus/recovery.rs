use core::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};

use embedded_hal::i2c::I2c;
use mcb::bus::{Guarded, PerAddress, Recovery};
use mcb::{Cause, CircuitBreaker, Config, Hooks, ManualClock, State, Transition};

use super::device::{Device, Fault};
use super::{TIMEOUT, breaker, clock, config};

/// Clears what broke it, as a bus clear or a power cycle would.
#[allow(clippy::unnecessary_wraps)] // the form of a step
fn mend(device: &mut Device) -> Result<(), Fault> {
    device.asked.push(("recover", 0));
    device.fault = None;
    Ok(())
}

fn open(bus: &mut impl I2c) {
    for _ in 0..2 {
        assert!(bus.read(0x48, &mut [0]).is_err());
    }
}

#[test]
fn it_runs_before_the_probe_with_the_bus_in_hand() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), &breaker).recovery(mend);
    open(&mut bus);
    assert!(bus.read(0x48_u8, &mut [0]).unwrap_err().is_rejected()); // too early for anything
    clock.advance(TIMEOUT);
    assert!(bus.read(0x48_u8, &mut [0]).is_ok());
    assert_eq!(breaker.state(), State::Closed);
    assert!(bus.read(0x48_u8, &mut [0]).is_ok());
    let asked = bus.release().asked;
    let methods: Vec<_> = asked.iter().map(|(method, _)| *method).collect();
    assert_eq!(methods, ["read", "read", "recover", "read", "read"]);
}

#[test]
fn one_that_fails_is_a_failed_probe_and_the_bus_is_left_alone() {
    thread_local!(static CAUSES: RefCell<Vec<Cause>> = const { RefCell::new(Vec::new()) });
    fn note(_: &Transition, cause: Cause) {
        CAUSES.with_borrow_mut(|causes| causes.push(cause));
    }
    static CONFIG: Config<&ManualClock> = config().hooks(&Hooks::new().on_open(note));
    let clock = clock();
    let breaker = CircuitBreaker::try_new(&CONFIG, clock).unwrap();
    let mut bus = Guarded::new(Device::broken(), &breaker).recovery(|_: &mut Device| Err("stuck"));
    open(&mut bus);

    // It never gets better: one try for each timeout, and the wait is told each time.
    for openings in 2..9 {
        clock.advance(TIMEOUT);
        let error = bus.read(0x48_u8, &mut [0]).unwrap_err();
        let rejected = error.rejected().expect("no probe went out");
        assert_eq!(rejected.retry_after.unwrap().ticks(), 100);
        assert_eq!(breaker.error_count(), 2 + openings - 1);
        assert_eq!(breaker.state(), State::Open);
    }
    assert_eq!(bus.release().asked.len(), 2);
    CAUSES.with_borrow(|causes| {
        assert_eq!(causes[0], Cause::Error);
        assert_eq!(causes[1..], [Cause::Recovery; 7]);
    });
}

#[test]
fn it_is_not_repeated_once_a_probe_of_the_recovery_has_succeeded() {
    static CONFIG: Config<&ManualClock> = config().recovery_threshold(3);
    let clock = clock();
    let breaker = CircuitBreaker::try_new(&CONFIG, clock).unwrap();
    let mut bus = Guarded::new(Device::broken(), &breaker).recovery(mend);
    open(&mut bus);
    clock.advance(TIMEOUT);
    for _ in 0..3 {
        assert!(bus.read(0x48_u8, &mut [0]).is_ok());
    }
    assert_eq!(breaker.state(), State::Closed);
    let recoveries = |bus: &mut Guarded<Device, _, _>| {
        bus.bus().asked.iter().filter(|(method, _)| *method == "recover").count()
    };
    assert_eq!(recoveries(&mut bus), 1);

    // Each recovery has its own.
    *bus.bus() = Device { asked: core::mem::take(&mut bus.bus().asked), ..Device::broken() };
    open(&mut bus);
    clock.advance(TIMEOUT);
    assert!(bus.read(0x48_u8, &mut [0]).is_ok());
    assert_eq!(recoveries(&mut bus), 2);
}

#[test]
fn one_that_panics_keeps_no_slot() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), &breaker)
        .recovery(|_: &mut Device| -> Result<(), ()> { panic!("in the recovery step") });
    open(&mut bus);
    clock.advance(TIMEOUT);
    assert!(catch_unwind(AssertUnwindSafe(|| bus.read(0x48_u8, &mut [0]))).is_err());
    assert_eq!((breaker.state(), breaker.error_count()), (State::Open, 3));
}

#[test]
fn one_that_resets_the_breaker_itself_lets_the_call_pass_without_counting() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), &breaker).recovery(|bus: &mut Device| {
        breaker.reset();
        mend(bus)
    });
    open(&mut bus);
    clock.advance(TIMEOUT);
    assert!(bus.read(0x48_u8, &mut [0]).is_ok());
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn one_that_forces_it_open_and_fails_tells_no_wait() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), &breaker).recovery(|_: &mut Device| {
        breaker.force_open();
        Err(())
    });
    open(&mut bus);
    clock.advance(TIMEOUT);
    let error = bus.read(0x48_u8, &mut [0]).unwrap_err();
    assert_eq!(error.rejected().unwrap().retry_after, None);
    assert_eq!(breaker.state(), State::ForcedOpen);
}

/// After the wait that it tells, a call passes, whoever has opened the breaker.
#[test]
fn one_that_fails_after_another_probe_has_tells_no_shorter_wait() {
    static CONFIG: Config<&ManualClock> = config().max_probes(2);
    let clock = clock();
    let breaker = CircuitBreaker::try_new(&CONFIG, clock).unwrap();
    let mut bus = Guarded::new(Device::broken(), &breaker).recovery(|_: &mut Device| {
        breaker.try_acquire().unwrap().failure();
        clock.advance_ticks(30); // it takes its time to fail, too
        false
    });
    open(&mut bus);
    clock.advance(TIMEOUT);
    let error = bus.read(0x48_u8, &mut [0]).unwrap_err();
    let rejected = error.rejected().unwrap();
    assert_eq!((rejected.state, rejected.error_count), (State::Open, 3));
    assert_eq!(rejected.retry_after.map(mcb::Wait::ticks), Some(100));
    assert_eq!(breaker.retry_after().map(mcb::Wait::ticks), Some(70));
}

#[test]
fn a_step_may_be_of_a_type_with_a_name() {
    struct PowerCycle {
        cycles: u32,
    }
    impl<A> Recovery<Device, A> for PowerCycle {
        fn recover(&mut self, device: &mut Device, _: &A) -> bool {
            self.cycles += 1;
            mend(device).is_ok()
        }
    }
    struct Sensor<'a> {
        bus: Guarded<Device, &'a super::Breaker, PowerCycle>,
    }

    let clock = clock();
    let breaker = breaker(clock);
    let bus = Guarded::new(Device::broken(), &breaker).recovery_by(PowerCycle { cycles: 0 });
    let mut sensor = Sensor { bus };
    open(&mut sensor.bus);
    clock.advance(TIMEOUT);
    assert!(sensor.bus.read(0x48_u8, &mut [0]).is_ok());
}

#[test]
fn a_step_may_ask_for_the_address_of_the_probe() {
    struct Switch;
    impl Recovery<Device, u8> for Switch {
        fn recover(&mut self, device: &mut Device, address: &u8) -> bool {
            device.asked.push(("switch", u16::from(*address)));
            device.fault = None;
            true
        }
    }
    let clock = clock();
    let (imu, rtc) = (breaker(clock), breaker(clock));
    let map = PerAddress::new([(0x6A, &imu), (0x68, &rtc)]);
    let mut bus = Guarded::new(Device::broken(), &map).recovery_by(Switch);
    for _ in 0..2 {
        assert!(bus.read(0x6A_u8, &mut [0]).is_err());
    }
    clock.advance(TIMEOUT);
    assert!(bus.read(0x6A_u8, &mut [0]).is_ok());
    assert_eq!(bus.release().asked[2..], [("switch", 0x6A), ("read", 0x6A)]);
}

#[test]
fn a_step_may_return_nothing_or_a_bool() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus =
        Guarded::new(Device::broken(), &breaker).recovery(|bus: &mut Device| bus.fault = None);
    open(&mut bus);
    clock.advance(TIMEOUT);
    assert!(bus.read(0x48_u8, &mut [0]).is_ok());

    let mut bus = Guarded::new(Device::broken(), &breaker).recovery(|_: &mut Device| false);
    open(&mut bus);
    clock.advance(TIMEOUT);
    assert!(bus.read(0x48_u8, &mut [0]).unwrap_err().is_rejected());
}

#[test]
fn anything_else_can_be_recovered_the_same_way() {
    let clock = clock();
    let breaker = breaker(clock);
    let (mut connected, connections) = (false, Cell::new(0));
    let mut query = || {
        breaker.call_on(
            &mut connected,
            |connected| -> Result<(), ()> {
                connections.set(connections.get() + 1);
                *connected = true;
                Ok(())
            },
            |connected| if *connected { Ok(1) } else { Err("not connected") },
        )
    };
    assert!(query().is_err());
    assert!(query().is_err());
    clock.advance_ticks(99);
    assert!(query().unwrap_err().is_rejected());
    assert_eq!(connections.get(), 0);
    clock.advance_ticks(1);
    assert_eq!(query(), Ok(1));
    assert_eq!(connections.get(), 1);
}
