//! Buses and streams with a breaker around them, for drivers that know nothing of it.
//!
//! A [`Guarded`] implements the traits that the bus inside it implements, so an unchanged driver is
//! protected. While the breaker is open, an operation returns at once, with nothing sent; the
//! driver sees an error of the bus whose `kind()` is `Other` (`NotConnected` for `embedded-io`), so
//! that nobody takes it for a reason to try again. An error of the bus keeps its kind.
//!
//! | feature | traits |
//! |---|---|
//! | `embedded-hal` | `i2c::I2c` with 7 and 10 bit addresses, `spi::SpiDevice`, `spi::SpiBus` |
//! | `embedded-hal-async` | the same of `embedded-hal-async` |
//! | `embedded-io` (0.7) | `Read`, `Write`, `Seek`; `ReadReady` and `WriteReady` pass by the breaker; not `BufRead`, which lends what it read |
//! | `embedded-io-async` | `Read`, `Write`, `Seek` of `embedded-io-async` |
//! | `embedded-io-06`, `embedded-io-async-06` | the same of version 0.6 |
//! | `embedded-storage`, `embedded-storage-async` | `ReadNorFlash`, `NorFlash`, `MultiwriteNorFlash`, `ReadStorage`, `Storage` |
//!
#![cfg_attr(feature = "embedded-hal", doc = "```")]
#![cfg_attr(not(feature = "embedded-hal"), doc = "```ignore (needs the feature embedded-hal)")]
//! use embedded_hal::i2c::{Error as _, ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};
//! use mcb::{bus::Guarded, CircuitBreaker, Config, ManualClock, State};
//!
//! /// A driver: it takes any I2C bus and knows no breaker.
//! struct Thermometer<I2C>(I2C);
//! impl<I2C: I2c> Thermometer<I2C> {
//!     fn read(&mut self) -> Result<i8, I2C::Error> {
//!         let mut degrees = [0];
//!         self.0.write_read(0x48, &[0], &mut degrees)?;
//!         Ok(degrees[0] as i8)
//!     }
//! }
//!
//! # struct Bus { plugged: bool }
//! # impl ErrorType for Bus { type Error = ErrorKind; }
//! # impl I2c for Bus {
//! #     fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
//! #         if self.plugged { Ok(()) } else { Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address)) }
//! #     }
//! # }
//! # let bus = Bus { plugged: false };
//! static CLOCK: ManualClock = ManualClock::new();
//! static SENSOR: CircuitBreaker<&ManualClock> =
//!     CircuitBreaker::new(&Config::new("thermometer").error_threshold(2), &CLOCK);
//!
//! let bus = Guarded::new(bus, &SENSOR) // `bus` implements I2c
//!     .recovery(|bus: &mut Bus| bus.plugged = true); // what brings it back before a probe
//! let mut thermometer = Thermometer(bus);
//!
//! let nack = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
//! assert_eq!(thermometer.read().unwrap_err().kind(), nack); // unplugged
//! assert_eq!(thermometer.read().unwrap_err().kind(), nack);
//! assert_eq!(SENSOR.state(), State::Open);
//!
//! let error = thermometer.read().unwrap_err(); // nothing on the bus
//! assert!(error.is_rejected());
//! assert_eq!(error.kind(), ErrorKind::Other);
//!
//! CLOCK.advance(core::time::Duration::from_secs(30));
//! assert!(thermometer.read().is_ok());
//! assert_eq!(SENSOR.state(), State::Closed);
//! ```
//!
//! # What it sees
//!
//! Each operation of a bus is one guarded call; a transaction is one, whatever it consists of. What a
//! trait makes of several operations (`write_all`, `read_exact`) is several guarded calls, of which a
//! later one may be rejected.
//!
//! A guard sees operations, not their meaning. A device that takes every command and never answers shows
//! it one success for each failure, which neither strategy notices. And many a bus has nothing to say: errors of SPI
//! and serial ports are often `Infallible`, a wrong checksum or a modem's
//! silence is known to the driver alone. Guard the driver's method there, `breaker.call_on(&mut driver, set_up,
//! |driver| driver.read())` ([`call_on`](crate::CircuitBreaker::call_on)); the guard of a bus is best for I²C. So too
//! where a HAL has other traits than these.
//!
//! # What no device sends
//!
//! On an SPI bus, and on a stream, nobody answers with zeros or ones, and no error. A guard that
//! [inspects](Guarded::inspecting) is given a look at what was read, [`all_same`] say; what it suspects counts as a
//! failure, and the driver gets it all the same, as with [`Detect`](crate::Detect). It looks at the words of each
//! read, of the reading side of a transfer, and at as many bytes of a stream as were read. A transaction is a failure
//! when each of its reads is suspect. What is only written is not looked at. Flash is [another matter](#flash).
//!
#![cfg_attr(feature = "embedded-hal", doc = "```")]
#![cfg_attr(not(feature = "embedded-hal"), doc = "```ignore (needs the feature embedded-hal)")]
//! use embedded_hal::spi::{ErrorKind, ErrorType, Operation, SpiDevice};
//! use mcb::{bus::{Guarded, all_same}, CircuitBreaker, Config, ManualClock, State};
//!
//! # struct Spi;
//! # impl ErrorType for Spi { type Error = ErrorKind; }
//! # impl SpiDevice for Spi {
//! #     fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), ErrorKind> { Ok(()) }
//! # }
//! # let device = Spi;
//! static CLOCK: ManualClock = ManualClock::new();
//! static IMU: CircuitBreaker<&ManualClock> =
//!     CircuitBreaker::new(&Config::new("imu").error_threshold(1), &CLOCK);
//!
//! let mut imu = Guarded::new(device, &IMU).inspecting(all_same::<6>);
//! let mut axes = [0; 6];
//! assert!(imu.read(&mut axes).is_ok()); // nobody there
//! assert_eq!(IMU.state(), State::Open);
//! assert!(imu.read(&mut axes).unwrap_err().is_rejected());
//! ```
//!
//! # The same breaker in two places
//!
//! A breaker around a driver's method *and* in the guard of its bus counts each fault twice, and never recovers: the
//! method takes the only probe's slot, and its own transfers are rejected. Use one of the two; or put a [`Gate`] into
//! the guard. It judges nothing, takes no slot, and rejects only while the breaker is open:
//!
#![cfg_attr(feature = "embedded-hal", doc = "```")]
#![cfg_attr(not(feature = "embedded-hal"), doc = "```ignore (needs the feature embedded-hal)")]
//! use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};
//! use mcb::{bus::{Gate, Guarded}, CircuitBreaker, Config, ManualClock, State};
//!
//! # struct Bus { plugged: bool }
//! # impl ErrorType for Bus { type Error = ErrorKind; }
//! # impl I2c for Bus {
//! #     fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
//! #         if self.plugged { Ok(()) } else { Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address)) }
//! #     }
//! # }
//! # let bus = Bus { plugged: false };
//! static CLOCK: ManualClock = ManualClock::new();
//! static SENSOR: CircuitBreaker<&ManualClock> =
//!     CircuitBreaker::new(&Config::new("thermometer").error_threshold(1), &CLOCK);
//!
//! let mut bus = Guarded::new(bus, Gate::new(&SENSOR)); // given to the driver
//! # let read = |bus: &mut Guarded<Bus, _>| I2c::read(bus, 0x48_u8, &mut [0]);
//! // `read` stands for a method of the driver that makes a transfer
//! assert!(SENSOR.call(|| read(&mut bus)).is_err()); // counted once
//! assert_eq!(SENSOR.state(), State::Open);
//! assert!(read(&mut bus).unwrap_err().is_rejected()); // also past the method: nothing on the bus
//!
//! CLOCK.advance(core::time::Duration::from_secs(30));
//! bus.bus().plugged = true;
//! assert!(SENSOR.call(|| read(&mut bus)).is_ok()); // the probe, with its own transfer
//! assert_eq!(SENSOR.state(), State::Closed);
//! ```
//!
//! # Which breaker
//!
//! A guard holds its bus by value (`&mut bus` and the handles of `embedded-hal-bus` are buses too) and
//! its breaker mostly by reference (an `Arc`, or the breaker itself, will do), so there are three ways:
//!
//! - a breaker for each device: one guard around each driver's handle to the bus;
//! - one breaker for a bus: several guards with the same breaker, or one guard inside the sharing;
//! - [`PerAddress`]: one guard that looks the breaker up by the address of each I²C operation.
//!
//! A device that is dead costs the others nothing when it has a breaker of its own. Guards may stand one
//! inside the other, each with its own rules; tell the outer one not to count the inner one's rejections:
//! `Lists::new().whitelist([mcb::Error::is_rejected])`.
//!
//! # Recovery
//!
//! [`Guarded::recovery`] takes a step that runs before a probe with the bus in hand, past the breaker:
//! to clock a stuck bus free, to power-cycle a sensor, to set it up anew. When it fails, the probe
//! has failed. See [`call_on`](crate::CircuitBreaker::call_on), which does the same for anything.
//!
//! Where several guards share a breaker, the step of the one runs whose operation is the probe. With
//! `max_probes` above 1, or a step that takes longer than the `probe_timeout`, other probes may be under
//! way meanwhile. A step of a type of your own ([`Recovery`]) is told the address that the probe goes to;
//! one that power-cycles a whole bus must set up again what else is on it.
//!
//! A guard with a function for its step has a type that can be named:
//! `Guarded<I2c0, &'static CircuitBreaker<SysTick>, fn(&mut I2c0) -> bool>`. Around a `&mut bus` the step is
//! given a reference to that reference.
//!
//! # Time limits
//!
//! A time limit belongs inside the guard, around the bus, so that its error is judged like any other:
//! `Guarded::new(TimeLimit::new(bus, delay, limit), &BREAKER)` (`TimeLimit` comes with `embedded-hal-async`, for flash too,
//! and `time_limit` for a driver's method). `with_timeout(guarded.read(…))` drops the guarded operation, which counts for nothing unless
//! the configuration says [`dropped(Verdict::Failure)`](crate::Config::dropped): a bus that only hangs
//! would never open its breaker.
//!
//! # Flash
//!
//! A chip that wears out or hangs is an error for each write that follows. Offsets that are out of bounds or not aligned
//! are the caller's mistake and say nothing about the chip; rules leave them out, as in
//! `Kinds::new().whitelist([NorFlashErrorKind::NotAligned, NorFlashErrorKind::OutOfBounds])`. A rejection leaves the
//! flash as it was. One between the erasing and the writing of a sector leaves it erased: a log or a store of settings
//! over a guard has to bear that, as it bears a loss of power.
//!
//! A chip that is not there reads as an erased one does where the line is pulled up, so that no look at the bytes alone can tell, and
//! [`all_same`] would count each erased sector. Where the line is pulled down it reads zeros, which few programs write
//! many of: `inspecting(|bytes: &[u8]| bytes.len() >= 64 && bytes.iter().all(|byte| *byte == 0))` counts these. Or the
//! driver's method knows what has to be there, the chip's number or a magic word at the head of a region.
//!
#![cfg_attr(feature = "embedded-storage", doc = "```")]
#![cfg_attr(
    not(feature = "embedded-storage"),
    doc = "```ignore (needs the feature embedded-storage)"
)]
//! use embedded_storage::nor_flash::{NorFlash, NorFlashErrorKind};
//! use mcb::{bus::Guarded, CircuitBreaker, Config, Consecutive, Kinds, ManualClock};
//!
//! static CLOCK: ManualClock = ManualClock::new();
//! static FLASH: CircuitBreaker<&ManualClock, Consecutive, Kinds<NorFlashErrorKind, 0, 2>> =
//!     CircuitBreaker::new(
//!         &Config::new("flash").rules(
//!             Kinds::new().whitelist([NorFlashErrorKind::NotAligned, NorFlashErrorKind::OutOfBounds]),
//!         ),
//!         &CLOCK,
//!     );
//!
//! fn guarded(flash: impl NorFlash) -> impl NorFlash {
//!     Guarded::new(flash, &FLASH)
//! }
//! ```
//!
//! # Streams
//!
//! Rules judge the number of bytes of a read or write, and `()` of a flush, so rules for a stream that is
//! read and written take both. [`Detect`](crate::Detect) takes one: it suits a stream that is only read.
//!
//! ```
//! use mcb::{EveryError, Rules, Verdict};
//!
//! /// Nothing read or written counts too.
//! #[derive(Clone, Copy)]
//! struct Moving;
//! impl<E> Rules<usize, E> for Moving {
//!     fn judge(&self, result: &Result<usize, E>) -> Verdict {
//!         if let Ok(0) = result { Verdict::Failure } else { EveryError.judge(result) }
//!     }
//! }
//! impl<E> Rules<(), E> for Moving {
//!     fn judge(&self, result: &Result<(), E>) -> Verdict {
//!         EveryError.judge(result)
//!     }
//! }
//! # assert_eq!(Moving.judge(&Ok::<usize, ()>(0)), Verdict::Failure);
//! # assert_eq!(Moving.judge(&Ok::<(), ()>(())), Verdict::Success);
//! ```

