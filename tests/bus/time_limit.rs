//! A bus that hangs, with a time limit between it and its guard.

mod digital;
#[cfg(feature = "embedded-storage-async")]
mod storage;

use core::time::Duration;

use embedded_hal::{i2c, spi};
use embedded_hal_async::i2c::{I2c, Operation};
use embedded_hal_async::spi::{SpiBus, SpiDevice};
use embedded_io::{Error as _, ErrorKind, ReadReady, SeekFrom, WriteReady};
use embedded_io_async::{Read, Seek, Write};
use mcb::bus::{Guarded, TimeLimit};
use mcb::{Error, ManualClock, State, TimedError};

use super::delay::{Delay, ready, run};
use super::device::{Bus, Device, FAULT, Fault, Stream};
use super::{TIMEOUT, breaker, clock};

const LIMIT: Duration = Duration::from_millis(20);

/// Pending for longer than anybody waits.
fn hanging() -> Device {
    Device { slow: u32::MAX, ..Device::default() }
}

fn limited<B>(bus: B, clock: &'static ManualClock) -> TimeLimit<B, Delay> {
    TimeLimit::new(bus, Delay::new(clock), LIMIT)
}

const PASSED: Result<(), TimedError<Fault>> = Err(TimedError::TimedOut);

#[test]
fn each_operation_of_i2c_is_the_bus_s_own_within_the_limit() {
    let clock = clock();
    let mut bus = limited(Device::default(), clock);
    ready(I2c::read(&mut bus, 0x48_u8, &mut [0])).unwrap();
    ready(I2c::write(&mut bus, 0x148_u16, &[0])).unwrap();
    ready(I2c::write_read(&mut bus, 0x48_u8, &[0], &mut [0])).unwrap();
    ready(I2c::transaction(&mut bus, 0x48_u8, &mut [Operation::Write(&[0])])).unwrap();
    let asked = [("read", 0x48), ("write", 0x148), ("write_read", 0x48), ("transaction", 0x48)];
    assert_eq!(bus.bus().asked, asked);
    *bus.bus() = hanging();
    assert_eq!(run(clock, I2c::read(&mut bus, 0x48_u8, &mut [0])), (PASSED, 20));
    assert_eq!(run(clock, I2c::write(&mut bus, 0x148_u16, &[0])), (PASSED, 20));
    assert_eq!(run(clock, I2c::write_read(&mut bus, 0x48_u8, &[0], &mut [0])), (PASSED, 20));
    assert_eq!(run(clock, I2c::transaction(&mut bus, 0x48_u8, &mut [])), (PASSED, 20));
    let (device, delay) = bus.release();
    assert_eq!((device.asked, delay.asked), (asked.to_vec(), vec![20; 4]));
}

#[test]
fn each_operation_of_spi_is_the_bus_s_own_within_the_limit() {
    let clock = clock();
    for (device, expected) in [(Device::default(), Ok(())), (hanging(), PASSED)] {
        let slow = device.slow;
        let mut device = limited(device, clock);
        let mut bus = limited(Bus(Device { slow, ..Device::default() }), clock);
        let results = [
            run(clock, SpiDevice::read(&mut device, &mut [0_u8])).0,
            run(clock, SpiDevice::write(&mut device, &[0_u16])).0,
            run(clock, SpiDevice::transfer(&mut device, &mut [0_u8], &[0])).0,
            run(clock, SpiDevice::transfer_in_place(&mut device, &mut [0_u8])).0,
            run(clock, SpiDevice::<u8>::transaction(&mut device, &mut [])).0,
            run(clock, SpiBus::read(&mut bus, &mut [0_u8])).0,
            run(clock, SpiBus::write(&mut bus, &[0_u16])).0,
            run(clock, SpiBus::transfer(&mut bus, &mut [0_u8], &[0])).0,
            run(clock, SpiBus::transfer_in_place(&mut bus, &mut [0_u8])).0,
            run(clock, SpiBus::<u8>::flush(&mut bus)).0,
        ];
        assert_eq!(results, [expected; 10]);
        let asked = [device.release().0.asked, bus.release().0.0.asked].concat();
        let methods: Vec<_> = asked.iter().map(|(method, _)| *method).collect();
        let of_both = ["read", "write", "transfer", "transfer_in_place"];
        assert_eq!(methods, [&of_both[..], &["transaction"], &of_both, &["flush"]].concat());
    }
}

