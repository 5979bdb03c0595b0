//! A look at what was read: a bus without a device answers all the same.

use core::convert::Infallible;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_hal::i2c;
use embedded_io::SeekFrom;
use mcb::bus::{Gate, Guarded, Inspect, NoInspection, NoRecovery, all_same};
use mcb::{Cause, CircuitBreaker, Config, Hooks, ManualClock, State, Transition};

use super::line::{BUSY, Bare, HIGH, LOW, Line, Stream, run_i2c};
use super::{TIMEOUT, breaker, clock};

fn wait<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a bus that answers at once"),
    }
}

type Looking<'a, B> = Guarded<B, &'a super::Breaker, NoRecovery, fn(&[u8]) -> bool>;

/// Failures that the operation is, on a line that is healthy, low, high.
fn failures<B>(bus: impl Fn(Line) -> B, operation: impl Fn(&mut Looking<'_, B>)) -> [u16; 3] {
    [BUSY, LOW, HIGH].map(|line| {
        let breaker = breaker(clock());
        let look: fn(&[u8]) -> bool = all_same::<2>;
        operation(&mut Guarded::new(bus(line), &breaker).inspecting(look));
        breaker.error_count()
    })
}

const COUNTS: [u16; 3] = [0, 1, 1];
const NEVER: [u16; 3] = [0, 0, 0];

#[test]
fn what_i2c_reads_is_looked_at() {
    use embedded_hal::i2c::{I2c, Operation};
    use embedded_hal_async::i2c::I2c as Async;
    let mut read = [0; 2];
    assert_eq!(failures(|line| line, |bus| I2c::read(bus, 1_u8, &mut [0; 2]).unwrap()), COUNTS);
    assert_eq!(
        failures(|line| line, |bus| I2c::write_read(bus, 1_u8, &[1], &mut [0; 2]).unwrap()),
        COUNTS
    );
    assert_eq!(
        failures(
            |line| line,
            |bus| I2c::transaction(
                bus,
                1_u8,
                &mut [Operation::Write(&[1]), Operation::Read(&mut [0; 2])]
            )
            .unwrap()
        ),
        COUNTS
    );
    assert_eq!(failures(|line| line, |bus| I2c::write(bus, 1_u8, &[0; 2]).unwrap()), NEVER);
    assert_eq!(
        failures(
            |line| line,
            |bus| I2c::transaction(bus, 1_u8, &mut [Operation::Write(&[0; 2])]).unwrap()
        ),
        NEVER
    );
    assert_eq!(
        failures(|line| line, |bus| wait(Async::read(bus, 1_u8, &mut [0; 2])).unwrap()),
        COUNTS
    );
    assert_eq!(
        failures(|line| line, |bus| wait(Async::write_read(bus, 1_u8, &[1], &mut [0; 2])).unwrap()),
        COUNTS
    );
    assert_eq!(
        failures(
            |line| line,
            |bus| wait(Async::transaction(bus, 1_u8, &mut [Operation::Read(&mut [0; 2])])).unwrap()
        ),
        COUNTS
    );
    assert_eq!(failures(|line| line, |bus| wait(Async::write(bus, 1_u8, &[0; 2])).unwrap()), NEVER);
    // The driver gets what was read all the same.
    let breaker = breaker(clock());
    I2c::read(&mut Guarded::new(HIGH, &breaker).inspecting(all_same::<2>), 1_u8, &mut read)
        .unwrap();
    assert_eq!((read, breaker.error_count()), ([0xFF; 2], 1));
}

#[test]
fn what_a_device_on_spi_reads_is_looked_at() {
    use embedded_hal::spi::{Operation, SpiDevice};
    use embedded_hal_async::spi::SpiDevice as Async;
    fn all(device: &mut Looking<'_, Line>) {
        let (mut a, mut b, mut c) = ([0; 2], [0; 2], [0; 2]);
        let read = Operation::Read(&mut a);
        let transfer = Operation::Transfer(&mut b, &[1]);
        let in_place = Operation::TransferInPlace(&mut c);
        let write = Operation::Write(&[1, 2]);
        let mut operations = [write, read, transfer, in_place, Operation::DelayNs(1)];
        SpiDevice::transaction(device, &mut operations).unwrap();
    }
    fn only_written(device: &mut Looking<'_, Line>) {
        SpiDevice::transaction(device, &mut [Operation::Write(&[0; 2])]).unwrap();
    }
    assert_eq!(failures(|line| line, |bus| SpiDevice::read(bus, &mut [0; 2]).unwrap()), COUNTS);
    assert_eq!(
        failures(|line| line, |bus| SpiDevice::transfer(bus, &mut [0; 2], &[1]).unwrap()),
        COUNTS
    );
    assert_eq!(
        failures(|line| line, |bus| SpiDevice::transfer_in_place(bus, &mut [0; 2]).unwrap()),
        COUNTS
    );
    assert_eq!(failures(|line| line, |bus| SpiDevice::write(bus, &[0; 2]).unwrap()), NEVER);
    assert_eq!(failures(|line| line, all), COUNTS);
    assert_eq!(failures(|line| line, only_written), NEVER);
    assert_eq!(
        failures(|line| line, |bus| wait(Async::transfer(bus, &mut [0; 2], &[1])).unwrap()),
        COUNTS
    );
    assert_eq!(
        failures(|line| line, |bus| wait(Async::transfer_in_place(bus, &mut [0; 2])).unwrap()),
        COUNTS
    );
    assert_eq!(
        failures(
            |line| line,
            |bus| wait(Async::transaction(bus, &mut [Operation::Read(&mut [0; 2])])).unwrap()
        ),
        COUNTS
    );
    assert_eq!(failures(|line| line, |bus| wait(Async::write(bus, &[0; 2])).unwrap()), NEVER);
}

#[test]
fn what_a_bus_of_spi_reads_is_looked_at() {
    use embedded_hal::spi::SpiBus;
    use embedded_hal_async::spi::SpiBus as Async;
    assert_eq!(failures(Bare, |bus| SpiBus::read(bus, &mut [0; 2]).unwrap()), COUNTS);
    assert_eq!(failures(Bare, |bus| SpiBus::transfer(bus, &mut [0; 2], &[1]).unwrap()), COUNTS);
    assert_eq!(failures(Bare, |bus| SpiBus::transfer_in_place(bus, &mut [0; 2]).unwrap()), COUNTS);
    assert_eq!(failures(Bare, |bus| SpiBus::<u8>::write(bus, &[0; 2]).unwrap()), NEVER);
    assert_eq!(failures(Bare, |bus| SpiBus::<u8>::flush(bus).unwrap()), NEVER);
    assert_eq!(failures(Bare, |bus| wait(Async::read(bus, &mut [0; 2])).unwrap()), COUNTS);
    assert_eq!(
        failures(Bare, |bus| wait(Async::transfer(bus, &mut [0; 2], &[1])).unwrap()),
        COUNTS
    );
    assert_eq!(
        failures(Bare, |bus| wait(Async::transfer_in_place(bus, &mut [0; 2])).unwrap()),
        COUNTS
    );
    assert_eq!(failures(Bare, |bus| wait(Async::<u8>::write(bus, &[0; 2])).unwrap()), NEVER);
}

#[test]
fn of_a_stream_only_what_was_read_is_looked_at() {
    use embedded_io::{Read, Seek, Write};
    use embedded_io_async::Read as Async;
    let stream = |told| move |line| Stream { line, told };
    assert_eq!(
        failures(stream(2), |bus| {
            _ = Read::read(bus, &mut [0; 9]);
        }),
        COUNTS
    );
    assert_eq!(
        failures(stream(2), |bus| {
            _ = wait(Async::read(bus, &mut [0; 9]));
        }),
        COUNTS
    );
    // One byte is too few for the look, none is nothing, and a stream that boasts is not looked at.
    for told in [0, 1, 10] {
        assert_eq!(
            failures(stream(told), |bus| {
                _ = Read::read(bus, &mut [0; 9]);
            }),
            NEVER
        );
        assert_eq!(
            failures(stream(told), |bus| {
                _ = wait(Async::read(bus, &mut [0; 9]));
            }),
            NEVER
        );
    }
    assert_eq!(
        failures(stream(2), |bus| {
            _ = bus.write(&[0; 2]);
        }),
        NEVER
    );
    assert_eq!(
        failures(stream(2), |bus| {
            _ = bus.seek(SeekFrom::Start(0));
        }),
        NEVER
    );
}

#[test]
fn one_good_read_in_a_transaction_shows_that_somebody_is_there() {
    use embedded_hal::i2c::{I2c, Operation};
    /// Reads zeros, and once something else.
    struct Status;
    impl i2c::ErrorType for Status {
        type Error = Infallible;
    }
    impl I2c for Status {
        fn transaction(
            &mut self,
            _: u8,
            operations: &mut [Operation<'_>],
        ) -> Result<(), Infallible> {
            run_i2c(LOW, operations);
            if let [_, Operation::Read(second), ..] = operations {
                second.iter_mut().for_each(|byte| *byte = 7);
            }
            Ok(())
        }
    }
    let breaker = breaker(clock());
    let mut bus = Guarded::new(Status, &breaker).inspecting(all_same::<2>);
    let (mut a, mut b, mut c) = ([0; 2], [0; 2], [0; 2]);
    bus.transaction(1, &mut [Operation::Read(&mut a), Operation::Read(&mut [])]).unwrap();
    assert_eq!(breaker.error_count(), 1);
    bus.transaction(
        1,
        &mut [Operation::Read(&mut a), Operation::Read(&mut b), Operation::Read(&mut c)],
    )
    .unwrap();
    assert_eq!(breaker.error_count(), 0);
}

#[test]
fn it_opens_with_the_output_as_the_cause_and_a_good_answer_closes() {
    use embedded_hal::spi::SpiDevice;
    fn of_the_output(_: &Transition, cause: Cause) {
        assert_eq!(cause, Cause::Output);
    }
    static CONFIG: Config<&ManualClock> = Config::new("imu")
        .error_threshold(2)
        .recovery_timeout(TIMEOUT)
        .hooks(&Hooks::new().on_open(of_the_output));
    let clock = clock();
    let breaker = CircuitBreaker::try_new(&CONFIG, clock).unwrap();
    let mut steps = 0;
    let mut device =
        Guarded::new(LOW, &breaker).inspecting(all_same::<4>).recovery(|_: &mut Line| steps += 1);
    assert_eq!(device.read(&mut [0; 4]), Ok(()));
    assert_eq!(device.read(&mut [0; 4]), Ok(()));
    assert_eq!(breaker.state(), State::Open);
    assert!(device.read(&mut [0; 4]).unwrap_err().is_rejected());
    clock.advance(TIMEOUT);
    assert_eq!(device.read(&mut [0; 4]), Ok(())); // a probe that fails
    assert_eq!(breaker.state(), State::Open);
    clock.advance(TIMEOUT);
    *device.bus() = BUSY;
    assert_eq!(device.read(&mut [0; 4]), Ok(()));
    assert_eq!(breaker.state(), State::Closed);
    let _ = device;
    assert_eq!(steps, 2);
}

#[test]
fn a_look_that_panics_is_a_failure() {
    use embedded_hal::spi::SpiDevice;
    let breaker = breaker(clock());
    let look = |_: &[u8]| -> bool { panic!("cannot tell") };
    let mut device = Guarded::new(LOW, &breaker).inspecting(look);
    let read = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| device.read(&mut [0])));
    assert!(read.is_err());
    assert_eq!(breaker.error_count(), 1);
}