#[cfg(any(
    feature = "embedded-hal-async",
    feature = "embedded-io-async",
    feature = "embedded-io-async-06",
    feature = "embedded-storage-async"
))]
mod asynchronous;
#[cfg(feature = "embedded-hal")]
mod i2c;
#[cfg(feature = "embedded-hal-async")]
mod i2c_async;
mod inspect;
#[cfg(any(feature = "embedded-io", feature = "embedded-io-06"))]
mod io;
#[cfg(any(feature = "embedded-io-async", feature = "embedded-io-async-06"))]
mod io_async;
mod recovery;
mod rejection;
mod select;
#[cfg(feature = "embedded-hal")]
mod spi;
#[cfg(feature = "embedded-hal-async")]
mod spi_async;
#[cfg(feature = "embedded-storage")]
mod storage;
#[cfg(feature = "embedded-storage-async")]
mod storage_async;
#[cfg(feature = "embedded-hal-async")]
mod time_limit;

#[cfg(any(
    feature = "embedded-hal-async",
    feature = "embedded-io-async",
    feature = "embedded-io-async-06",
    feature = "embedded-storage-async"
))]
pub use asynchronous::AsyncRecovery;
pub use inspect::{Inspect, NoInspection, all_same};
pub use recovery::{NoRecovery, Recovery};
pub use select::{Gate, PerAddress, Select};
#[cfg(feature = "embedded-hal-async")]
pub use time_limit::TimeLimit;

