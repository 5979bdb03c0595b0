use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_hal_async::i2c::{I2c, Operation};
use embedded_hal_async::spi::{SpiBus, SpiDevice};
use embedded_io::{Error as _, ErrorKind, SeekFrom};
use embedded_io_async::{Read, Seek, Write};
use mcb::bus::{AsyncRecovery, Gate, Guarded, PerAddress};
use mcb::{CircuitBreaker, Config, ManualClock, State, Verdict};

use super::device::{Bus, Device, FAULT, Fault, Stream};
use super::{TIMEOUT, breaker, clock, config};

/// Polls to the end; every waker is the same to these futures.
fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
    }
}

fn poll<F: Future>(future: core::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

async fn mend(device: &mut Device) -> Result<(), Fault> {
    device.asked.push(("recover", 0));
    device.fault = None;
    Ok(())
}

fn methods(asked: &[(&'static str, u16)]) -> Vec<&'static str> {
    asked.iter().map(|(method, _)| *method).collect()
}

#[test]
fn each_operation_of_i2c_is_the_bus_s_own() {
    let breaker = breaker(clock());
    let mut bus = Guarded::new(Device { slow: 3, ..Device::default() }, &breaker);
    wait(I2c::read(&mut bus, 0x48_u8, &mut [0])).unwrap();
    wait(I2c::write(&mut bus, 0x148_u16, &[0])).unwrap();
    wait(I2c::write_read(&mut bus, 0x48_u8, &[0], &mut [0])).unwrap();
    wait(I2c::transaction(&mut bus, 0x48_u8, &mut [Operation::Write(&[0])])).unwrap();
    let asked = [("read", 0x48), ("write", 0x148), ("write_read", 0x48), ("transaction", 0x48)];
    assert_eq!(bus.release().asked, asked);
}

#[test]
fn each_operation_of_spi_is_the_device_s_own() {
    let breaker = breaker(clock());
    let mut device = Guarded::new(Device::default(), &breaker);
    wait(SpiDevice::read(&mut device, &mut [0_u8])).unwrap();
    wait(SpiDevice::write(&mut device, &[0_u8])).unwrap();
    wait(SpiDevice::transfer(&mut device, &mut [0_u8], &[0])).unwrap();
    wait(SpiDevice::transfer_in_place(&mut device, &mut [0_u8])).unwrap();
    wait(SpiDevice::<u8>::transaction(&mut device, &mut [])).unwrap();
    let asked = device.release().asked;
    assert_eq!(methods(&asked), ["read", "write", "transfer", "transfer_in_place", "transaction"]);

    let mut bus = Guarded::new(Bus::default(), &breaker);
    wait(SpiBus::read(&mut bus, &mut [0_u8])).unwrap();
    wait(SpiBus::write(&mut bus, &[0_u8])).unwrap();
    wait(SpiBus::transfer(&mut bus, &mut [0_u8], &[0])).unwrap();
    wait(SpiBus::transfer_in_place(&mut bus, &mut [0_u8])).unwrap();
    wait(SpiBus::<u8>::flush(&mut bus)).unwrap();
    let asked = bus.release().0.asked;
    assert_eq!(methods(&asked), ["read", "write", "transfer", "transfer_in_place", "flush"]);
}

#[test]
fn each_operation_of_a_stream_is_its_own() {
    let breaker = breaker(clock());
    let mut stream = Guarded::new(Stream::default(), &breaker);
    assert_eq!(wait(stream.read(&mut [0; 3])), Ok(3));
    assert_eq!(wait(stream.write(&[0; 2])), Ok(2));
    assert_eq!(wait(stream.flush()), Ok(()));
    assert_eq!(wait(stream.seek(SeekFrom::Start(7))), Ok(7));
    let asked = stream.release().0.asked;
    assert_eq!(methods(&asked), ["read", "write", "flush", "seek"]);
}

#[test]
fn rejections_cause_no_traffic_and_the_step_runs_before_the_probe() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), &breaker).recovery_async(mend);
    for _ in 0..2 {
        let error = wait(I2c::read(&mut bus, 0x48_u8, &mut [0])).unwrap_err();
        assert_eq!(error.into_inner(), Some(FAULT));
    }
    assert!(wait(I2c::read(&mut bus, 0x48_u8, &mut [0])).unwrap_err().is_rejected());
    clock.advance(TIMEOUT);
    assert!(wait(I2c::read(&mut bus, 0x48_u8, &mut [0])).is_ok());
    assert_eq!(breaker.state(), State::Closed);
    assert_eq!(methods(&bus.release().asked), ["read", "read", "recover", "read"]);
}

#[test]
fn without_a_step_the_probe_is_all() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), &breaker);
    for _ in 0..2 {
        assert!(wait(I2c::read(&mut bus, 0x48_u8, &mut [0])).is_err());
    }
    bus.bus().fault = None;
    clock.advance(TIMEOUT);
    assert!(wait(I2c::read(&mut bus, 0x48_u8, &mut [0])).is_ok());
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_step_that_fails_is_a_failed_probe() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), &breaker)
        .recovery_async(async |_: &mut Device| Err("stuck"));
    for _ in 0..2 {
        assert!(wait(I2c::read(&mut bus, 0x48_u8, &mut [0])).is_err());
    }
    for _ in 0..3 {
        clock.advance(TIMEOUT);
        assert!(wait(I2c::read(&mut bus, 0x48_u8, &mut [0])).unwrap_err().is_rejected());
    }
    assert_eq!((breaker.state(), breaker.error_count()), (State::Open, 5));
    assert_eq!(bus.release().asked.len(), 2);
}

