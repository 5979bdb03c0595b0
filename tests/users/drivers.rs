//! Drivers on a board: one that is dead at boot, one whose bus has nothing to say, and a counter of 24 bits.

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::time::Duration;

use mcb::{CircuitBreaker, Config, Error, FnClock, ManualClock, State};

type Breaker = CircuitBreaker<&'static ManualClock>;

const RECOVERY: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Absent,
    Checksum,
}

/// The wires: what a test does to the chip.
#[derive(Default)]
struct Board {
    plugged: bool,
    noisy: bool,
    set_ups: u32,
    transfers: u32,
}

/// A port whose errors cannot be: an absent chip answers with zeros, as on many an SPI.
impl Board {
    #[allow(clippy::unnecessary_wraps)] // that is its fault
    fn transfer(&mut self, register: u8) -> Result<[u8; 2], Infallible> {
        self.transfers += 1;
        Ok(match (self.plugged, self.noisy) {
            (true, false) => [register, !register],
            (true, true) => [register, 0],
            (false, _) => [0, 0],
        })
    }
}

/// A driver that exists only once its chip has answered.
struct Driver {
    ready: bool,
}

impl Driver {
    fn new(board: &mut Board) -> Result<Self, Fault> {
        board.set_ups += 1;
        let Ok([who, check]) = board.transfer(0x6A);
        if (who, check) == (0x6A, !0x6A) { Ok(Driver { ready: true }) } else { Err(Fault::Absent) }
    }

    fn read(&mut self, board: &mut Board) -> Result<u8, Fault> {
        let Ok([value, check]) = board.transfer(0x0F);
        if self.ready && check == !value { Ok(value) } else { Err(Fault::Checksum) }
    }
}

type Device<'a> = (&'a mut Board, Option<Driver>);

/// Connects, or connects anew.
fn connect(device: &mut Device<'_>) -> Result<(), Fault> {
    let (board, driver) = device;
    *driver = None;
    *driver = Some(Driver::new(board)?);
    Ok(())
}

fn read(device: &mut Device<'_>) -> Result<u8, Fault> {
    let (board, driver) = device;
    driver.as_mut().ok_or(Fault::Absent)?.read(board)
}

#[test]
fn a_driver_that_is_dead_at_boot_comes_up_by_the_path_of_recovery() {
    static CLOCK: ManualClock = ManualClock::new();
    static IMU: Breaker = Breaker::new(&Config::new("imu").error_threshold(2), &CLOCK);
    let mut board = Board::default();
    let driver = Driver::new(&mut board).ok();
    assert!(driver.is_none(), "dead at boot");
    let mut device = (&mut board, driver);
    let measure = |device: &mut Device<'_>| IMU.call_on(device, connect, read);

    for _ in 0..2 {
        assert_eq!(measure(&mut device), Err(Error::Inner(Fault::Absent)));
    }
    assert_eq!((IMU.state(), device.0.transfers), (State::Open, 1), "the bus is left alone");
    for set_ups in 2..5 {
        CLOCK.advance(RECOVERY);
        assert!(measure(&mut device).unwrap_err().is_rejected(), "still unplugged");
        assert_eq!((device.0.set_ups, device.1.is_none()), (set_ups, true));
    }
    device.0.plugged = true;
    assert!(measure(&mut device).unwrap_err().is_rejected(), "plugged in, but its time is not up");
    CLOCK.advance(RECOVERY);
    assert_eq!(measure(&mut device), Ok(0x0F));
    assert_eq!((IMU.state(), device.0.set_ups), (State::Closed, 5));
    // Healthy, it is not set up again.
    assert_eq!(measure(&mut device), Ok(0x0F));
    assert_eq!(device.0.set_ups, 5);
}

/// A guard of the bus would see nothing here: every transfer is `Ok`.
#[test]
fn what_a_bus_without_errors_cannot_tell_the_driver_s_method_does() {
    static CLOCK: ManualClock = ManualClock::new();
    static IMU: Breaker = Breaker::new(&Config::new("imu").error_threshold(2), &CLOCK);
    let mut board = Board { plugged: true, ..Board::default() };
    let driver = Driver::new(&mut board).ok();
    let mut device = (&mut board, driver);
    let measure = |device: &mut Device<'_>| IMU.call_on(device, connect, read);
    assert_eq!(measure(&mut device), Ok(0x0F));
    device.0.noisy = true;
    for _ in 0..2 {
        assert_eq!(measure(&mut device), Err(Error::Inner(Fault::Checksum)));
    }
    assert_eq!(IMU.state(), State::Open);
    device.0.noisy = false;
    CLOCK.advance(RECOVERY);
    assert_eq!(measure(&mut device), Ok(0x0F));
    assert_eq!(device.0.set_ups, 2);
}

