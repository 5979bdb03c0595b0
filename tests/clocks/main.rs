//! Each clock: its rate, its wrap, and that time which stands still only delays recovery. `.ci/run lint` compiles this with
//! each feature alone.
#![cfg(not(loom))]

#[cfg(feature = "embassy-time")]
mod embassy_time;
#[cfg(feature = "embedded-time")]
mod embedded_time;
#[cfg(feature = "fugit")]
mod fugit;
#[cfg(feature = "fugit-03")]
mod fugit_03;
mod hosted;
mod ticks;

/// What is asked of every clock: it shows itself, to `defmt` too, and many may read it.
fn is_a_clock<C: mcb::Clock + core::fmt::Debug + Format + Send + Sync>() {}

#[cfg(feature = "defmt")]
use defmt::Format;

#[cfg(not(feature = "defmt"))]
trait Format {}
#[cfg(not(feature = "defmt"))]
impl<C> Format for C {}

#[cfg(any(feature = "fugit", feature = "fugit-03"))]
const fn config<C: mcb::Clock>() -> mcb::Config<C> {
    mcb::Config::new("b").error_threshold(1).recovery_timeout(core::time::Duration::from_millis(20))
}

/// Opens the breaker at the tick `opened`, and lets it recover `timeout` ticks later.
#[cfg(any(feature = "fugit", feature = "fugit-03"))]
fn opens_and_recovers<C: mcb::Clock>(
    b: &mcb::CircuitBreaker<C>,
    opened: C::Ticks,
    timeout: u32,
    after: impl Fn(u32),
) {
    use mcb::{State, Wait};
    let _ = b.call(|| Err::<(), _>("nack"));
    assert_eq!(b.open_time(), Some(opened));
    after(timeout - 1);
    assert_eq!((b.state(), b.retry_after().map(Wait::ticks)), (State::Open, Some(1)));
    assert!(b.call(|| Ok::<_, ()>(())).is_err());
    after(timeout);
    assert_eq!((b.state(), b.open_time()), (State::HalfOpen, Some(opened)));
    assert!(b.call(|| Ok::<_, ()>(())).is_ok());
    assert_eq!(b.state(), State::Closed);
}
