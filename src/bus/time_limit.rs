//! A bus whose operations have a time limit.

mod digital;
mod i2c;
#[cfg(any(feature = "embedded-io-async", feature = "embedded-io-async-06"))]
mod io;
mod kind;
mod spi;
#[cfg(feature = "embedded-storage-async")]
mod storage;

use core::fmt;
use core::time::Duration;

use crate::time_limit::micros;

/// An async bus, stream, flash or pin each operation of which has a time limit, measured by any delay `D`.
///
/// It belongs between the guard and the bus: `Guarded::new(TimeLimit::new(bus, delay, limit), &BREAKER)`. A limit that
/// passes is then an error of the bus, [`TimedError::TimedOut`](crate::TimedError::TimedOut), and judged; outside the guard it would only drop the
/// guarded operation. What else there is to know of limits, and of what is dropped, says [`time_limit`](crate::time_limit()).
///
/// Inside the sharing of a bus, `Mutex<TimeLimit<…>>`, it limits the transfers alone; around a handle to a shared bus it
/// limits the waiting for it too, which is then held against the device.
///
/// Each call of a trait's method has the whole limit, and what a trait makes of several (`read_exact`) has it several
/// times. Whether a stream is ready is asked without one, and so is the level of a pin.
///
/// The limit of a flash is that of its longest erasure, of however many sectors at once. When it passes, the chip goes on
/// erasing or writing, and takes no other command until it is done: a recovery step waits for that.
///
/// A pin that is waited for (`Wait`) tells a driver that data is ready or that a chip is no longer busy. With a limit, an
/// edge that never comes is an error of the driver, which the breaker around the driver's method judges:
/// `BREAKER.call_async_on(&mut radio, set_up, async |radio| radio.receive().await)`.
///
/// ```
/// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// use core::time::Duration;
/// use embedded_hal_async::i2c::{ErrorKind, ErrorType, I2c, Operation};
/// use mcb::bus::{Guarded, TimeLimit};
/// use mcb::{CircuitBreaker, Config, Error, ManualClock, State, TimedError};
///
/// # struct Delay;
/// # impl embedded_hal_async::delay::DelayNs for Delay { async fn delay_ns(&mut self, _: u32) {} }
/// # let delay = Delay; // its time is over at once
/// # static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock> =
///     CircuitBreaker::new(&Config::new("imu").error_threshold(1), &CLOCK);
///
/// /// A device stretches the clock for ever.
/// struct Stuck;
/// impl ErrorType for Stuck { type Error = ErrorKind; }
/// impl I2c for Stuck {
///     async fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
///         core::future::pending().await
///     }
/// }
///
/// let bus = TimeLimit::new(Stuck, delay, Duration::from_millis(20));
/// let mut bus = Guarded::new(bus, &IMU)
///     .recovery_async(async |bus: &mut TimeLimit<Stuck, _>| { /* clock SCL nine times, by bus.bus() */ });
/// let mut byte = [0];
/// let read = bus.read(0x6A_u8, &mut byte);
/// # let Poll::Ready(result) = pin!(read).poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
/// # /* awaited:
/// let result = read.await;
/// # */
/// assert_eq!(result, Err(Error::Inner(TimedError::TimedOut)));
/// assert_eq!(IMU.state(), State::Open);
/// ```
#[derive(Clone)]
pub struct TimeLimit<B, D> {
    bus: B,
    delay: D,
    pub(crate) micros: u32,
}

impl<B, D> TimeLimit<B, D> {
    /// `bus`, whose operations may take `limit` each. At most 71 minutes: a longer limit is that.
    #[must_use]
    pub const fn new(bus: B, delay: D, limit: Duration) -> Self {
        TimeLimit { bus, delay, micros: micros(limit) }
    }

    /// The bus, without a limit.
    pub const fn bus(&mut self) -> &mut B {
        &mut self.bus
    }

    /// The delay, for a recovery step say.
    pub const fn delay(&mut self) -> &mut D {
        &mut self.delay
    }

    /// The bus and the delay back.
    #[must_use]
    pub fn release(self) -> (B, D) {
        (self.bus, self.delay)
    }
}

// Buses and delays seldom show themselves.
impl<B, D> fmt::Debug for TimeLimit<B, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimeLimit").field("micros", &self.micros).finish_non_exhaustive()
    }
}

/// An operation of a bus within the limit, by `$method` of the trait that the caller implements.
macro_rules! limited {
    ($self:ident.$method:ident($($argument:expr),*)) => {
        $crate::time_limit::within(&mut $self.delay, $self.micros, $self.bus.$method($($argument),*)).await
    };
}
use limited;