/// The whole of it: an optional driver that owns its bus, whose gate is the breaker of the driver's method.
#[cfg(feature = "embedded-hal")]
#[test]
fn one_breaker_around_the_driver_and_in_its_bus() {
    use core::cell::Cell;
    use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};
    use mcb::bus::{Gate, Guarded};

    struct Wire<'a>(&'a Cell<bool>, &'a Cell<u32>);
    impl ErrorType for Wire<'_> {
        type Error = ErrorKind;
    }
    impl I2c for Wire<'_> {
        fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
            self.1.set(self.1.get() + 1);
            let nack = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
            if self.0.get() { Ok(()) } else { Err(nack) }
        }
    }

    /// A published driver, which knows no breaker.
    struct Lm75<I2C>(I2C);
    impl<I2C: I2c> Lm75<I2C> {
        fn new(mut bus: I2C) -> Result<Self, I2C::Error> {
            bus.write(0x48, &[1, 0])?;
            Ok(Lm75(bus))
        }
        fn read(&mut self) -> Result<u8, I2C::Error> {
            self.0.write(0x48, &[0])?;
            let mut degrees = [0];
            self.0.read(0x48, &mut degrees)?;
            Ok(degrees[0])
        }
    }

    static CLOCK: ManualClock = ManualClock::new();
    static LM75: Breaker = Breaker::new(&Config::new("lm75").error_threshold(3), &CLOCK);
    let (plugged, transfers) = (Cell::new(false), Cell::new(0));
    let bus = || Guarded::new(Wire(&plugged, &transfers), Gate::new(&LM75));
    let mut lm75 = Lm75::new(bus()).ok();
    assert!(lm75.is_none(), "dead at boot");
    let measure = |lm75: &mut Option<_>| {
        LM75.call_on(
            lm75,
            |lm75| Lm75::new(bus()).map(|driver| *lm75 = Some(driver)),
            |lm75| match lm75 {
                Some(driver) => driver.read().map_err(Error::into_inner),
                None => Err(None),
            },
        )
    };
    for errors in 1..=3 {
        assert_eq!(measure(&mut lm75), Err(Error::Inner(None)));
        assert_eq!(LM75.error_count(), errors);
    }
    assert_eq!((LM75.state(), transfers.get()), (State::Open, 1));
    // Past the method too: the gate is closed, and nothing is on the wire.
    assert!(Lm75::new(bus()).is_err());
    assert_eq!((LM75.error_count(), transfers.get()), (3, 1));

    plugged.set(true);
    CLOCK.advance(RECOVERY);
    assert_eq!(measure(&mut lm75), Ok(0), "the step's transfer and the probe's pass the gate");
    assert_eq!((LM75.state(), transfers.get()), (State::Closed, 4));

    // It goes away while in use: each fault counts once, whatever the number of transfers.
    plugged.set(false);
    for errors in 1..=3 {
        let error = measure(&mut lm75).unwrap_err().into_inner().expect("it ran");
        assert!(error.is_some());
        assert_eq!(LM75.error_count(), errors);
    }
    assert!(measure(&mut lm75).unwrap_err().is_rejected());
    plugged.set(true);
    CLOCK.advance(RECOVERY);
    assert_eq!(measure(&mut lm75), Ok(0));
    assert_eq!(LM75.state(), State::Closed);
}

/// An nRF's RTC counts 24 bits at 32,768 Hz and wraps every 512 s. Shifted up it is a clock like any other.
#[test]
fn a_counter_of_24_bits_recovers_at_every_point_of_its_range() {
    const TIMEOUT: u32 = 30 * 32_768;
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    type Rtc = FnClock<u32, { 32_768 << 8 }, { 1 << 8 }>;
    static B: CircuitBreaker<Rtc> = CircuitBreaker::new(
        &Config::new("imu").error_threshold(1).recovery_timeout(RECOVERY),
        FnClock::new(|| COUNTER.load(Relaxed) << 8),
    );
    let at = |count: u32| COUNTER.store(count & 0xFF_FFFF, Relaxed);
    // Every 20 s or so for two of its wraps, among them openings just before, at and after it.
    let openings = (0..50).map(|i| i * 655_361).chain([0xFF_FFFE, 0xFF_FFFF, 0x100_0000]);
    for opened in openings {
        at(opened);
        let _ = B.call(|| Err::<(), _>(Fault::Absent));
        assert_eq!(B.state(), State::Open);
        for early in [1, TIMEOUT / 2, TIMEOUT - 1, TIMEOUT] {
            at(opened + early);
            assert!(B.call(|| Ok::<_, ()>(())).is_err(), "{early} after {opened}");
        }
        at(opened + TIMEOUT + 1); // and the step by which the counter may be behind
        assert_eq!(B.call(|| Ok::<_, ()>(7)), Ok(7), "after {opened}");
        assert_eq!(B.state(), State::Closed);
    }
}
