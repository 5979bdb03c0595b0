use embedded_hal::spi::{Error as _, ErrorKind, Operation, SpiBus, SpiDevice};
use mcb::State;
use mcb::bus::Guarded;

use super::device::{Bus, Device, FAULT};
use super::{breaker, clock};

#[test]
fn each_operation_of_a_device_is_its_own_and_one_guarded_call() {
    let breaker = breaker(clock());
    let mut device = Guarded::new(Device::default(), &breaker);
    SpiDevice::read(&mut device, &mut [0_u8]).unwrap();
    SpiDevice::write(&mut device, &[0_u16]).unwrap();
    SpiDevice::transfer(&mut device, &mut [0_u8], &[0]).unwrap();
    SpiDevice::transfer_in_place(&mut device, &mut [0_u8]).unwrap();
    SpiDevice::transaction(&mut device, &mut [Operation::Write(&[0_u8])]).unwrap();
    let asked = device.release().asked;
    let methods: Vec<_> = asked.iter().map(|(method, _)| *method).collect();
    assert_eq!(methods, ["read", "write", "transfer", "transfer_in_place", "transaction"]);
}

#[test]
fn each_operation_of_a_bus_is_its_own_and_one_guarded_call() {
    let breaker = breaker(clock());
    let mut bus = Guarded::new(Bus::default(), &breaker);
    SpiBus::read(&mut bus, &mut [0_u8]).unwrap();
    SpiBus::write(&mut bus, &[0_u16]).unwrap();
    SpiBus::transfer(&mut bus, &mut [0_u8], &[0]).unwrap();
    SpiBus::transfer_in_place(&mut bus, &mut [0_u8]).unwrap();
    SpiBus::<u8>::flush(&mut bus).unwrap();
    let asked = bus.release().0.asked;
    let methods: Vec<_> = asked.iter().map(|(method, _)| *method).collect();
    assert_eq!(methods, ["read", "write", "transfer", "transfer_in_place", "flush"]);
}

#[test]
fn errors_keep_their_kind_and_a_rejection_is_other() {
    let breaker = breaker(clock());
    let mut device = Guarded::new(Device::broken(), &breaker);
    for _ in 0..2 {
        let error = SpiDevice::read(&mut device, &mut [0_u8]).unwrap_err();
        assert_eq!((error.kind(), error.into_inner()), (ErrorKind::ModeFault, Some(FAULT)));
    }
    assert_eq!(breaker.state(), State::Open);
    let error = SpiDevice::write(&mut device, &[0_u8]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other);
    assert_eq!(device.bus().asked.len(), 2);
}