use crate::breaker::RecoveryOutcome;
use crate::error::Error;
use crate::rules::Rules;
use inspect::Outcome;

/// A bus with a breaker around it; see the [module's documentation](self).
///
/// `K` finds the breaker: a `&CircuitBreaker`, a [`PerAddress`], a [`Gate`] of either. `P` is the recovery step,
/// `I` the look at what was read.
#[derive(Clone)]
pub struct Guarded<B, K, P = NoRecovery, I = NoInspection> {
    bus: B,
    breakers: K,
    recovery: P,
    inspection: I,
}

impl<B, K> Guarded<B, K> {
    /// `bus`, guarded by `breakers`.
    #[must_use]
    pub const fn new(bus: B, breakers: K) -> Self {
        Guarded { bus, breakers, recovery: NoRecovery, inspection: NoInspection }
    }
}

impl<B, K, P, I> Guarded<B, K, P, I> {
    /// With a step that runs before a probe: the bus is in its hands, past the breaker.
    ///
    /// It runs until a probe of that recovery has succeeded; with one probe at a time, once for each
    /// recovery. When it fails, the probe has failed and the operation is rejected.
    #[must_use]
    pub fn recovery<F, X>(self, step: F) -> Guarded<B, K, F, I>
    where
        F: FnMut(&mut B) -> X,
        X: RecoveryOutcome,
    {
        self.recovery_by(step)
    }