#[test]
fn errors_are_judged_by_the_rules_and_a_gate_looks_at_nothing() {
    use super::device::{Device, FAULT};
    use embedded_hal::spi::SpiDevice;
    let breaker = breaker(clock());
    let look = |_: &[u8]| -> bool { panic!("nothing was read") };
    let mut device = Guarded::new(Device::broken(), &breaker).inspecting(look);
    assert_eq!(SpiDevice::read(&mut device, &mut [0_u8]).unwrap_err().into_inner(), Some(FAULT));
    assert_eq!(breaker.error_count(), 1);
    let mut gated = Guarded::new(LOW, Gate::new(&breaker)).inspecting(all_same::<1>);
    for _ in 0..9 {
        assert_eq!(gated.read(&mut [0; 4]), Ok(()));
    }
    assert_eq!(breaker.error_count(), 1);
}

#[test]
fn words_of_another_width_need_a_look_of_their_own() {
    use super::device::Device;
    use embedded_hal::spi::SpiDevice;
    #[derive(Clone, Copy)]
    struct Ones;
    impl Inspect<u16> for Ones {
        fn suspects(&self, words: &[u16]) -> bool {
            words.iter().all(|word| *word == 0xFFFF)
        }
    }
    let breaker = breaker(clock());
    let mut device = Guarded::new(Device::default(), &breaker).inspecting_by(Ones);
    SpiDevice::<u16>::read(&mut device, &mut [0xFFFF; 2]).unwrap(); // it leaves the words alone
    assert_eq!(breaker.error_count(), 1);
    // A guard without a look takes words of any width.
    let mut device = Guarded::new(Device::default(), &breaker);
    SpiDevice::<u32>::read(&mut device, &mut [0; 2]).unwrap();
    assert_eq!(breaker.error_count(), 0);
}

#[test]
fn all_the_same_is_zeros_or_ones_and_enough_of_them() {
    for same in [0x00, 0xFF] {
        assert!(all_same::<1>(&[same]));
        assert!(
            all_same::<3>(&[same; 3]) && all_same::<3>(&[same; 4]) && !all_same::<3>(&[same; 2])
        );
        for odd in 0..3 {
            let mut bytes = [same; 3];
            bytes[odd] ^= 0x01;
            assert!(!all_same::<3>(&bytes));
        }
    }
    assert!(!all_same::<1>(&[0x55; 8]));
    assert!(!all_same::<0>(&[]));
}

#[test]
fn a_guard_that_does_not_look_is_not_larger() {
    let plain = size_of::<Guarded<Line, &super::Breaker>>();
    assert_eq!(plain, size_of::<(Line, &super::Breaker)>());
    assert_eq!(size_of::<NoInspection>(), 0);
}