#[test]
fn each_operation_of_a_stream_is_its_own_within_the_limit() {
    let clock = clock();
    let mut stream = limited(Stream::default(), clock);
    assert_eq!(ready(stream.read(&mut [0; 3])), Ok(3));
    assert_eq!(ready(stream.write(&[0; 2])), Ok(2));
    assert_eq!(ready(stream.flush()), Ok(()));
    assert_eq!(ready(stream.seek(SeekFrom::Start(7))), Ok(7));
    *stream.bus() = Stream(hanging());
    assert_eq!(run(clock, stream.read(&mut [0; 3])), (Err(TimedError::TimedOut), 20));
    assert_eq!(run(clock, stream.write(&[0; 3])), (Err(TimedError::TimedOut), 20));
    assert_eq!(run(clock, stream.flush()), (PASSED, 20));
    assert_eq!(run(clock, stream.seek(SeekFrom::Start(0))), (Err(TimedError::TimedOut), 20));
    // It is asked without a limit whether it is ready.
    assert_eq!((stream.read_ready(), stream.write_ready()), (Ok(true), Ok(false)));
    stream.bus().0.fault = Some(FAULT);
    assert_eq!(stream.read_ready(), Err(TimedError::Inner(FAULT)));
}

#[cfg(feature = "embedded-io-async-06")]
#[test]
fn streams_of_embedded_io_0_6_have_limits_too() {
    use embedded_io_async_06 as io;
    /// Never ready.
    struct Silent;
    impl embedded_io_06::ErrorType for Silent {
        type Error = embedded_io_06::ErrorKind;
    }
    impl io::Read for Silent {
        async fn read(&mut self, _: &mut [u8]) -> Result<usize, Self::Error> {
            core::future::pending().await
        }
    }
    let clock = clock();
    let breaker = breaker(clock);
    let mut stream = Guarded::new(limited(Silent, clock), &breaker);
    let (result, ticks) = run(clock, io::Read::read(&mut stream, &mut [0]));
    let error = result.unwrap_err();
    assert_eq!(embedded_io_06::Error::kind(&error), embedded_io_06::ErrorKind::TimedOut);
    assert_eq!((breaker.error_count(), ticks), (1, 20));
}

#[test]
fn a_bus_that_hangs_opens_its_breaker_and_its_step_brings_it_back() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(limited(hanging(), clock), &breaker)
        .recovery_async(async |bus: &mut TimeLimit<Device, Delay>| bus.bus().slow = 0);
    for _ in 0..2 {
        let (result, ticks) = run(clock, I2c::read(&mut bus, 0x48_u8, &mut [0]));
        assert_eq!((result, ticks), (Err(Error::Inner(TimedError::TimedOut)), 20));
    }
    assert_eq!(breaker.state(), State::Open);
    assert!(ready(I2c::read(&mut bus, 0x48_u8, &mut [0])).unwrap_err().is_rejected());
    clock.advance(TIMEOUT);
    assert_eq!(ready(I2c::read(&mut bus, 0x48_u8, &mut [0])), Ok(()));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_step_has_the_delay_in_its_hands_and_no_limit() {
    use embedded_hal_async::delay::DelayNs;
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = Guarded::new(limited(Device::broken(), clock), &breaker).recovery_async(
        async |bus: &mut TimeLimit<Device, Delay>| {
            bus.delay().delay_ms(50).await; // longer than any operation may take
            bus.bus().fault = None;
        },
    );
    for _ in 0..2 {
        assert!(ready(I2c::read(&mut bus, 0x48_u8, &mut [0])).is_err());
    }
    clock.advance(TIMEOUT);
    assert_eq!(run(clock, I2c::read(&mut bus, 0x48_u8, &mut [0])), (Ok(()), 50));
}

#[test]
fn around_the_guard_a_limit_only_drops() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut bus = limited(Guarded::new(hanging(), &breaker), clock);
    for _ in 0..9 {
        let (result, _) = run(clock, I2c::read(&mut bus, 0x48_u8, &mut [0]));
        assert_eq!(result, Err(TimedError::TimedOut));
    }
    assert_eq!((breaker.state(), breaker.error_count()), (State::Closed, 0));
}

#[test]
fn errors_keep_their_kind_and_a_limit_that_has_passed_is_other_or_timed_out() {
    let (inner, passed) = (TimedError::Inner(FAULT), TimedError::<Fault>::TimedOut);
    assert_eq!(i2c::Error::kind(&inner), FAULT.i2c);
    assert_eq!(i2c::Error::kind(&passed), i2c::ErrorKind::Other);
    assert_eq!(spi::Error::kind(&inner), FAULT.spi);
    assert_eq!(spi::Error::kind(&passed), spi::ErrorKind::Other);
    assert_eq!((inner.kind(), passed.kind()), (FAULT.io, ErrorKind::TimedOut));
    assert_eq!(Error::Inner(passed).kind(), ErrorKind::TimedOut);
}

#[test]
fn it_shows_its_limit() {
    let bus = limited(Device::default(), clock());
    assert_eq!(format!("{bus:?}"), "TimeLimit { micros: 20000, .. }");
}