/// Waits for ever: a sensor that stretches the clock.
struct Hang;

impl<A> AsyncRecovery<Device, A> for Hang {
    async fn recover(&mut self, _: &mut Device, _: &A) -> bool {
        core::future::pending().await
    }
}

#[test]
fn a_step_that_is_cancelled_gives_its_slot_back() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(Device::broken(), &breaker).recovery_by(Hang);
    for _ in 0..2 {
        assert!(wait(I2c::read(&mut bus, 0x48_u8, &mut [0])).is_err());
    }
    clock.advance(TIMEOUT);
    {
        let mut buffer = [0];
        let mut read = pin!(I2c::read(&mut bus, 0x48_u8, &mut buffer));
        assert!(poll(read.as_mut()).is_pending());
        assert!(!breaker.retry_after().unwrap().is_zero()); // it holds the only slot
    }
    assert!(breaker.retry_after().unwrap().is_zero());
    assert_eq!(breaker.state(), State::HalfOpen);
}

#[test]
fn an_operation_that_is_dropped_counts_as_the_configuration_says() {
    static CONFIG: Config<&ManualClock> = config().dropped(Verdict::Failure);
    let breaker = CircuitBreaker::try_new(&CONFIG, clock()).unwrap();
    let mut bus = Guarded::new(Device { slow: u32::MAX, ..Device::default() }, &breaker);
    for errors in 1..=2 {
        let mut buffer = [0];
        assert!(poll(pin!(I2c::read(&mut bus, 0x48_u8, &mut buffer))).is_pending());
        assert_eq!(breaker.error_count(), errors);
    }
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_breaker_per_address_and_none_for_the_rest() {
    let breaker = breaker(clock());
    let mut bus = Guarded::new(Device::broken(), PerAddress::new([(0x6A, &breaker)]));
    for _ in 0..2 {
        assert!(wait(I2c::read(&mut bus, 0x6A_u8, &mut [0])).is_err());
    }
    assert!(wait(I2c::read(&mut bus, 0x6A_u8, &mut [0])).unwrap_err().is_rejected());
    for _ in 0..9 {
        let error = wait(I2c::read(&mut bus, 0x50_u8, &mut [0])).unwrap_err();
        assert_eq!(error.into_inner(), Some(FAULT));
    }
}

#[test]
fn a_rejected_stream_is_not_connected() {
    let breaker = breaker(clock());
    let mut stream = Guarded::new(Stream(Device::broken()), &breaker);
    assert!(wait(stream.read(&mut [0])).is_err());
    assert!(wait(stream.flush()).is_err());
    assert_eq!(wait(stream.write(&[0])).unwrap_err().kind(), ErrorKind::NotConnected);
}

/// A transfer with a buffer of its own: it stands in the guard's future once, whatever guards it.
#[test]
fn a_guarded_operation_is_little_larger_than_the_bus_s_own() {
    struct Dma;
    impl embedded_hal::i2c::ErrorType for Dma {
        type Error = Fault;
    }
    impl I2c for Dma {
        async fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), Fault> {
            let buffer = [0_u8; 1024];
            core::future::pending::<()>().await;
            if buffer[0] == 0 { Ok(()) } else { Err(FAULT) }
        }
    }
    fn size(bus: &mut impl I2c) -> usize {
        size_of_val(&bus.transaction(0x48, &mut []))
    }
    let breaker = breaker(clock());
    let bare = size(&mut Dma);
    assert!(bare > 1024, "{bare}");
    let step = async |_: &mut Dma| true;
    for (guarded, by) in [
        (size(&mut Guarded::new(Dma, &breaker)), "a breaker"),
        (size(&mut Guarded::new(Dma, &breaker).recovery_async(step)), "one with a step"),
        (size(&mut Guarded::new(Dma, Gate::new(&breaker))), "a gate"),
    ] {
        assert!(guarded <= bare + 48 * size_of::<usize>(), "{guarded} bytes for {bare} by {by}");
    }
}