    /// With a [`Recovery`] of a type of your own, which can be named where a closure's cannot.
    #[must_use]
    pub fn recovery_by<P2>(self, recovery: P2) -> Guarded<B, K, P2, I> {
        let Guarded { bus, breakers, inspection, .. } = self;
        Guarded { bus, breakers, recovery, inspection }
    }

    /// With a look at what was read, which is true for what no device sends, as [`all_same`] is; see
    /// [what no device sends](self#what-no-device-sends).
    ///
    /// An operation whose every read it suspects is a failure; the driver gets the words all the same.
    #[must_use]
    pub fn inspecting<W, F>(self, suspects: F) -> Guarded<B, K, P, F>
    where
        F: Fn(&[W]) -> bool + Copy,
    {
        self.inspecting_by::<W, F>(suspects)
    }

    /// With an [`Inspect`] of a type of your own.
    #[must_use]
    pub fn inspecting_by<W, I2: Inspect<W>>(self, inspection: I2) -> Guarded<B, K, P, I2> {
        let Guarded { bus, breakers, recovery, .. } = self;
        Guarded { bus, breakers, recovery, inspection }
    }

    /// The bus, past the breaker.
    pub const fn bus(&mut self) -> &mut B {
        &mut self.bus
    }

    /// What finds the breaker.
    pub const fn breakers(&self) -> &K {
        &self.breakers
    }

    /// The bus back, without its guard.
    #[must_use]
    pub fn release(self) -> B {
        self.bus
    }

    /// One guarded operation.
    #[inline]
    fn operate<A, O: Outcome>(
        &mut self,
        address: &A,
        operation: impl FnOnce(&mut B) -> O,
    ) -> Result<O::Output, Error<O::Error>>
    where
        K: Select<A>,
        K::Rules: Rules<O::Output, O::Error>,
        P: Recovery<B, A>,
    {
        let Guarded { bus, breakers, recovery, .. } = self;
        match breakers.select(address) {
            Some(breaker) if K::GATES => breaker.check().map_err(Error::Rejected)?,
            Some(breaker) => {
                let step = |bus: &mut B| recovery.recover(bus, address);
                return breaker.call_on_by(bus, step, |bus, rules| operation(bus).judged(rules));
            }
            None => {}
        }
        operation(bus).result().map_err(Error::Inner)
    }
}

// Buses and closures seldom show themselves; the breaker is what there is to see.
impl<B, K: core::fmt::Debug, P, I> core::fmt::Debug for Guarded<B, K, P, I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Guarded").field("breakers", &self.breakers).finish_non_exhaustive()
    }
}
