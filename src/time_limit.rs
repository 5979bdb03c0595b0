//! A time limit, whose passing is an error like any other.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use embedded_hal_async::delay::DelayNs;
use pin_project_lite::pin_project;

use crate::error::known;

/// Why a future with a time limit gave no value.
///
/// To the traits of embedded-hal and of flash a limit that has passed is an error of the kind `Other`, to those of
/// embedded-io `TimedOut`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimedError<E> {
    /// The limit has passed first; the future is dropped.
    TimedOut,
    /// The future's own error.
    Inner(E),
}

impl<E> TimedError<E> {
    /// Whether the limit has passed.
    #[must_use]
    pub const fn is_timed_out(&self) -> bool {
        matches!(self, TimedError::TimedOut)
    }

    /// The future's own error, if it ended.
    #[must_use]
    pub const fn inner(&self) -> Option<&E> {
        match self {
            TimedError::TimedOut => None,
            TimedError::Inner(error) => Some(error),
        }
    }

    /// The future's own error by value, if it ended.
    #[must_use]
    pub fn into_inner(self) -> Option<E> {
        match self {
            TimedError::TimedOut => None,
            TimedError::Inner(error) => Some(error),
        }
    }
}

impl<E: fmt::Display> fmt::Display for TimedError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TimedError::TimedOut => f.pad("time limit has passed"),
            TimedError::Inner(error) => error.fmt(f),
        }
    }
}

/// Transparent, as [`Error`](crate::Error) is.
impl<E: fmt::Debug + fmt::Display + 'static> core::error::Error for TimedError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        known::source(self.inner()?)
    }
}

/// `future` within `limit`, by any delay, with one flat result: what a guarded call should be given, so that a hang is
/// judged as an error.
///
/// ```
/// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, ManualClock, State, TimedError, time_limit};
/// # struct Delay;
/// # impl embedded_hal_async::delay::DelayNs for Delay { async fn delay_ns(&mut self, _: u32) {} }
/// # let mut delay = Delay; // its time is over at once
///
/// # static CLOCK: ManualClock = ManualClock::new();
/// static MODEM: CircuitBreaker<&ManualClock> =
///     CircuitBreaker::new(&Config::new("modem").error_threshold(1), &CLOCK);
///
/// /// A driver's method, in which a silent modem hangs.
/// async fn signal() -> Result<u8, &'static str> {
///     core::future::pending().await
/// }
///
/// let limited = time_limit(&mut delay, Duration::from_millis(300), signal());
/// let call = MODEM.call_async(limited);
/// # let Poll::Ready(result) = pin!(call).poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
/// # /* awaited:
/// let result = call.await;
/// # */
/// assert_eq!(result, Err(mcb::Error::Inner(TimedError::TimedOut)));
/// assert_eq!(MODEM.state(), State::Open);
/// ```
///
/// The limit begins at the first poll, where the delay's does. It is rounded up to whole microseconds; the longest is
/// 71 minutes, and a longer one is that. The future is polled before the delay: one that is ready when the limit passes
/// has kept it, and one that is ready at once keeps any.
///
/// # Cancellation
///
/// When the limit passes, the future is dropped in that very poll, before the error is judged. What a drop means is
/// the future's to say:
///
/// - Nothing can be dropped that does not yield: a blocking transfer, or a future that waits in a loop, holds up the
///   limit with everything else.
/// - Most drivers with DMA stop the transfer. Some of its bytes were sent, and a device may be left in the middle
///   of a message: an I²C device may hold SDA low, a chip select that an async block was to raise stays low, a stream
///   has lost what had been read. What brings the bus back belongs into the recovery step before a probe.
/// - A lock that the future held is free again, and what it guards may be half done.
pub fn time_limit<T, E, F: Future<Output = Result<T, E>>>(
    delay: &mut impl DelayNs,
    limit: Duration,
    future: F,
) -> impl Future<Output = Result<T, TimedError<E>>> {
    within(delay, micros(limit), future)
}

/// [`time_limit`] in microseconds.
pub(crate) fn within<T, E, F: Future<Output = Result<T, E>>>(
    delay: &mut impl DelayNs,
    micros: u32,
    future: F,
) -> impl Future<Output = Result<T, TimedError<E>>> {
    Limited { future: Some(future), delay: delay.delay_us(micros) }
}

/// Rounded up, and at most what a delay takes.
pub(crate) const fn micros(limit: Duration) -> u32 {
    let whole = limit.as_secs().saturating_mul(1_000_000);
    let micros = whole.saturating_add(limit.subsec_nanos().div_ceil(1_000) as u64);
    if micros > u32::MAX as u64 { u32::MAX } else { micros as u32 }
}

pin_project! {
    /// A future and the delay that it races.
    struct Limited<F, D> {
        // An option, so that it can be dropped before anybody hears of it.
        #[pin]
        future: Option<F>,
        #[pin]
        delay: D,
    }
}

impl<T, E, F: Future<Output = Result<T, E>>, D: Future> Future for Limited<F, D> {
    type Output = Result<T, TimedError<E>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(future) = this.future.as_mut().as_pin_mut() {
            if let Poll::Ready(result) = future.poll(context) {
                return Poll::Ready(result.map_err(TimedError::Inner));
            }
            if this.delay.poll(context).is_pending() {
                return Poll::Pending;
            }
            this.future.set(None);
        }
        Poll::Ready(Err(TimedError::TimedOut))
    }
}
